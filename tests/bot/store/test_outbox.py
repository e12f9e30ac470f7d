"""The outbox's side of delivery: an order read a moment ago may be done by now."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.store.database import Database, prepare
from bot.store.outbox import Outbox
from bot.store.transaction import SqlTransaction
from handlers.events import MessageId, RoomId
from handlers.records import Language, Notice, Send

ROOM = RoomId("telegram:-1")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open store in an empty folder."""
    path, vault = prepare("sqlite+aiosqlite:///store.db", tmp_path / "store.key", tmp_path)
    opened = Database(path, vault)
    await opened.open()
    yield opened
    await opened.close()


@pytest.mark.parametrize("end", ["sent", "cancelled", "failed"])
async def test_order_that_no_longer_waits_is_not_sent_again(database: Database, end: str) -> None:
    """Whoever read it before is told so, and the queue stays readable."""
    outbox = Outbox(database)

    async def ordered(connection: Connection) -> None:
        send = Send("answer:1", Notice("press.done", Language.EN), room=ROOM)
        await SqlTransaction(connection, database.vault).order(send)

    async def ended(connection: Connection) -> None:
        if end == "sent":
            await outbox.sent(connection, queued.id, ROOM, MessageId("7"))
        elif end == "failed":
            await outbox.failed(connection, queued.id)
        else:
            await SqlTransaction(connection, database.vault).cancel_unsent("answer:")

    await database.write(ordered)
    [queued] = await outbox.waiting("telegram", datetime.now(UTC), 10)
    if end != "cancelled":
        assert await outbox.sending(queued.id)
    await database.write(ended)
    assert not await outbox.sending(queued.id)
    assert await outbox.state_of("answer:1") == end
    assert await outbox.waiting("telegram", datetime.now(UTC), 10) == []
