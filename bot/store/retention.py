"""Keeping as little as possible: texts of findings and keys of handled events go when their time is over."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, true, update

from bot.errors import StoreError
from bot.store import schema
from bot.store.database import Database
from bot.store.inbox import Inbox
from bot.store.readings import Readings
from handlers.ports import Clock
from handlers.records import SETTINGS

log = structlog.get_logger()

# Telegram keeps updates for a day and Matrix answers from a sync token: a repeat after a week cannot come.
_KEYS_KEPT = timedelta(days=7)
# A question to an admin is over after half an hour.
_DRAFTS_KEPT = timedelta(hours=1)
# How long a text that goes round is known again.
_SEEN_KEPT = timedelta(days=30)
_ROOMS = select(schema.rooms.c.id, schema.rooms.c.chain, schema.rooms.c.moved_to, schema.rooms.c.settings)


class Retention:
    """Erases what is older than `keep_days`, in a room whose admin wants it sooner than its own number of days.

    The journal and the numbers stay, they hold no text.
    """

    def __init__(self, database: Database, inbox: Inbox, keep_days: int) -> None:
        self._database = database
        self._inbox = inbox
        self._keep = timedelta(days=keep_days)

    async def run(self, clock: Clock, every: timedelta) -> None:
        """Erase now and then at every interval, for ever."""
        while True:
            try:
                erased = await self.erase(clock.now())
                if erased:
                    log.info("erased", texts=erased)
            except StoreError as error:
                log.error("store failed", error=str(error))
            await asyncio.sleep(every.total_seconds())

    async def erase(self, now: datetime) -> int:
        """Erase what is due; how many findings lost their text."""
        shorter = await self._shorter()
        erased = await self._erase_texts(now - self._keep, None)
        for rooms, keep in shorter:
            erased += await self._erase_texts(now - keep, rooms)
        await self._inbox.prune(now - _KEYS_KEPT)
        await self._database.sweep(
            delete(schema.drafts).where(schema.drafts.c.at < (now - _DRAFTS_KEPT).timestamp())
        )
        # A file that was read is known again in every room, so the shortest time of all holds for what was read of it.
        keep = min([self._keep, *(keep for _, keep in shorter)])
        await Readings(self._database, self._inbox).prune(now - keep, now - min(keep, _SEEN_KEPT))
        return erased

    async def _erase_texts(self, until: datetime, rooms: Sequence[str] | None) -> int:
        """Of these rooms, of all for None: the text of findings and appeals, and what was judged, of before then."""
        before = until.timestamp()
        findings, judged = schema.findings.c, schema.judged.c
        erased = await self._database.sweep(
            update(schema.findings)
            .where(findings.found_at < before, findings.kept_sealed.is_not(None))
            .where(findings.room.in_(rooms) if rooms is not None else true())
            .values(kept_sealed=None)
        )
        appeals = schema.appeals.c
        await self._database.sweep(
            update(schema.appeals)
            .where(appeals.at < before, appeals.reason_sealed.is_not(None))
            .where(appeals.room.in_(rooms) if rooms is not None else true())
            .values(reason_sealed=None)
        )
        await self._database.sweep(
            delete(schema.judged)
            .where(judged.judged_at < before)
            .where(judged.room.in_(rooms) if rooms is not None else true())
        )
        return erased

    async def _shorter(self) -> list[tuple[list[str], timedelta]]:
        """The rooms whose admin has chosen a shorter time, each with the ids that it had before it moved."""
        async with self._database.reading() as connection:
            rows = connection.execute(_ROOMS).all()
        found = []
        for row in rows:
            days = SETTINGS.validate_json(row.settings).keep_days
            if row.moved_to is None and days is not None and timedelta(days=days) < self._keep:
                found.append(([one.id for one in rows if one.chain == row.chain], timedelta(days=days)))
        return found
