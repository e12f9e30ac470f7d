"""Keeping as little as possible: texts of findings and keys of handled events go when their time is over."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, update

from bot.errors import StoreError
from bot.store import schema
from bot.store.database import Database
from bot.store.inbox import Inbox
from bot.store.readings import Readings
from handlers.ports import Clock

log = structlog.get_logger()

# Telegram keeps updates for a day and Matrix answers from a sync token: a repeat after a week cannot come.
_KEYS_KEPT = timedelta(days=7)
# How long a text that goes round is known again.
_SEEN_KEPT = timedelta(days=30)


class Retention:
    """Erases what is older than `keep_days`; the journal and the numbers stay, they hold no text."""

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
        before = (now - self._keep).timestamp()
        erased = await self._database.sweep(
            update(schema.findings)
            .where(schema.findings.c.found_at < before, schema.findings.c.kept_sealed.is_not(None))
            .values(kept_sealed=None)
        )
        await self._database.sweep(delete(schema.judged).where(schema.judged.c.judged_at < before))
        await self._inbox.prune(now - _KEYS_KEPT)
        await Readings(self._database, self._inbox).prune(now - self._keep, now - min(self._keep, _SEEN_KEPT))
        return erased
