"""Reading: fetches the files that were ordered, has them read in processes of their own, and tells what stands in them.

What comes of a file is an event in the inbox, put there in the transaction that ends the order: a kill at any instant
means at the worst that a file is read once more. Bytes are held in memory only, of two files at the most.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from bot.adapter import Arrival, FileTooLarge
from bot.errors import StoreError
from bot.excerpts import places_found
from bot.likeness import likeness_of
from bot.memory import give_back
from bot.metrics import FILES_READ
from bot.store.database import Database
from bot.store.inbox import Inbox
from bot.store.readings import Readings, Remembered, Waiting
from handlers.events import Attachment, FileRead, Likeness, ReadFile
from handlers.ports import AlreadyGone, Clock, NotReachable, PlatformError, RetryLater
from policies.papers.document import Document
from policies.papers.reading import PaperReading
from policies.verdict import Verdict

log = structlog.get_logger()

AT_ONCE = 2
LARGEST = 20 * 1024 * 1024  # bytes; what Telegram gives to bots
_LONGEST_PAUSE_S = 1800.0
_GIVE_UP_AFTER = timedelta(days=1)
_LONGEST_WAIT_S = 60.0  # when it was asked to wait, or is out of reach
_TELL_AFTER = timedelta(minutes=10)  # until a file that cannot be had yet is shown as a gap
_TELL_FROM = 4  # failures; a bot that has just started is not connected yet
_CRASHES = 12  # attempts that never came to an end
_STORE_PAUSE_S = 2.0


class Fetcher(Protocol):
    """A platform that gives files (bot.adapter.Adapter)."""

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """See bot.adapter.Adapter.fetch."""
        ...


class Reader(Protocol):
    """Who reads files, outside this process (bot.readers.pool.ReaderPool)."""

    async def read(self, data: bytes, name: str) -> Document:
        """The document in a file. Raises bot.readers.unread.Unread."""
        ...

    async def close(self) -> None:
        """End what is under way."""
        ...


class PaperJudge(Protocol):
    """Who judges what was read (bot.papers.Papers)."""

    def judged_by(self, order: ReadFile) -> str:
        """The instrument and the model that an order's file is judged by."""
        ...

    def judge(self, document: Document, order: ReadFile) -> PaperReading:
        """The reading of a document."""
        ...


class Reading:
    """The worker for files, one a process, for all platforms."""

    def __init__(
        self,
        fetchers: Mapping[str, Fetcher],
        database: Database,
        inbox: Inbox,
        papers: PaperJudge,
        reader: Reader,
        clock: Clock,
    ) -> None:
        self._fetchers = fetchers
        self._store = Readings(database, inbox)
        self._papers = papers
        self._reader = reader
        self._clock = clock
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._same: dict[str, asyncio.Lock] = {}  # one a content that is being read
        self._failures: dict[int, list[datetime]] = {}  # of this run, by file
        self._fetching = (
            asyncio.Lock()
        )  # reading takes longer, and each file on its way is held more than once
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A file may have been ordered."""
        self._wake.set()

    async def idle(self) -> bool:
        """Whether nothing is being read, and nothing could be at this moment."""
        return not self._busy and not await self._store.waiting(self._clock.now(), 1)

    async def depth(self) -> int:
        """How many files wait."""
        return await self._store.depth()

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set; what is under way then stays ordered."""
        try:
            while not stop.is_set():
                self._wake.clear()
                try:
                    pause_s = await self._start_ready()
                except StoreError as error:
                    log.error("store failed", error=str(error))
                    pause_s = _STORE_PAUSE_S
                await self._sleep(stop, pause_s)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            await self._reader.close()

    async def _start_ready(self) -> float | None:
        """Begin what there is room for; seconds until something else is due, None when nothing is."""
        now = self._clock.now()
        room = AT_ONCE - len(self._busy)
        if room <= 0:
            return None
        for waiting in await self._store.waiting(now, room, tuple(self._busy)):
            self._busy[waiting.id] = asyncio.create_task(self._carry_out(waiting), name="reading")
        due = await self._store.next_due(now)
        return max(0.05, (due - now).total_seconds()) if due is not None else None

    async def _sleep(self, stop: asyncio.Event, pause_s: float | None) -> None:
        waits = [asyncio.create_task(stop.wait()), asyncio.create_task(self._wake.wait())]
        await asyncio.wait(waits, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()

    # -- one file

    async def _carry_out(self, waiting: Waiting) -> None:
        began = time.monotonic()
        outcome = "failed"
        try:
            outcome = await self._attempt(waiting)
        except asyncio.CancelledError:  # told to stop: that is no attempt that brought the process down
            with contextlib.suppress(StoreError):
                await self._store.postpone(waiting.id, self._clock.now())
            raise
        except RetryLater as error:
            outcome = await self._later(waiting, error.wait_s, _LONGEST_WAIT_S)
        except PlatformError:
            outcome = await self._later(waiting, 0.0, _LONGEST_PAUSE_S)
        except StoreError as error:
            log.error("store failed", error=str(error))
            await asyncio.sleep(_STORE_PAUSE_S)
        except Exception as error:  # noqa: BLE001 - one file must not stop the others; it is tried again, then a gap
            log.error("file failed", file=waiting.id, error=type(error).__name__)
        finally:
            self._busy.pop(waiting.id, None)
            self._wake.set()
        await asyncio.to_thread(give_back)
        took = round(time.monotonic() - began, 3)
        FILES_READ.labels(outcome=outcome).inc()
        log.info("file", file=waiting.id, outcome=outcome, seconds=took)

    async def _attempt(self, waiting: Waiting) -> str:
        """Read it, and say how it ended."""
        order = waiting.order
        if waiting.attempts >= _CRASHES:
            return await self._end(waiting, _unread(order, "failed", self._clock.now()))
        # Should this attempt end with the process, the next one waits, and longer each time.
        pause_s = 0.0 if waiting.attempts < 3 else min(_LONGEST_PAUSE_S, 2.0**waiting.attempts)
        if not await self._store.begin(waiting.id, self._clock.now() + timedelta(seconds=pause_s)):
            return "cancelled"
        fetcher = self._fetchers.get(order.place.room.partition(":")[0])
        if fetcher is None:
            raise NotReachable("fetch")
        try:
            async with self._fetching:
                data = await fetcher.fetch(order.file, LARGEST)
        except FileTooLarge:
            return await self._end(waiting, _unread(order, "file_too_large", self._clock.now()))
        except (AlreadyGone, NotReachable):
            return await self._end(waiting, _unread(order, "file_gone", self._clock.now()))
        return await self._read(waiting, data)

    async def _read(self, waiting: Waiting, data: bytes) -> str:
        order = waiting.order
        content = await asyncio.to_thread(self._store.content, data)
        if order.purpose == "permit":  # only to be known again; nothing of it is read
            paper = Remembered(Likeness(content), 0.0, Verdict((), "", ""), "", "")
            return await self._end(waiting, _read(order, paper, self._clock.now()))
        judged_by = self._papers.judged_by(order)
        lock = self._same.setdefault(content, asyncio.Lock())
        try:
            async with lock:  # the same file sent by two is read for one, and known to the other
                known = await self._store.remembered(content, judged_by)
                if known is not None:
                    return await self._end(waiting, _read(order, known, self._clock.now()), outcome="known")
                read = await self._judged(order, data, content)
                if isinstance(read, str):
                    return await self._end(waiting, _unread(order, read, self._clock.now()))
                # Who checks something in private leaves nothing behind.
                kept = None if order.purpose == "check" else read
                return await self._end(waiting, _read(order, read, self._clock.now()), judged_by, kept)
        finally:
            if not lock.locked():
                self._same.pop(content, None)

    async def _judged(self, order: ReadFile, data: bytes, content: str) -> Remembered | str:
        """What stands in the bytes, or the gap when they could not be read."""
        from bot.readers.unread import Unread, gap_of  # noqa: PLC0415 - read late: most groups talk more than they send

        try:
            document = await self._reader.read(data, order.file.name)
        except Unread as unread:
            return unread.gap
        paper = await asyncio.to_thread(self._papers.judge, document, order)
        text, findings = places_found(document.text, paper.verdict.findings)
        return Remembered(
            await asyncio.to_thread(likeness_of, document, content),
            paper.official,
            type(paper.verdict)(findings, paper.verdict.pack, paper.verdict.model),
            text,
            gap_of(document.gap) if document.gap else "",
        )

    async def _end(
        self,
        waiting: Waiting,
        event: FileRead,
        judged_by: str = "",
        kept: Remembered | None = None,
        outcome: str = "",
    ) -> str:
        arrival = Arrival(f"read:{waiting.order.key}", event)
        done = await self._store.finish(waiting.id, arrival, event.at, judged_by, kept)
        self._failures.pop(waiting.id, None)
        if not done:
            return "cancelled"
        return outcome or event.gap or "read"

    async def _later(self, waiting: Waiting, asked_s: float, longest_s: float) -> str:
        """The platform does not give the file now: shown as a gap after a while, given up after a day of asking."""
        now = self._clock.now()
        failures = self._failures.setdefault(waiting.id, [])
        failures.append(now)
        event = _unread(waiting.order, "file_unreachable", now)
        try:
            if now - failures[0] > _GIVE_UP_AFTER:
                return await self._end(waiting, event)
            if now - waiting.created_at > _TELL_AFTER and len(failures) >= _TELL_FROM:
                told = replace(event, again=True)
                await self._store.tell(Arrival(f"read:{waiting.order.key}|again", told))
            pause_s = max(asked_s, min(longest_s, 2.0 ** min(len(failures), 12)))
            await self._store.postpone(waiting.id, now + timedelta(seconds=pause_s))
        except StoreError as error:
            log.error("store failed", error=str(error))
        return "later"


def _unread(order: ReadFile, gap: str, at: datetime) -> FileRead:
    return FileRead(order.place, order, at, gap)


def _read(order: ReadFile, read: Remembered, at: datetime) -> FileRead:
    return FileRead(
        order.place,
        order,
        at.astimezone(UTC),
        read.gap,
        likeness=read.likeness,
        official=read.official,
        verdict=read.verdict,
        text=read.text,
    )
