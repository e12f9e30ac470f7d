"""How good the judge is: labelled messages, and figures with intervals."""
