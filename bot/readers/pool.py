"""Files read beside the bot's own work, a few at a time.

pool = ReaderPool()
document = await pool.read(data, "letter.pdf")     # raises Unread(reason)
await pool.close()
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.readers.limits import LIMITS, Limits
from bot.readers.process import Reading
from bot.readers.unread import Unread
from policies.papers.document import Document

PROCESSES = 2


class ReaderPool:
    """Reads files in processes of their own, `processes` at once; others wait for their turn."""

    def __init__(self, processes: int = PROCESSES, limits: Limits = LIMITS) -> None:
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="reader")
        self._limits = limits
        self._under_way: set[Reading] = set()

    async def read(self, data: bytes | Path, name: str) -> Document:
        """The document in a file. Raises Unread, nothing else; when cancelled, its process is ended.

        `Document.gap` is set when the file holds more than could be read.
        """
        reading = Reading(name, self._limits)
        self._under_way.add(reading)
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, _read, reading, data, self._limits
            )
        finally:
            reading.stop()
            self._under_way.discard(reading)

    async def close(self) -> None:
        """End what is being read; its readers get Unread("too_slow")."""
        for reading in tuple(self._under_way):
            reading.stop()
        await asyncio.to_thread(self._threads.shutdown)


def _read(reading: Reading, data: bytes | Path, limits: Limits) -> Document:
    if isinstance(data, Path):
        try:
            data = content_of(data, limits)
        except OSError:
            raise Unread("broken") from None
    return reading.run(data)


def content_of(path: Path, limits: Limits = LIMITS) -> bytes:
    """The bytes of a file, no more than are read. Raises Unread, OSError."""
    with path.open("rb") as file:
        content = file.read(limits.file_bytes + 1)
    if len(content) > limits.file_bytes:
        raise Unread("too_large")
    return content


def read_file(path: Path, limits: Limits = LIMITS) -> Document:
    """The document in a file, for the command line. Raises Unread; OSError when the file cannot be opened."""
    return read_bytes(content_of(path, limits), path.name, limits)


def read_bytes(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """The document in some bytes. Raises Unread."""
    return Reading(name, limits).run(data)
