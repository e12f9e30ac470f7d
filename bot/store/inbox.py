"""The inbox: events on disk before the platform is told that we have them, until they are handled."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapter import Arrival, Cursor
from bot.store import schema
from bot.store.database import Database
from bot.store.transaction import platform_of
from handlers.events import EVENT, Event


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits to be handled. `event` is None when what was kept can no longer be read."""

    id: int
    key: str
    attempts: int
    event: Event | None = field(repr=False)


class Inbox:
    """`bot.adapter.Intake` on the database, and the worker's side of it. `arrived` is set when something came."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.arrived = asyncio.Event()

    async def put(self, arrivals: Sequence[Arrival], cursor: Cursor | None = None) -> None:
        """Keep the events and move the cursor, in one transaction; durable on return. Raises StoreError."""
        vault = self._database.vault
        now = datetime.now(UTC).timestamp()
        rows = [
            {
                "platform": platform_of(arrival.event.place.room),
                "key": arrival.key,
                "event_sealed": vault.seal(EVENT.dump_json(arrival.event).decode(), "inbox.event"),
                "received_at": now,
                "attempts": 0,
            }
            for arrival in arrivals
        ]

        async def job(connection: AsyncConnection) -> None:
            if rows:
                statement = insert(schema.inbox).on_conflict_do_nothing(index_elements=["platform", "key"])
                await connection.execute(statement, rows)
            if cursor is not None:
                value = vault.seal(cursor.value, "cursors.value")
                await connection.execute(
                    insert(schema.cursors)
                    .values(platform=cursor.platform, name=cursor.name, value_sealed=value)
                    .on_conflict_do_update(index_elements=["platform", "name"], set_={"value_sealed": value})
                )

        await self._database.write(job)
        self.arrived.set()

    async def cursor(self, platform: str, name: str) -> str | None:
        """Where reading stopped, None at the first start."""
        async with self._database.reading() as connection:
            sealed = (
                await connection.execute(
                    select(schema.cursors.c.value_sealed).where(
                        schema.cursors.c.platform == platform, schema.cursors.c.name == name
                    )
                )
            ).scalar_one_or_none()
        return self._database.vault.open(sealed, "cursors.value") if sealed is not None else None

    async def waiting(self, connection: AsyncConnection, limit: int) -> list[Waiting]:
        """The oldest events not yet handled, in the order in which they came."""
        rows = await connection.execute(
            select(schema.inbox)
            .where(schema.inbox.c.event_sealed.is_not(None))
            .order_by(schema.inbox.c.id)
            .limit(limit)
        )
        found = []
        for row in rows.all():
            try:
                event = EVENT.validate_json(self._database.vault.open(row.event_sealed, "inbox.event"))
            except ValidationError:
                event = None
            found.append(Waiting(row.id, row.key, row.attempts, event))
        return found

    async def done(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        """These events are handled; their content is dropped, their keys stay to recognise a repeat."""
        await connection.execute(
            update(schema.inbox).where(schema.inbox.c.id.in_(ids)).values(event_sealed=None)
        )

    async def failed(self, connection: AsyncConnection, ids: Sequence[int]) -> None:
        """These events could not be handled this time."""
        await connection.execute(
            update(schema.inbox)
            .where(schema.inbox.c.id.in_(ids))
            .values(attempts=schema.inbox.c.attempts + 1)
        )

    async def depth(self) -> int:
        """How many events wait."""
        async with self._database.reading() as connection:
            count = await connection.execute(
                select(func.count()).select_from(schema.inbox).where(schema.inbox.c.event_sealed.is_not(None))
            )
            return int(count.scalar_one())

    async def prune(self, before: datetime) -> int:
        """Forget the keys of events handled before then; how many."""

        async def job(connection: AsyncConnection) -> int:
            gone = await connection.execute(
                delete(schema.inbox).where(
                    schema.inbox.c.event_sealed.is_(None), schema.inbox.c.received_at < before.timestamp()
                )
            )
            return int(gone.rowcount)

        return await self._database.write(job)
