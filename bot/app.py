"""The composition root: store, judge, handlers, platforms and health page, put together and run until told to stop."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.adapter import Adapter
from bot.clock import SystemClock
from bot.config import Config
from bot.delivery import Delivery, Pace
from bot.errors import Para6Error, StoreError
from bot.http import HealthServer
from bot.metrics import (
    FILES_DEPTH,
    FINDINGS,
    INBOX_DEPTH,
    JUDGE_SECONDS,
    MESSAGES_JUDGED,
    OUTBOX_DEPTH,
    RECEIVING,
)
from bot.papers import Papers
from bot.platforms.build import build_adapters
from bot.readers.pool import ReaderPool
from bot.reading import Reader, Reading
from bot.reports.apart import FileMaker
from bot.schedule import Schedule
from bot.store.database import Database, prepare
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.store.retention import Retention
from bot.texts import render
from bot.worker import Worker
from handlers.desk import Desk, MemoryThreads
from handlers.dispatch import handle
from handlers.events import Event
from handlers.permit_endings import announce_endings
from handlers.ports import Judge, Transaction
from handlers.reminder import remind_due
from handlers.schedule import send_due
from policies.message import NO_CONTEXT, Context, Message
from policies.verdict import Verdict

log = structlog.get_logger()

_RETENTION_EVERY = timedelta(hours=1)
_DRAIN_S = 20.0
_LOOK_S = 0.05


class MeasuredJudge:
    """The judge, with its time and verdicts counted."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def judge(self, message: Message, context: Context = NO_CONTEXT) -> Verdict:
        """As policies.judge.Judge.judge."""
        began = time.perf_counter()
        verdict = self._judge.judge(message, context)
        took = time.perf_counter() - began
        JUDGE_SECONDS.observe(took)
        MESSAGES_JUDGED.labels(verdict=verdict.action).inc()
        for finding in verdict.findings:
            FINDINGS.labels(clause=finding.clause, action=finding.action.value).inc()
        log.info(
            "judged",
            verdict=verdict.action,
            clauses=[finding.clause for finding in verdict.findings],
            ms=round(took * 1000, 3),
        )
        return verdict


class App:
    """The bot of one configuration. `run` returns when every platform's input has ended, or on SIGTERM or SIGINT."""

    def __init__(
        self,
        config: Config,
        *,
        adapters: Sequence[Adapter] | None = None,
        judge: Judge | None = None,
        reader: Reader | None = None,
    ) -> None:
        self._config = config
        settings = config.settings
        self._adapters = (
            list(adapters) if adapters is not None else list(build_adapters(config, typed=sys.stdin.isatty()))
        )
        path, vault = prepare(settings.store.url, config.key_file, config.base)
        self._database = Database(path, vault)
        self._inbox = Inbox(self._database)
        self._outbox = Outbox(self._database)
        self._clock = SystemClock()
        judge = judge or _load_judge(settings.policy.pack)
        self._reading = Reading(
            {adapter.name: adapter for adapter in self._adapters},
            self._database,
            self._inbox,
            Papers(judge),
            reader or ReaderPool(),  # starts no process before the first file
            self._clock,
        )
        self._desk = Desk(
            judge=MeasuredJudge(judge),
            clock=self._clock,
            threads=MemoryThreads(),
            mode=settings.rooms.mode,
            language=settings.rooms.language,
            keep_days=settings.store.keep_days,
        )
        self.files = FileMaker()
        self.stop = asyncio.Event()

    async def run(self) -> None:
        """Run until stopped; then finish what is under way. Raises Para6Error."""
        await self._database.open()
        http = None
        try:
            if self._config.settings.http.listen:
                http = HealthServer(
                    self._config.settings.http.listen, ready=self.receiving, measure=self._measure
                )
                await http.start()
            self._watch_signals()
            await self._run_all()
        finally:
            if http is not None:
                await http.close()
            for adapter in self._adapters:
                await adapter.close()
            await self._database.close()

    def receiving(self) -> bool:
        """Whether every configured platform delivers events at this moment."""
        return all(adapter.receiving() for adapter in self._adapters)

    async def _run_all(self) -> None:
        stop_worker, stop_delivery, drain = asyncio.Event(), asyncio.Event(), asyncio.Event()
        stop_reading = asyncio.Event()
        deliveries = [
            Delivery(
                adapter,
                self._database,
                self._outbox,
                self._inbox,
                render,
                self._clock,
                getattr(adapter, "pace", Pace()),
                self.files.made,
            )
            for adapter in self._adapters
        ]

        def ordered() -> None:
            self._reading.wake()
            for delivery in deliveries:
                delivery.wake()

        worker = Worker(self._database, self._inbox, self._handle, self._clock, ordered)
        retention = Retention(self._database, self._inbox, self._config.settings.store.keep_days)
        schedule = Schedule(self._database, self._desk, (send_due, remind_due, announce_endings), ordered)
        background = [
            asyncio.create_task(worker.run(stop_worker), name="worker"),
            asyncio.create_task(retention.run(self._clock, _RETENTION_EVERY), name="retention"),
            asyncio.create_task(schedule.run(), name="schedule"),
            *(
                asyncio.create_task(delivery.run(stop_delivery, drain=drain), name="delivery")
                for delivery in deliveries
            ),
        ]
        reading = asyncio.create_task(self._reading.run(stop_reading), name="reading")
        receiving = [
            asyncio.create_task(adapter.run(self._inbox, self.stop), name=adapter.name)
            for adapter in self._adapters
        ]
        try:
            await _first_failure(receiving, [*background, reading])
            if not self.stop.is_set():
                drain.set()  # the input has ended: everything is handled, read and sent
                await self._read_out(background)
        finally:
            self.stop.set()
            await asyncio.gather(*receiving, return_exceptions=True)
            stop_reading.set()
            await asyncio.wait([reading], timeout=_DRAIN_S)
            stop_worker.set()
            self._inbox.arrived.set()
            await asyncio.wait(background[:1], timeout=_DRAIN_S)
            for by_the_clock in background[1:3]:
                by_the_clock.cancel()
            stop_delivery.set()
            ordered()
            await asyncio.wait(background[3:], timeout=_DRAIN_S)
            for task in [*background, reading]:
                task.cancel()
            await asyncio.gather(*background, reading, return_exceptions=True)

    async def _read_out(self, background: Sequence["asyncio.Task[None]"]) -> None:
        """Wait until no event and no file waits, or the bot is told to stop, or a part of it ended."""
        while not self.stop.is_set() and not any(task.done() for task in background):
            if not await self._inbox.depth() and await self._reading.idle() and not await self._inbox.depth():
                return
            await asyncio.sleep(_LOOK_S)

    async def _handle(self, transaction: Transaction, event: Event) -> None:
        await handle(transaction, self._desk, event)

    async def _measure(self) -> None:
        for adapter in self._adapters:
            RECEIVING.labels(platform=adapter.name).set(adapter.receiving())
        with contextlib.suppress(StoreError):  # a store that cannot be read must not hide the other numbers
            INBOX_DEPTH.set(await self._inbox.depth())
            OUTBOX_DEPTH.set(await self._outbox.depth())
            FILES_DEPTH.set(await self._reading.depth())

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)


def _load_judge(pack: str) -> Judge:
    from policies.judge import load_judge  # noqa: PLC0415 - read late, so that errors of the configuration come first

    return load_judge(pack)


async def _first_failure(
    receiving: Sequence["asyncio.Task[None]"], background: Sequence["asyncio.Task[None]"]
) -> None:
    """Return when all receiving tasks have ended; raise what any task raised before."""
    waiting = set(receiving)
    while waiting:
        done, _ = await asyncio.wait([*waiting, *background], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if task.exception() is not None:
                raise task.exception() or Para6Error("a part of the bot ended")
            if task not in waiting:
                raise Para6Error(f"the bot's {task.get_name()} ended unexpectedly; start it again")
            waiting.discard(task)
