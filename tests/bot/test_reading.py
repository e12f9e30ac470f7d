"""The reading worker: what a platform does not give is asked for again, shown after a while, and given up in the end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.excerpts import places_found
from bot.papers import Papers
from bot.readers.pool import ReaderPool
from bot.reading import Reading
from bot.store import schema
from bot.store.database import Database, prepare
from bot.store.inbox import Inbox
from bot.store.transaction import SqlTransaction
from handlers.events import (
    EVENT,
    Attachment,
    FileRead,
    Member,
    MemberId,
    MessageId,
    Place,
    ReadFile,
    RoomId,
)
from handlers.ports import PlatformError, RetryLater
from policies.verdict import Action, Finding
from tests.handlers.stage import ScriptedJudge, StageClock

ROOM = RoomId("console:group")


@dataclass
class Shelf:
    """A platform of our own port: gives what lies on it, or raises what is due."""

    errors: list[PlatformError] = field(default_factory=list)
    asked: int = 0

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """The bytes that the name says."""
        del most
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return attachment.ref.encode()


@dataclass
class Bench:
    """A reading worker on a real store with real readers."""

    database: Database
    shelf: Shelf = field(default_factory=Shelf)
    clock: StageClock = field(default_factory=StageClock)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.database)
        papers = Papers(ScriptedJudge())
        self.reading = Reading(
            {"console": self.shelf}, self.database, self.inbox, papers, ReaderPool(), self.clock
        )

    async def order(self, text: str, message: str = "1") -> None:
        """A file with a text is to be read."""
        order = ReadFile(
            f"file:{ROOM}|{message}",
            Place(ROOM, title="Officers"),
            MessageId(message),
            Member(MemberId("console:ali"), "Ali"),
            self.clock.now(),
            Attachment(message, text, "a.txt"),
        )

        async def job(connection: Connection) -> None:
            await SqlTransaction(connection, self.database.vault).read_file(order)
            connection.execute(schema.files.update().values(created_at=self.clock.now().timestamp()))

        await self.database.write(job)

    async def run(self, **passing: float) -> None:
        """Let time pass, and whatever can be read be read."""
        self.clock.pass_(**passing)
        self.reading.wake()
        for _ in range(1500):
            await asyncio.sleep(0.02)
            if await self.reading.idle():
                break

    async def events(self) -> list[FileRead]:
        """What came of the files so far."""
        query = select(schema.inbox.c.event_sealed).order_by(schema.inbox.c.id)
        async with self.database.reading() as connection:
            sealed = list(connection.execute(query).scalars())
        found = [EVENT.validate_json(self.database.vault.open(one, "inbox.event")) for one in sealed]
        assert all(isinstance(event, FileRead) for event in found)
        return found  # type: ignore[return-value] # as asserted


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """An empty store."""
    path, vault = prepare("sqlite+aiosqlite:///store.db", tmp_path / "store.key", tmp_path)
    database = Database(path, vault)
    await database.open()
    made = Bench(database)
    stop = asyncio.Event()
    working = asyncio.create_task(made.reading.run(stop))
    yield made
    stop.set()
    await working
    await database.close()


async def test_file_out_of_reach_is_shown_and_read_when_it_can_be_had(bench: Bench) -> None:
    """Asked for with growing pauses; a gap after ten minutes, told once; then what stands in it."""
    bench.shelf.errors = [RetryLater(3.0), *(PlatformError("fetch") for _ in range(7))]
    await bench.order("vote")
    for _ in range(9):
        await bench.run(minutes=5)
    told, read = await bench.events()
    assert (told.gap, told.again, read.gap, read.again) == ("file_unreachable", True, "", False)
    assert read.verdict is not None
    assert [finding.clause for finding in read.verdict.findings] == ["political"]
    assert read.text == "vote"


async def test_file_is_given_up_after_a_day_of_asking(bench: Bench) -> None:
    """Not because the bot was away for longer: what waited is asked for again, though not connected at once."""
    await bench.order("vote")
    bench.clock.pass_(days=3)
    bench.shelf.errors = [RetryLater(1.0)]
    await bench.run()
    assert await bench.events() == []
    bench.shelf.errors = [PlatformError("fetch") for _ in range(20)]
    for _ in range(6):
        await bench.run(hours=6)
    assert [(event.gap, event.again) for event in await bench.events()] == [
        ("file_unreachable", True),
        ("file_unreachable", False),
    ]
    assert await bench.reading.depth() == 0


async def test_file_that_ends_the_process_is_not_begun_for_ever(bench: Bench) -> None:
    """Each attempt is counted before it begins; after a dozen that never ended it is a gap."""
    await bench.order("vote")

    async def job(connection: Connection) -> None:
        connection.execute(schema.files.update().values(attempts=12))

    await bench.database.write(job)
    await bench.run()
    [event] = await bench.events()
    assert (event.gap, bench.shelf.asked) == ("failed", 0)


async def test_same_bytes_are_read_once(bench: Bench) -> None:
    """Two at the same moment, and one later; nothing is kept of it in the clear."""
    await bench.order("please vote for the zarafa", "1")
    await bench.order("please vote for the zarafa", "2")
    await bench.run()
    await bench.order("please vote for the zarafa", "3")
    await bench.run(hours=1)
    events = await bench.events()
    assert [event.text for event in events] == ["please vote for the zarafa"] * 3
    assert len({event.likeness for event in events}) == 1
    async with bench.database.reading() as connection:
        assert len(connection.execute(select(schema.readings)).all()) == 1


def test_only_the_places_found_are_kept() -> None:
    """Of a long paper the surroundings of what was found, with the offsets moved along."""
    text = "a" * 1000 + "vote" + "b" * 1000 + "march" + "c" * 1000
    findings = tuple(
        Finding(clause, Action.WARN, 0.9, text.index(word), text.index(word) + len(word), "", "")
        for clause, word in (("order", "march"), ("political", "vote"))
    )
    kept, moved = places_found(text, findings)
    assert [kept[one.start : one.end] for one in moved] == ["march", "vote"]
    assert [one.clause for one in moved] == ["order", "political"]
    assert len(kept) < 1100
    assert places_found(text, ()) == ("", ())
