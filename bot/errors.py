"""The errors a user may see: one line each, with what to do; never a value, a text or a token in them."""


class Para6Error(Exception):
    """Root of the errors that are shown as one line on standard error (exit 2)."""


class ConfigError(Para6Error):
    """The configuration, a credential or a key file cannot be used as it is."""


class StoreError(Para6Error):
    """The store cannot be read or written: damaged, full disk, wrong key, no key."""


class InputError(Para6Error):
    """A file or a line given to a command cannot be used."""
