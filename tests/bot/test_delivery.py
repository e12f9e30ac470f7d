"""The outbox's delivery: who must wait holds up nobody else, and waiting is no failure."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.delivery import Delivery, Pace
from bot.store.database import Database, prepare
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.store.transaction import SqlTransaction
from bot.texts import render
from handlers.events import Member, MemberId, MessageId, RoomId
from handlers.ports import File, NotReachable, PlatformError, Rendered, RetryLater
from handlers.records import Language, Notice, Order, Priority, Send, SendFile, TextFile


@dataclass
class ScriptedPlatform:
    """A platform of our own port: a room has its errors to raise, one a call, and is then reached."""

    errors: dict[str, list[PlatformError]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    name: str = "console"
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def all_sent(self, wanted: int) -> None:
        """Return when so many are sent."""
        while len(self.sent) < wanted:
            self.news.clear()
            await self.news.wait()

    async def send(
        self,
        room: RoomId,
        rendered: Rendered,
        *,
        key: str,
        reply_to: MessageId | None = None,
        thread: str | None = None,
    ) -> MessageId:
        """Raise what is due, or have it sent."""
        if self.errors.get(room):
            raise self.errors[room].pop(0)
        self.sent.append(key)
        self.news.set()
        return MessageId(key)

    async def send_file(self, room: RoomId, file: File, caption: Rendered, *, key: str) -> MessageId:
        """Note that it was sent, by name."""
        self.sent.append(f"{key} {file.name}")
        self.news.set()
        return MessageId(key)

    async def edit(self, room: RoomId, message: MessageId, rendered: Rendered, *, key: str) -> None:
        """Nothing is edited here."""

    async def remove(self, room: RoomId, message: MessageId, *, key: str) -> None:
        """Nothing is removed here."""

    async def answer_press(self, room: RoomId, press: str, rendered: Rendered) -> None:
        """Nothing is pressed here."""

    async def private_room(self, member: MemberId) -> RoomId:
        """Nobody has one."""
        raise NotReachable("private room")

    async def admins(self, room: RoomId) -> Sequence[Member]:
        """Nobody is one."""
        return []

    async def members(self, room: RoomId) -> Sequence[Member]:
        """Nobody is there."""
        return []


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open store in an empty folder."""
    path, vault = prepare("sqlite+aiosqlite:///store.db", tmp_path / "store.key", tmp_path)
    opened = Database(path, vault)
    await opened.open()
    yield opened
    await opened.close()


async def deliver(
    database: Database, platform: ScriptedPlatform, orders: Sequence[Send], wanted: int
) -> None:
    """Order all of it and deliver until so many are sent."""

    async def order(connection: Connection) -> None:
        transaction = SqlTransaction(connection, database.vault)
        for one in orders:
            await transaction.order(one)

    await database.write(order)
    delivery = Delivery(
        platform,
        database,
        Outbox(database),
        Inbox(database),
        render,
        SystemClock(),
        Pace(per_second=1e6),
    )
    stop = asyncio.Event()
    task = asyncio.create_task(delivery.run(stop, drain=asyncio.Event()))
    async with asyncio.timeout(20):
        await platform.all_sent(wanted)
    stop.set()
    delivery.wake()
    await task


def said(key: str, room: str, priority: Priority = Priority.ALERT) -> Send:
    """An order."""
    return Send(key, Notice("press.done", Language.EN), room=RoomId(f"console:{room}"), priority=priority)


async def test_a_room_with_many_orders_that_must_wait_holds_up_no_other(database: Database) -> None:
    """Hundreds of alerts for an admin who cannot be reached stand in front; a warning elsewhere goes out at once."""
    platform = ScriptedPlatform({"console:away": [RetryLater(600.0)] * 1000})
    orders = [said(f"alert:{number}", "away") for number in range(450)]
    await deliver(database, platform, [*orders, said("warning:1", "here", Priority.WARNING)], 1)
    assert platform.sent == ["warning:1"]


async def test_an_order_that_waits_a_little_is_not_held_up_by_one_that_waits_long(database: Database) -> None:
    """The shortest pause counts."""
    platform = ScriptedPlatform({"console:away": [RetryLater(600.0)] * 9, "console:here": [RetryLater(0.3)]})
    await deliver(
        database, platform, [said("alert:1", "away"), said("alert:2", "away"), said("alert:3", "here")], 1
    )
    assert platform.sent == ["alert:3"]


async def test_an_order_taken_back_in_the_last_moment_is_not_sent(database: Database) -> None:
    """It was already chosen to be sent; afterwards the outbox is as before."""
    platform, outbox = ScriptedPlatform(), Outbox(database)

    async def order(connection: Connection) -> None:
        await SqlTransaction(connection, database.vault).order(said("recount:1|1", "here"))

    async def take_back(connection: Connection) -> int:
        return await SqlTransaction(connection, database.vault).cancel_unsent("recount:1|")

    await database.write(order)
    (chosen,) = await outbox.waiting("console", datetime.now(UTC), 10)
    assert await database.write(take_back) == 1
    assert not await outbox.sending(chosen.id)
    await deliver(database, platform, [said("alert:2", "here")], 1)
    assert platform.sent == ["alert:2"]
    assert await outbox.state_of("recount:1|1") == "cancelled"


async def test_waiting_is_no_failure(database: Database) -> None:
    """After a hundred requests to wait, one failure does not make it given up."""
    errors: list[PlatformError] = [RetryLater(0.001)] * 100
    platform = ScriptedPlatform({"console:here": [*errors, PlatformError("once")]})
    await deliver(database, platform, [said("alert:1", "here")], 1)
    assert platform.sent == ["alert:1"]


async def test_nothing_waits_for_a_file_that_is_being_made(database: Database) -> None:
    """A digest takes seconds to draw: an alert to the same place, ordered after it, goes out meanwhile."""
    platform = ScriptedPlatform()
    begun, drawn = asyncio.Event(), asyncio.Event()

    async def make(order: SendFile) -> File:
        begun.set()
        await drawn.wait()
        return File("roll.csv", "text/csv", b"x")

    room = RoomId("console:a")
    notice = Notice("help.member", Language.EN)

    async def ordered(order: Order) -> None:
        async def job(connection: Connection) -> None:
            await SqlTransaction(connection, database.vault).order(order)

        await database.write(job)
        delivery.wake()

    pace = Pace(per_second=1e6)
    delivery = Delivery(
        platform, database, Outbox(database), Inbox(database), render, SystemClock(), pace, make
    )
    stop, drain = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(delivery.run(stop, drain=drain))
    async with asyncio.timeout(20):
        await ordered(SendFile("paper:1", TextFile("roll.csv", "text/csv", "x"), notice, room=room))
        await begun.wait()
        await ordered(Send("alert:1", notice, room=room, priority=Priority.ALERT))
        await platform.all_sent(1)
        drawn.set()
        await platform.all_sent(2)
        stop.set()
        await task
    assert platform.sent == ["alert:1", "paper:1 roll.csv"]
