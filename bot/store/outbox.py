"""The outbox: orders that wait to be sent, and what became of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import schema
from bot.store.database import Database
from handlers.events import MessageId, RoomId
from handlers.records import ORDER, Order


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

    async def waiting(self, platform: str, now: datetime, limit: int, skip: int = 0) -> list[Queued]:
        """What may be sent now, but for the first `skip`: alerts before warnings, answers, digests; oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(schema.outbox)
                .where(
                    schema.outbox.c.platform == platform,
                    schema.outbox.c.state.in_(("pending", "sending")),
                    schema.outbox.c.order_sealed.is_not(None),
                    schema.outbox.c.not_before <= now.timestamp(),
                )
                .order_by(schema.outbox.c.priority, schema.outbox.c.id)
                .limit(limit)
                .offset(skip)
            )
            vault = self._database.vault
            return [
                Queued(
                    row.id,
                    row.attempts,
                    row.state == "sending",
                    ORDER.validate_json(vault.open(row.order_sealed, "outbox.order")),
                )
                for row in rows.all()
            ]

    async def next_due(self, platform: str, after: datetime) -> datetime | None:
        """When the first of the orders that must still wait at `after` may be sent; None when there is none."""
        async with self._database.reading() as connection:
            found = (
                await connection.execute(
                    select(func.min(schema.outbox.c.not_before)).where(
                        schema.outbox.c.platform == platform,
                        schema.outbox.c.state.in_(("pending", "sending")),
                        schema.outbox.c.not_before > after.timestamp(),
                    )
                )
            ).scalar_one_or_none()
        return datetime.fromtimestamp(found, UTC) if found is not None else None

    async def sending(self, order: int) -> bool:
        """On disk before the call goes out: a kill from here on leaves the send in doubt.

        False when the order was taken back meanwhile; it must not be sent.
        """

        async def job(connection: AsyncConnection) -> bool:
            marked = await connection.execute(
                update(schema.outbox)
                .where(schema.outbox.c.id == order, schema.outbox.c.order_sealed.is_not(None))
                .values(state="sending", attempts=schema.outbox.c.attempts + 1)
            )
            return bool(marked.rowcount)

        return await self._database.write(job)

    async def sent(
        self, connection: AsyncConnection, order: int, room: RoomId | None, message: MessageId | None
    ) -> None:
        """Delivered; as which message, where it is one. Its content is dropped."""
        await connection.execute(
            update(schema.outbox)
            .where(schema.outbox.c.id == order)
            .values(
                state="sent",
                order_sealed=None,
                done_at=datetime.now(UTC).timestamp(),
                sent_room=room,
                sent_message=message,
            )
        )

    async def failed(self, connection: AsyncConnection, order: int) -> None:
        """Given up; the caller journals why."""
        await connection.execute(
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
                await connection.execute(
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
                await connection.execute(select(schema.outbox.c.state).where(schema.outbox.c.key == key))
            ).scalar_one_or_none()
        return str(found) if found is not None else None

    async def depth(self) -> int:
        """How many orders wait."""
        async with self._database.reading() as connection:
            count = await connection.execute(
                select(func.count())
                .select_from(schema.outbox)
                .where(schema.outbox.c.state.in_(("pending", "sending")))
            )
            return int(count.scalar_one())

    async def _set(self, order: int, **values: Any) -> None:
        async def job(connection: AsyncConnection) -> None:
            await connection.execute(
                update(schema.outbox).where(schema.outbox.c.id == order).values(**values)
            )

        await self._database.write(job)
