"""Files of an audit: written beside their place and moved there whole, readable by their owner only, never through a link."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from bot.errors import InputError
from bot.texts import sentence
from handlers.records import Language


def make_folder(folder: Path) -> None:
    """The folder of an audit. Raises InputError when something else is in its place."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(sentence("cli.audit_no_folder", Language.EN).format(folder=folder)) from None


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A text to write, which takes its place when it is whole. What no encoding knows becomes a question mark."""
    with (
        replacing_bytes(path) as raw,
        io.TextIOWrapper(raw, encoding="utf-8", errors="replace", newline="") as file,
    ):
        yield file


@contextmanager
def replacing_bytes(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its place when it is whole."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
