"""Giving memory back: the C library keeps what large values leave free, and files are large."""

import ctypes


def give_back() -> None:
    """Hand freed memory back to the system, where the C library can (glibc); takes a few milliseconds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
