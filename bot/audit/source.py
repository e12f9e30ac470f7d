"""Where an export lies: a file, a zip of it, or the folder it was unpacked to; the chat's text is read from there."""

import codecs
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TextIO

from bot.audit.archive import Guarded, chat_members, is_chat_name, open_archive, open_member
from bot.audit.errors import no_export
from bot.errors import InputError
from bot.readers.limits import LIMITS
from bot.readers.pool import content_of
from bot.readers.unread import Unread
from bot.texts import sentence
from handlers.records import Language

SNIFFED = 1 << 17
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))
# Beside the chat, or where Telegram Desktop puts what it exports.
_FOLDERS = (
    "",
    "photos",
    "files",
    "images",
    "stickers",
    "video_files",
    "voice_messages",
    "round_video_messages",
)
_TITLES = ("WhatsApp Chat with ", "WhatsApp Chat - ", "WhatsApp chat with ")


@dataclass(slots=True)
class Source:
    """The chat of an export. `size` is that of its text in bytes; `name` is the export's, for people to read."""

    path: Path
    name: str
    size: int
    encoding: str
    opener: Callable[[], IO[bytes]] = field(repr=False)
    attachments: dict[str, Callable[[], bytes]] = field(default_factory=dict, repr=False)
    folder: Path | None = None  # where the files lie that came with a chat that is not zipped
    position: int = 0

    @contextmanager
    def text(self) -> Iterator[TextIO]:
        """The text, from its beginning; `position` follows how far it was read. Bytes that are no text become U+FFFD."""
        self.position = 0
        with io.BufferedReader(_Followed(self)) as stream:
            yield io.TextIOWrapper(stream, encoding=self.encoding, errors="replace", newline="\n")

    def attachment(self, name: str) -> Callable[[], bytes] | None:
        """What reads a file of the export (raising Unread, Damaged, OSError); None when it did not come with it."""
        if name in self.attachments or self.folder is None:
            return self.attachments.get(name)
        plain = PurePosixPath(name).name
        for place in _FOLDERS:
            path = self.folder / place / plain
            if plain and path.is_file() and not path.is_symlink() and not path.samefile(self.path):
                return partial(content_of, path)
        return None

    def sniff(self) -> bytes:
        """The first bytes."""
        with self.opener() as stream:
            return stream.read(SNIFFED)

    def fingerprint(self) -> str:
        """SHA-256 of the text's bytes, hex."""
        digest = hashlib.sha256()
        with self.opener() as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()

    @property
    def title(self) -> str:
        """The chat's name as far as the file's name tells it."""
        stem = Path(self.name).stem
        for told in _TITLES:
            stem = stem.removeprefix(told)
        return stem or self.name


class _Followed(io.RawIOBase):
    """Counts what is read of a source."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._stream = source.opener()

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Not needed: a second pass opens the source anew."""
        return False

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override] # any writable buffer will do
        """Fill the buffer."""
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._source.position += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close what is read from as well."""
        self._stream.close()
        super().close()


@contextmanager
def open_source(path: Path, recognises: Callable[[bytes], bool]) -> Iterator[Source]:
    """The export at a path; `recognises` says of first bytes whether they are a chat's.

    Raises NoExport, Damaged, Bomb, InputError.
    """
    try:
        if path.is_dir():
            path = _in_folder(path)
        size = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise InputError(
            sentence("cli.audit_unreadable", Language.EN).format(file=path, error=error.strerror)
        ) from None
    with file:
        first = file.read(4)
        if first.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            with open_archive(file, size) as archive:
                yield _zipped(path, archive, recognises)
            return
    source = Source(path, path.name, size, _encoding(first), lambda: path.open("rb"), folder=path.parent)
    if not recognises(source.sniff()):
        raise no_export()
    yield source


def _in_folder(folder: Path) -> Path:
    chats = [path for path in sorted(folder.iterdir()) if is_chat_name(path.name) and path.is_file()]
    if len(chats) != 1:
        raise no_export()
    return chats[0]


def _zipped(path: Path, archive: zipfile.ZipFile, recognises: Callable[[bytes], bool]) -> Source:
    for member in chat_members(archive):
        with open_member(archive, member) as stream:
            first = Guarded(stream).read(SNIFFED) or b""
        if not recognises(first):
            continue

        def opener(member: zipfile.ZipInfo = member) -> IO[bytes]:
            return io.BufferedReader(Guarded(open_member(archive, member)))

        name = PurePosixPath(member.filename).name
        told = path.name if name.lower() in {"_chat.txt", "result.json", "export.json"} else name
        source = Source(path, told, member.file_size, _encoding(first), opener)
        for other in archive.infolist():
            if other is not member and not other.is_dir():
                source.attachments[PurePosixPath(other.filename).name] = _reader(archive, other)
        return source
    raise no_export()


def _reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        if member.file_size > LIMITS.file_bytes:
            raise Unread("too_large")
        if member.flag_bits & 1:
            raise Unread("locked")
        with open_member(archive, member) as stream:
            return Guarded(stream).readall() or b""

    return read


def _encoding(first: bytes) -> str:
    return next((name for mark, name in _MARKS if first.startswith(mark)), "utf-8")
