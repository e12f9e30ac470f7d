"""From what was typed to what was meant: tokens, canonical forms, and one key for two scripts."""
