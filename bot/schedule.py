"""What happens by the clock: looked at every half minute, decided and ordered in one transaction of the store."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from sqlalchemy import Connection

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.transaction import SqlTransaction
from handlers.desk import Desk
from handlers.ports import Transaction

log = structlog.get_logger()

Chore = Callable[[Transaction, Desk], Awaitable[int]]


class Schedule:
    """Lets each chore see whether it is time; `ordered` is called when one has ordered something.

    What is due is told from what the store holds, never from when we last looked: a restart or a pause loses nothing.
    """

    def __init__(
        self, database: Database, desk: Desk, chores: Sequence[Chore], ordered: Callable[[], None]
    ) -> None:
        self._database = database
        self._desk = desk
        self._chores = chores
        self._ordered = ordered

    async def run(self, every_s: float = 30.0) -> None:
        """Look now and then at every interval, for ever."""
        while True:
            for chore in self._chores:
                await self._look(chore)
            await asyncio.sleep(every_s)

    async def _look(self, chore: Chore) -> None:
        async def job(connection: Connection) -> int:
            return await chore(SqlTransaction(connection, self._database.vault), self._desk)

        try:
            done = await self._database.write(job)
        except StoreError as error:
            log.error("store failed", error=str(error))
        except Exception as error:  # noqa: BLE001 - a fault in one chore must stop neither the others nor the bot
            log.error("chore failed", chore=getattr(chore, "__name__", "?"), error=type(error).__name__)
        else:
            if done:
                log.info("done by the clock", chore=getattr(chore, "__name__", "?"), rooms=done)
                self._ordered()
