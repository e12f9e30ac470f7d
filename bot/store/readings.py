"""The reading worker's side of the store: which files wait, what was read before, and a reading's end in one piece."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, func, select, update

from bot.adapter import Arrival
from bot.store import schema, statements
from bot.store.database import Database
from bot.store.inbox import Inbox
from handlers.events import READ_FILE, Likeness, ReadFile
from policies.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits to be read. `attempts` were begun and not brought to an end."""

    id: int
    attempts: int
    created_at: datetime
    order: ReadFile = field(repr=False)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is kept of a file that was read, to be used again when it is sent again; see FileRead for the fields."""

    likeness: Likeness
    official: float
    verdict: Verdict
    text: str = field(repr=False)
    gap: str = ""


_REMEMBERED: TypeAdapter[Remembered] = TypeAdapter(Remembered)


class Readings:
    """The tables `files` and `readings`."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database = database
        self._inbox = inbox

    def content(self, data: bytes) -> str:
        """The keyed hash by which a file's bytes are known again."""
        return self._database.vault.digest_bytes(data)

    async def waiting(self, now: datetime, limit: int, without: Sequence[int] = ()) -> list[Waiting]:
        """The files that may be read now, but for those under way: first those for which somebody waits, then the oldest."""
        table = schema.files
        query = (
            select(table)
            .where(table.c.state == "pending", table.c.not_before <= now.timestamp())
            .where(table.c.id.not_in(without))
            .order_by(table.c.key.startswith("file:"), table.c.id)
            .limit(limit)
        )
        vault = self._database.vault
        async with self._database.reading() as connection:
            return [
                Waiting(
                    row.id,
                    row.attempts,
                    datetime.fromtimestamp(row.created_at, UTC),
                    READ_FILE.validate_json(vault.open(row.order_sealed, "files.order")),
                )
                for row in connection.execute(query)
            ]

    async def next_due(self, after: datetime) -> datetime | None:
        """When the first of the files that must still wait may be read; None when none waits."""
        table = schema.files
        query = select(func.min(table.c.not_before)).where(
            table.c.state == "pending", table.c.not_before > after.timestamp()
        )
        async with self._database.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return datetime.fromtimestamp(found, UTC) if found is not None else None

    async def depth(self) -> int:
        """How many files wait."""
        query = select(func.count()).select_from(schema.files).where(schema.files.c.state == "pending")
        async with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    async def begin(self, file: int, not_before: datetime) -> bool:
        """On disk before the file is touched: one that brings the process down is not begun for ever.

        `not_before` holds only should this attempt never end. False when the order was taken back meanwhile.
        """
        return await self._set(file, attempts=schema.files.c.attempts + 1, not_before=not_before.timestamp())

    async def postpone(self, file: int, until: datetime) -> None:
        """Not now; the attempt came to an end."""
        await self._set(file, attempts=func.max(0, schema.files.c.attempts - 1), not_before=until.timestamp())

    async def remembered(self, content: str, judged_by: str) -> Remembered | None:
        """What was read of the same bytes for the same judge."""
        table = schema.readings
        query = select(table.c.read_sealed).where(table.c.content == content, table.c.judged_by == judged_by)
        async with self._database.reading() as connection:
            sealed = connection.execute(query).scalar_one_or_none()
        if sealed is None:
            return None
        return _REMEMBERED.validate_json(self._database.vault.open(sealed, "readings.read"))

    async def finish(
        self, file: int, arrival: Arrival, at: datetime, judged_by: str, kept: Remembered | None
    ) -> bool:
        """The end of a reading, all or nothing: what came of it is in the inbox, and the order is done.

        `kept` is remembered for the next time. False when the order was taken back meanwhile: nothing comes of it.
        """
        vault = self._database.vault

        async def job(connection: Connection) -> bool:
            ended = connection.execute(
                update(schema.files)
                .where(schema.files.c.id == file, schema.files.c.state == "pending")
                .values(state="done", order_sealed=None)
            )
            if not ended.rowcount:
                return False
            if kept is not None:
                sealed = vault.seal(_REMEMBERED.dump_json(kept).decode(), "readings.read")
                values = {"judged_by": judged_by, "read_sealed": sealed, "read_at": at.timestamp()}
                connection.execute(
                    statements.kept(schema.readings, ("content",), tuple(values)),
                    {"content": kept.likeness.content, **values},
                )
            self._inbox.add(connection, [arrival])
            return True

        done = await self._database.write(job)
        self._inbox.arrived.set()
        return done

    async def tell(self, arrival: Arrival) -> None:
        """Something is to be known of a file before its reading has ended."""
        await self._inbox.put([arrival])

    async def prune(self, read_before: datetime, seen_before: datetime) -> None:
        """Forget readings, and texts that went round, of before then; and the keys of files long done."""
        await self._database.sweep(
            delete(schema.readings).where(schema.readings.c.read_at < read_before.timestamp())
        )
        await self._database.sweep(
            delete(schema.seen_texts).where(schema.seen_texts.c.seen_at < seen_before.timestamp())
        )
        await self._database.sweep(
            delete(schema.files).where(
                schema.files.c.state != "pending", schema.files.c.created_at < read_before.timestamp()
            )
        )

    async def _set(self, file: int, **values: object) -> bool:
        async def job(connection: Connection) -> bool:
            changed = connection.execute(
                update(schema.files)
                .where(schema.files.c.id == file, schema.files.c.state == "pending")
                .values(**values)
            )
            return bool(changed.rowcount)

        return await self._database.write(job)
