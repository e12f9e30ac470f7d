"""The worker: takes events from the inbox, lets the handlers act, commits everything of a batch at once."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import Connection

from bot.errors import StoreError
from bot.metrics import EVENTS_HANDLED, EVENTS_UNJUDGED
from bot.store.database import Database, Savepoint
from bot.store.inbox import Inbox, Waiting
from bot.store.transaction import SqlTransaction
from handlers.events import Event, FileRead, GapSeen, MessagePosted, Place, RoomId
from handlers.ports import Clock, Transaction

log = structlog.get_logger()

Handle = Callable[[Transaction, Event], Awaitable[None]]

_BATCH = 50
_ATTEMPTS = 3
_PAUSE_S = 2.0


class Worker:
    """One worker a process: events are handled in the order in which they came.

    An event whose handling fails is tried again, twice, and then becomes a coverage gap: one bad message stops
    nothing and is never taken as clean.
    """

    def __init__(
        self, database: Database, inbox: Inbox, handle: Handle, clock: Clock, ordered: Callable[[], None]
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._handle = handle
        self._clock = clock
        self._ordered = ordered

    async def run(self, stop: asyncio.Event) -> None:
        """Handle events until `stop` is set and nothing waits."""
        while True:
            self._inbox.arrived.clear()
            try:
                more = await self._database.write(self._batch)
            except StoreError as error:
                log.error("store failed", error=str(error))
                if stop.is_set():
                    return
                await asyncio.sleep(_PAUSE_S)
                continue
            self._ordered()
            if more:
                continue
            if stop.is_set() and not self._inbox.arrived.is_set():
                return
            await _first(stop, self._inbox.arrived)

    async def _batch(self, connection: Connection) -> bool:
        """Handle what waits; whether more may wait."""
        waiting = await self._inbox.waiting(connection, _BATCH)
        transaction = SqlTransaction(connection, self._database.vault)
        done: list[int] = []
        failed: list[int] = []
        for item in waiting:
            if item.event is None:
                await self._give_up(transaction, item, "malformed")
                done.append(item.id)
                continue
            savepoint = Savepoint(connection, "event")
            try:
                await self._handle(transaction, item.event)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - one bad message must not stop the room; it becomes a gap
                savepoint.rollback()
                log.warning(
                    "event failed", inbox=item.id, error=type(error).__name__, place=_innermost(error)
                )
                if item.attempts + 1 < _ATTEMPTS:
                    failed.append(item.id)
                else:
                    await self._give_up(transaction, item, "failed")
                    done.append(item.id)
            else:
                savepoint.release()
                done.append(item.id)
                EVENTS_HANDLED.labels(kind=item.event.kind).inc()
        if done:
            await self._inbox.done(connection, done)
        if failed:
            await self._inbox.failed(connection, failed)
        return bool(failed) or len(waiting) == _BATCH

    async def _give_up(self, transaction: Transaction, item: Waiting, reason: str) -> None:
        event = item.event
        place = event.place if event is not None else Place(RoomId(""))
        message = None
        if isinstance(event, MessagePosted | FileRead):
            message = event.message if isinstance(event, MessagePosted) else event.order.message
        now = self._clock.now()
        EVENTS_UNJUDGED.labels(reason=reason).inc()
        gap = GapSeen(place, reason, now, message)
        await transaction.add_gap(place.room, reason, at=now, message=message, count=gap.count)
        await transaction.journal(place.room, "gap", now, {"reason": reason, "message": message, "count": 1})


def _innermost(error: BaseException) -> str:
    """File and line where an error arose: enough to find it, nothing of what was said."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of the events is set."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
