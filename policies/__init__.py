"""Message in, verdict out: the judge and its packs. No platform, no disk after loading, no clock."""

__version__ = "0.1.0"
