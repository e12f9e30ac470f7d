"""The inbox: events on disk before the platform is told that we have them, until they are handled."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, select, update

from bot.adapter import Arrival, Cursor
from bot.store import schema, statements
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

        async def job(connection: Connection) -> None:
            self.add(connection, arrivals)
            if cursor is not None:
                value = vault.seal(cursor.value, "cursors.value")
                connection.execute(
                    statements.kept(schema.cursors, ("platform", "name"), ("value_sealed",)),
                    {"platform": cursor.platform, "name": cursor.name, "value_sealed": value},
                )

        await self._database.write(job)
        self.arrived.set()

    def add(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:
        """Keep the events, inside a transaction; the caller sets `arrived` once it is committed."""
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
        if rows:
            connection.execute(statements.ADD_EVENT, rows)

    async def cursor(self, platform: str, name: str) -> str | None:
        """Where reading stopped, None at the first start."""
        async with self._database.reading() as connection:
            sealed = (
                connection.execute(
                    select(schema.cursors.c.value_sealed).where(
                        schema.cursors.c.platform == platform, schema.cursors.c.name == name
                    )
                )
            ).scalar_one_or_none()
        return self._database.vault.open(sealed, "cursors.value") if sealed is not None else None

    async def waiting(self, connection: Connection, limit: int) -> list[Waiting]:
        """The oldest events not yet handled, in the order in which they came."""
        rows = connection.execute(statements.EVENTS_WAITING, {"most": limit})
        found = []
        for row in rows.all():
            try:
                event = EVENT.validate_json(self._database.vault.open(row.event_sealed, "inbox.event"))
            except ValidationError:
                event = None
            found.append(Waiting(row.id, row.key, row.attempts, event))
        return found

    async def done(self, connection: Connection, ids: Sequence[int]) -> None:
        """These events are handled; their content is dropped, their keys stay to recognise a repeat."""
        connection.execute(statements.EVENT_DONE, [{"event": ident} for ident in ids])

    async def failed(self, connection: Connection, ids: Sequence[int]) -> None:
        """These events could not be handled this time."""
        connection.execute(
            update(schema.inbox)
            .where(schema.inbox.c.id.in_(ids))
            .values(attempts=schema.inbox.c.attempts + 1)
        )

    async def depth(self) -> int:
        """How many events wait."""
        async with self._database.reading() as connection:
            count = connection.execute(
                select(func.count()).select_from(schema.inbox).where(schema.inbox.c.event_sealed.is_not(None))
            )
            return int(count.scalar_one())

    async def prune(self, before: datetime) -> int:
        """Forget the keys of events handled before then; how many."""
        return await self._database.sweep(
            delete(schema.inbox).where(
                schema.inbox.c.event_sealed.is_(None), schema.inbox.c.received_at < before.timestamp()
            )
        )
