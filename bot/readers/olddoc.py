"""Word files of before 2007 (DOC), by antiword: through a file in memory, since it wants to move about in it."""

import subprocess
from collections.abc import Iterator

from bot.readers.plain import pages_of
from bot.readers.task import Task
from bot.readers.unread import Unread
from policies.papers.document import Page

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LONGEST_S = 15.0
# antiword reads memory that it never wrote when a file lacks what Word always writes: it then falls over about every third time.
_TRIES = 6


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le")


def is_doc(data: bytes) -> bool:
    """Whether it is the old container with a Word text in it."""
    return data.startswith(MAGIC) and _stream("WordDocument") in data


def is_locked(data: bytes) -> bool:
    """Whether it is a newer office file with a password, which is kept in the old container."""
    return data.startswith(MAGIC) and _stream("EncryptedPackage") in data


def read_locked(_data: bytes, _task: Task) -> Iterator[Page]:
    """Never read."""
    raise Unread("locked")


def read(_data: bytes, task: Task) -> Iterator[Page]:
    """The text of the file. `task.memory` holds its bytes."""
    if task.memory is None:
        raise Unread("broken")
    command = ["antiword", "-m", "UTF-8.txt", "-w", "0", f"/dev/fd/{task.memory}"]
    for _ in range(_TRIES):
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command
                command, pass_fds=(task.memory,), capture_output=True, timeout=_LONGEST_S, check=False
            )
        except FileNotFoundError:
            raise Unread("not_installed") from None
        except subprocess.TimeoutExpired:
            raise Unread("too_slow") from None
        if done.returncode >= 0:
            break
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode or not text.strip():
        raise Unread("locked" if b"ncrypted" in done.stderr else "broken")
    yield from pages_of(text.splitlines(), task)
