"""What is a zip inside: word, sheet and opendocument files. Refused before anything is opened: whatever would grow."""

import zipfile
from io import BytesIO

from bot.readers.limits import MIB
from bot.readers.unread import Unread
from bot.zips import FAILURES, grows_beyond_measure

_ENTRIES = 5000
_TOTAL = 300 * MIB
_XML = 48 * MIB  # of one part; a tree of it takes ten times as much memory
_PARTS = (".xml", ".rels", ".vml")
# Office files declare no entities; in UTF-16 each letter is two bytes.
_DECLARES = ("<!DOCTYPE", "<!ENTITY")
_DECLARED = tuple(word.encode(code) for word in _DECLARES for code in ("utf-8", "utf-16-le", "utf-16-be"))


def open_package(data: bytes) -> zipfile.ZipFile:
    """A package that is safe to open. Raises Unread: broken, locked, bomb."""
    try:
        package = zipfile.ZipFile(BytesIO(data))
    except FAILURES:
        raise Unread("broken") from None
    members = package.infolist()
    packed = sum(member.compress_size for member in members)
    # Members that share their bytes are packed into more than there is.
    if len(members) > _ENTRIES or packed > len(data) or sum(one.file_size for one in members) > _TOTAL:
        raise Unread("bomb")
    for member in members:
        if grows_beyond_measure(member):
            raise Unread("bomb")
        if member.flag_bits & 1:
            raise Unread("locked")
        if member.filename.lower().endswith(_PARTS):
            _check_part(package, member)
    return package


def part(package: zipfile.ZipFile, name: str) -> bytes:
    """A part's bytes. Raises Unread."""
    try:
        return package.read(name)
    except (KeyError, *FAILURES):
        raise Unread("broken") from None


def _check_part(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A part that declares entities may grow when it is parsed, however small it is."""
    if member.file_size > _XML:
        raise Unread("bomb")
    content = part(package, member.filename)
    if any(word in content for word in _DECLARED):
        raise Unread("bomb")
