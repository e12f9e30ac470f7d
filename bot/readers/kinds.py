"""What a file is, by its content; its name only tells whether an unknown content was meant to be something else."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from bot.readers import olddoc, plain, zips
from bot.readers.task import Reader, Task
from bot.readers.unread import Unread
from policies.papers.document import Kind

# What ends so and is of no kind known here was meant to be one.
_READ = frozenset(
    {
        *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".xlsx", ".csv", ".txt"),
        *(".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".tif", ".tiff", ".bmp"),
    }
)
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_PDF_WITHIN = 1024  # bytes before which a PDF begins, whatever stands in front


def _is_picture(data: bytes) -> bool:
    return (
        data.startswith(_PICTURES)
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in _HEIF)
        or (data[:2] == b"BM" and data[6:10] == bytes(4))
    )


def is_never_read(data: bytes) -> bool:
    """Whether it is certainly sound or film: no process is started for it."""
    return (
        data.startswith((b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf1", b"#!AMR", b"\x1aE\xdf\xa3"))
        or (data[:4] == b"RIFF" and data[8:12] in {b"WAVE", b"AVI "})
        or (data[4:8] == b"ftyp" and data[8:12] not in _HEIF)
    )


def _is_rtf(data: bytes) -> bool:
    return data.startswith(b"{\\rtf")


def _is_zip(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


# In this order. A reader's module is loaded only in the worker that has a file for it.
_KINDS: tuple[tuple[Callable[[bytes], bool], Kind, str], ...] = (
    (_is_picture, "picture", "picture"),
    (olddoc.is_locked, "word", "olddoc.read_locked"),
    (olddoc.is_doc, "word", "olddoc"),
    (_is_rtf, "word", "rtf"),
    (lambda data: b"%PDF-" in data[:_PDF_WITHIN], "pdf", "pdf"),
    (plain.is_table, "sheet", "sheet.read_csv"),
    (plain.is_text, "plain", "plain"),
)
# By a part that a package must hold.
_PACKAGES: tuple[tuple[str, Kind, str], ...] = (
    ("word/", "word", "word"),
    ("xl/", "sheet", "sheet"),
    ("ppt/", "word", "slides"),
    ("content.xml", "word", "opendocument"),
)


def kind_and_reader(data: bytes, task: Task) -> tuple[Kind, Reader]:
    """The kind of a document and what reads it. Raises Unread."""
    if _is_zip(data):
        return _package(data)
    for is_one, kind, reader in _KINDS:
        if is_one(data):
            return kind, _reader(reader)
    raise Unread("broken" if not data or task.suffix in _READ else "unsupported")


def _package(data: bytes) -> tuple[Kind, Reader]:
    with zips.open_package(data) as package:
        names = package.namelist()
        for start, kind, reader in _PACKAGES:
            if any(name.startswith(start) for name in names):
                return kind, _reader(reader)
    raise Unread("unsupported")


def _reader(named: str) -> Reader:
    module, _, function = named.partition(".")
    return cast("Reader", getattr(import_module(f"bot.readers.{module}"), function or "read"))
