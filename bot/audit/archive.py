"""Zip archives: what is refused before anything in them is read. Nothing is ever unpacked to disk, whatever the names say.

Sizes are those that the archive states; `zipfile` never yields more than a member's stated size.
"""

import io
import zipfile
from pathlib import PurePosixPath
from typing import IO

from bot.audit.errors import Bomb, Damaged
from bot.texts import sentence
from bot.zips import FAILURES, grows_beyond_measure
from handlers.records import Language

_ENTRIES = 50_000  # WhatsApp puts at most some 10,000 files into an export
_TOTAL = 32 << 30
_CHAT = 2 << 30
_NESTED_READ = 32 << 20
_DEPTH = 2


def open_archive(file: IO[bytes], size: int) -> zipfile.ZipFile:
    """An archive that is safe to read. Raises Damaged for a broken one, Bomb for one that would grow beyond measure."""
    try:
        archive = zipfile.ZipFile(file)
    except FAILURES:
        raise _damaged() from None
    _inspect(archive, size, 0)
    return archive


def _inspect(archive: zipfile.ZipFile, size: int, depth: int) -> None:
    members = archive.infolist()
    if len(members) > _ENTRIES:
        raise _bomb()
    packed = sum(member.compress_size for member in members)
    if packed > size or sum(member.file_size for member in members) > _TOTAL:
        raise _bomb()  # members that share their bytes are packed into more than there is
    for member in members:
        if grows_beyond_measure(member):
            raise _bomb()
        if member.filename.lower().endswith(".zip") and member.file_size <= _NESTED_READ:
            _inspect_nested(archive, member, depth + 1)


def _inspect_nested(archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> None:
    """An archive sent in the chat is an attachment; one that is a bomb, or archives in archives, is refused all the same."""
    if depth > _DEPTH:
        raise _bomb()
    if member.flag_bits & 1:
        return
    try:
        content = archive.read(member)
        inner = zipfile.ZipFile(io.BytesIO(content))
    except FAILURES:
        return  # no archive in truth: an attachment like any other
    with inner:
        _inspect(inner, len(content), depth)


def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """A member as a stream. Raises Damaged; Bomb when it is too large for a chat."""
    if member.flag_bits & 1:
        raise Damaged(sentence("cli.audit_zip_locked", Language.EN))
    if member.file_size > _CHAT:
        raise _bomb()
    try:
        return archive.open(member)
    except FAILURES:
        raise _damaged() from None


def chat_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Members that may be the chat, the likeliest first: by name, then by how near to the top they lie."""
    found = []
    for member in archive.infolist():
        path = PurePosixPath(member.filename)
        if member.is_dir() or "__MACOSX" in path.parts or path.name.startswith("."):
            continue
        if path.suffix.lower() in {".txt", ".json"}:
            found.append((not is_chat_name(path.name), len(path.parts), member.filename, member))
    return [member for *_, member in sorted(found, key=lambda one: one[:3])]


def is_chat_name(name: str) -> bool:
    """Whether a file is called as the programs call their chats."""
    lower = name.lower()
    return lower in {"_chat.txt", "result.json", "export.json"} or lower.startswith(("whatsapp ", "واٹس ایپ"))


def _bomb() -> Bomb:
    return Bomb(sentence("cli.audit_bomb", Language.EN))


def _damaged() -> Damaged:
    return Damaged(sentence("cli.audit_zip_damaged", Language.EN))


class Guarded(io.RawIOBase):
    """A stream of a member; a checksum that is wrong or a member cut short becomes Damaged."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override] # any writable buffer will do
        """Fill the buffer."""
        try:
            piece = self._stream.read(len(buffer))
        except FAILURES:
            raise _damaged() from None
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the member as well."""
        self._stream.close()
        super().close()
