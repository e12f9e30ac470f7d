"""What every reader of zip archives must know: what they raise when they are broken, and what would grow beyond measure."""

import lzma
import struct
import zipfile
import zlib

_RATIO = 200  # deflated text shrinks to a tenth, endless repetition to a thousandth
_RATIO_FROM = 1 << 20  # bytes

# What zipfile and its decompressors raise for what is broken, locked or packed in a way unknown here.
FAILURES = (
    zipfile.BadZipFile,
    NotImplementedError,
    EOFError,
    ValueError,
    RuntimeError,
    OSError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)


def grows_beyond_measure(member: zipfile.ZipInfo) -> bool:
    """Whether a member is packed as no honest file is."""
    return member.file_size > _RATIO_FROM and member.file_size > _RATIO * max(1, member.compress_size)
