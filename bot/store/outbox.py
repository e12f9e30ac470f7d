"""The outbox: orders that wait to be sent, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.store import schema, statements
from bot.store.database import Database
from handlers.events import MessageId, RoomId
from handlers.records import ORDER, Order

_REMEMBERED = 1000  # orders of which the content is kept in memory while they wait


@dataclass(frozen=True, slots=True)
class Queued:
    """An order in the queue. `interrupted`: it was being sent when the process ended, so it may have been sent."""

    id: int
    attempts: int
    interrupted: bool
    order: Order = field(repr=False)


class Outbox:
    """The delivery's side of the outbox; orders come in through `Transaction.order`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[int, Order] = {}

    async def waiting(self, platform: str, now: datetime, limit: int, skip: int = 0) -> list[Queued]:
        """What may be sent now, but for the first `skip`: alerts before warnings, answers, digests; oldest first."""
        async with self._database.reading() as connection:
            given = {"platform": platform, "now": now.timestamp(), "most": limit, "skip": skip}
            rows = connection.execute(statements.ORDERS_WAITING, given).all()
            orders = self._contents(connection, [row.id for row in rows])
        return [
            Queued(row.id, row.attempts, row.state == "sending", orders[row.id])
            for row in rows
            if row.id in orders  # else taken back a moment ago
        ]

    def _contents(self, connection: Connection, ids: Sequence[int]) -> dict[int, Order]:
        """What the orders say, by number. It never changes, so it is opened once while an order waits."""
        unread = [number for number in ids if number not in self._read]
        if unread:
            if len(self._read) > _REMEMBERED:
                self._read = {number: self._read[number] for number in ids if number in self._read}
            vault = self._database.vault
            for row in connection.execute(statements.ORDER_CONTENTS, {"ids": unread}):
                self._read[row.id] = ORDER.validate_json(vault.open(row.order_sealed, "outbox.order"))
        return self._read

    async def next_due(self, platform: str, after: datetime) -> datetime | None:
        """When the first of the orders that must still wait at `after` may be sent; None when there is none."""
        async with self._database.reading() as connection:
            given = {"platform": platform, "after": after.timestamp()}
            found = connection.execute(statements.NEXT_DUE, given).scalar_one_or_none()
        return datetime.fromtimestamp(found, UTC) if found is not None else None

    async def sending(self, order: int) -> bool:
        """On disk before the call goes out: a kill from here on leaves the send in doubt.

        False when the order was taken back meanwhile; it must not be sent.
        """

        async def job(connection: Connection) -> bool:
            marked = connection.execute(statements.ORDER_SENDING, {"order": order})
            return bool(marked.rowcount)

        return await self._database.write(job)

    async def sent(
        self, connection: Connection, order: int, room: RoomId | None, message: MessageId | None
    ) -> None:
        """Delivered; as which message, where it is one. Its content is dropped."""
        self._read.pop(order, None)
        now = datetime.now(UTC).timestamp()
        given = {"order": order, "now": now, "room": room, "message": message}
        connection.execute(statements.ORDER_SENT, given)

    async def failed(self, connection: Connection, order: int) -> None:
        """Given up; the caller journals why."""
        self._read.pop(order, None)
        connection.execute(
            update(schema.outbox)
            .where(schema.outbox.c.id == order)
            .values(state="failed", order_sealed=None, done_at=datetime.now(UTC).timestamp())
        )

    async def postpone(self, order: int, until: datetime) -> None:
        """Not now."""
        await self._set(order, state="pending", not_before=until.timestamp())

    async def sent_place(self, key: str) -> tuple[RoomId, MessageId] | None:
        """Where and as which message the order `key` was said."""
        async with self._database.reading() as connection:
            row = (
                connection.execute(
                    select(schema.outbox.c.sent_room, schema.outbox.c.sent_message).where(
                        schema.outbox.c.key == key, schema.outbox.c.state == "sent"
                    )
                )
            ).one_or_none()
        if row is None or row.sent_room is None or row.sent_message is None:
            return None
        return RoomId(row.sent_room), MessageId(row.sent_message)

    async def state_of(self, key: str) -> str | None:
        """`pending`, `sending`, `sent`, `failed`, `cancelled`, or None for a key never ordered."""
        async with self._database.reading() as connection:
            found = (
                connection.execute(select(schema.outbox.c.state).where(schema.outbox.c.key == key))
            ).scalar_one_or_none()
        return str(found) if found is not None else None

    async def depth(self) -> int:
        """How many orders wait."""
        async with self._database.reading() as connection:
            count = connection.execute(
                select(func.count())
                .select_from(schema.outbox)
                .where(schema.outbox.c.state.in_(("pending", "sending")))
            )
            return int(count.scalar_one())

    async def _set(self, order: int, **values: Any) -> None:
        async def job(connection: Connection) -> None:
            connection.execute(update(schema.outbox).where(schema.outbox.c.id == order).values(**values))

        await self._database.write(job)
