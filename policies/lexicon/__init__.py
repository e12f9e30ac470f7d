"""The lexicon: words have roles, not verdicts. Entries are data; reading, checking and matching them is here."""
