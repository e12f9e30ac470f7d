"""Delivery: takes orders from the outbox and has the platform carry them out, paced, retried, in order of priority.

One order a room is under way at a time, so that a room which must wait holds up no other. Before a call goes out
the order is marked as being sent, on disk: after a kill only such an order is in doubt, and it is sent again with
the same key, which a platform with transaction ids recognises.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from bot.adapter import Arrival
from bot.errors import StoreError
from bot.metrics import ORDERS_FAILED, ORDERS_SENT
from bot.store.database import Database
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox, Queued
from bot.store.transaction import SqlTransaction
from handlers.events import (
    Event,
    Member,
    MemberId,
    MembersListed,
    MessageId,
    Place,
    PrivateOpened,
    RoomId,
    RoomMoved,
)
from handlers.ports import (
    AlreadyGone,
    Clock,
    File,
    MovedTo,
    NotAllowed,
    NotReachable,
    Platform,
    PlatformError,
    Rendered,
    RetryLater,
)
from handlers.records import AnswerPress, Button, EditSent, ListMembers, Notice, Order, Remove, Send, SendFile

log = structlog.get_logger()

Render = Callable[[Notice, tuple[tuple[Button, ...], ...]], Rendered]
MakeFile = Callable[[SendFile], Awaitable[File]]

_AT_ONCE = 8
_LOOK_AHEAD = 200
_PAGES = 10  # how often further, when all of those belong to rooms that must wait
_GIVE_UP_AFTER = 60  # attempts; with the pauses below about a day
_LONGEST_PAUSE_S = 1800.0
_LONGEST_WAIT_S = 60.0  # for a message that is to be edited and is not sent yet
_SLACK = 1.1  # what counts is when a call arrives over there, not when it left
_REMEMBERED = 1000  # rooms of the last minute, before older ones are forgotten


@dataclass(frozen=True, slots=True)
class Pace:
    """What a platform bears: sends a second over all, the pause between two in one room, and sends a minute there.

    `per_minute_in` tells for which rooms the last holds (on Telegram for groups, not for private chats).
    """

    per_second: float = 25.0
    room_pause_s: float = 0.0
    room_per_minute: int = 10_000
    per_minute_in: Callable[[str], bool] = lambda _room: True


class _Pacer:
    """When the next send to a room may go out, by the platform's pace.

    What it bears in a second may go out at once: a warning does not wait behind its alert while nothing else is sent.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        # The last sends, as many as may go out in `_span_s`.
        self._last: deque[float] = deque(maxlen=max(1, int(pace.per_second)))
        self._span_s = _SLACK * max(1, int(pace.per_second)) / pace.per_second
        self._sent: dict[str, list[float]] = {}
        self._blocked: dict[str, float] = {}

    def wait_s(self, room: str) -> float:
        now = time.monotonic()
        ready = self._blocked.get(room, 0.0)
        if len(self._last) == self._last.maxlen:
            ready = max(ready, self._last[0] + self._span_s)
        recent = self._sent.get(room)
        if recent:
            recent[:] = [at for at in recent if at > now - 60.0]
            if recent:
                ready = max(ready, recent[-1] + self._pace.room_pause_s)
                if len(recent) >= self._pace.room_per_minute and self._pace.per_minute_in(room):
                    ready = max(ready, recent[-self._pace.room_per_minute] + 60.0)
            else:
                del self._sent[room]
        return max(0.0, ready - now)

    def sent(self, room: str) -> None:
        now = time.monotonic()
        self._last.append(now)
        if len(self._sent) > _REMEMBERED:
            self._sent = {one: times for one, times in self._sent.items() if times[-1] > now - 60.0}
            self._blocked = {one: until for one, until in self._blocked.items() if until > now}
        self._sent.setdefault(room, []).append(now)

    def block(self, room: str, wait_s: float) -> None:
        self._blocked[room] = time.monotonic() + wait_s


class Delivery:
    """The outbox of one platform."""

    def __init__(
        self,
        platform: Platform,
        database: Database,
        outbox: Outbox,
        inbox: Inbox,
        render: Render,
        clock: Clock,
        pace: Pace,
        make_file: MakeFile | None = None,
    ) -> None:
        self._make_file = make_file
        self._platform = platform
        self._database = database
        self._outbox = outbox
        self._inbox = inbox
        self._render = render
        self._clock = clock
        self._pacer = _Pacer(pace)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._failures: Counter[int] = Counter()  # by order; those of this run
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was ordered."""
        self._wake.set()

    async def run(self, stop: asyncio.Event, *, drain: asyncio.Event) -> None:
        """Send until `stop` is set; with `drain` set as well, until nothing waits."""
        while True:
            self._wake.clear()
            try:
                started, pause_s = await self._start_ready()
            except StoreError as error:
                log.error("store failed", error=str(error))
                started, pause_s = 0, 2.0
            if stop.is_set() and (not drain.is_set() or (not self._busy and not started and pause_s is None)):
                break
            if started:
                continue
            await self._sleep(stop, pause_s)
        if self._busy:
            await asyncio.wait(self._busy.values())

    async def _sleep(self, stop: asyncio.Event, pause_s: float | None) -> None:
        waits = [asyncio.create_task(self._wake.wait())]
        if not stop.is_set():
            waits.append(asyncio.create_task(stop.wait()))
        timeout = 1.0 if pause_s is None and self._busy else pause_s
        await asyncio.wait(
            [*waits, *self._busy.values()], timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        for task in waits:
            task.cancel()

    async def _start_ready(self) -> tuple[int, float | None]:
        """Start what may go out now; how many, and seconds until something else may (None: nothing waits)."""
        now = self._clock.now()
        started = 0
        pause_s: float | None = None
        seen: set[str] = set()
        for page in range(_PAGES):
            waiting = await self._outbox.waiting(
                self._platform.name, now, _LOOK_AHEAD, skip=page * _LOOK_AHEAD
            )
            here, soonest_s = self._start(waiting, seen)
            started += here
            pause_s = _sooner(pause_s, soonest_s)
            if started or len(waiting) < _LOOK_AHEAD or len(self._busy) >= _AT_ONCE:
                break
        due = await self._outbox.next_due(self._platform.name, now)
        if due is not None:
            pause_s = _sooner(pause_s, max(0.05, (due - now).total_seconds()))
        return started, pause_s

    def _start(self, waiting: list[Queued], seen: set[str]) -> tuple[int, float | None]:
        """Start what the pace allows; how many, and seconds until the first that it does not."""
        started = 0
        pause_s: float | None = None
        for queued in waiting:
            target = _target(queued.order)
            if target in seen or target in self._busy:
                seen.add(target)
                continue
            seen.add(target)
            wait_s = self._pacer.wait_s(target)
            if wait_s > 0:
                pause_s = _sooner(pause_s, wait_s)
                continue
            if len(self._busy) >= _AT_ONCE:
                break
            self._pacer.sent(target)
            self._busy[target] = asyncio.create_task(self._carry_out(target, queued))
            started += 1
        return started, pause_s

    async def _carry_out(self, target: str, queued: Queued) -> None:
        try:
            await self._attempt(queued)
        except RetryLater as error:
            self._pacer.block(target, error.wait_s)
            await self._postpone(queued, error.wait_s)
        except MovedTo as moved:
            # What was to be edited or removed stayed behind in the old room, where nobody reads any more.
            await self._moved(queued, moved)
        except AlreadyGone:
            await self._finish(queued, None, None, "gone")
        except (NotAllowed, NotReachable) as error:
            await self._give_up(queued, error)
        except PlatformError as error:
            # Being asked to wait is no failure: an order may have waited a week for an admin to open his chat.
            self._failures[queued.id] += 1
            failures = self._failures[queued.id]
            if failures >= _GIVE_UP_AFTER:
                await self._give_up(queued, error)
            else:
                await self._postpone(queued, min(_LONGEST_PAUSE_S, 0.5 * 2.0 ** min(failures - 1, 12)))
        except StoreError as error:
            log.error("store failed", error=str(error))
            await asyncio.sleep(1.0)
        except Exception as error:  # noqa: BLE001 - a fault in one order must not stop the others
            log.error("order failed", order=queued.id, error=type(error).__name__)
            await self._give_up(queued, PlatformError("unexpected"))
        finally:
            self._busy.pop(target, None)
            self._wake.set()

    async def _attempt(self, queued: Queued) -> None:
        order = queued.order
        if not await self._outbox.sending(queued.id):
            return
        match order:
            case Send():
                await self._send(queued, order)
            case SendFile():
                await self._send_file(queued, order)
            case EditSent():
                await self._edit(queued, order)
            case Remove():
                await self._platform.remove(order.room, order.message, key=order.key)
                await self._finish(queued, None, None, "removed")
            case AnswerPress():
                await self._platform.answer_press(order.room, order.press, self._render(order.notice, ()))
                await self._finish(queued, None, None, "answered")
            case ListMembers():
                listed = tuple(await self._platform.members(order.room))
                if listed:
                    event = MembersListed(Place(order.room), listed, self._clock.now())
                    await self._arrive(order.key, event)
                await self._finish(queued, None, None, "listed")

    async def _send(self, queued: Queued, order: Send) -> None:
        rendered = self._render(order.notice, order.buttons)
        room = order.room or await self._platform.private_room(_member(order))
        try:
            message = await self._platform.send(
                room, rendered, key=order.key, reply_to=order.reply_to, thread=order.thread
            )
        except MovedTo as moved:
            await self._arrive(f"moved:{room}", RoomMoved(Place(room), moved.room, self._clock.now()))
            room = moved.room
            message = await self._platform.send(room, rendered, key=order.key)
        await self._finish(queued, room, message, "sent")

    async def _send_file(self, queued: Queued, order: SendFile) -> None:
        if self._make_file is None:
            raise PlatformError("no files here")
        room = order.room or await self._platform.private_room(_member(order))
        file = await self._make_file(order)
        caption = self._render(order.caption, ())
        message = await self._platform.send_file(room, file, caption, key=order.key)
        await self._finish(queued, room, message, "sent")

    async def _edit(self, queued: Queued, order: EditSent) -> None:
        place = await self._outbox.sent_place(order.sent_key)
        if place is None:
            if await self._outbox.state_of(order.sent_key) in {"pending", "sending"}:
                raise RetryLater(min(_LONGEST_WAIT_S, 0.5 * 2.0 ** min(queued.attempts, 12)))
            raise AlreadyGone("edit")
        room, message = place
        await self._platform.edit(room, message, self._render(order.notice, order.buttons), key=order.key)
        await self._finish(queued, None, None, "edited")

    async def _moved(self, queued: Queued, moved: MovedTo) -> None:
        about = _about(queued.order)
        try:
            if about is not None:
                await self._arrive(f"moved:{about}", RoomMoved(Place(about), moved.room, self._clock.now()))
            await self._finish(queued, None, None, "gone")
        except StoreError as error:
            log.error("store failed", error=str(error))

    async def _finish(
        self, queued: Queued, room: RoomId | None, message: MessageId | None, outcome: str
    ) -> None:
        order = queued.order
        self._failures.pop(queued.id, None)

        async def job(connection: Connection) -> None:
            await self._outbox.sent(connection, queued.id, room, message)
            entry, about = _entry(order, outcome)
            if entry is not None and about is not None:
                facts = {"key": order.key, "message": message}
                if isinstance(order, Remove):
                    facts["message"] = order.message
                transaction = SqlTransaction(connection, self._database.vault)
                await transaction.journal(about, entry, self._clock.now(), facts)

        await self._database.write(job)
        ORDERS_SENT.labels(platform=self._platform.name, kind=_kind(order)).inc()
        log.info("delivered", order=queued.id, kind=_kind(order), outcome=outcome)

    async def _give_up(self, queued: Queued, error: PlatformError) -> None:
        order = queued.order
        self._failures.pop(queued.id, None)

        async def job(connection: Connection) -> None:
            await self._outbox.failed(connection, queued.id)
            transaction = SqlTransaction(connection, self._database.vault)
            facts = {"key": order.key, "why": type(error).__name__, "kind": _kind(order)}
            about = _about(order)
            if about is not None:
                await transaction.journal(about, "undelivered", self._clock.now(), facts)

        try:
            await self._database.write(job)
            ORDERS_FAILED.labels(platform=self._platform.name, kind=_kind(order)).inc()
            log.warning("given up", order=queued.id, kind=_kind(order), why=type(error).__name__)
            if (
                isinstance(error, NotReachable)
                and isinstance(order, Send | SendFile)
                and order.member is not None
            ):
                closed = PrivateOpened(
                    Place(order.room or RoomId(order.member), private=True),
                    Member(order.member, ""),
                    self._clock.now(),
                    open=False,
                )
                await self._arrive(f"unreachable:{order.key}", closed)
        except StoreError as failed:
            log.error("store failed", error=str(failed))

    async def _postpone(self, queued: Queued, wait_s: float) -> None:
        try:
            await self._outbox.postpone(queued.id, self._clock.now() + timedelta(seconds=wait_s))
        except StoreError as error:
            log.error("store failed", error=str(error))

    async def _arrive(self, key: str, event: Event) -> None:
        await self._inbox.put([Arrival(key, event)])


def _sooner(one_s: float | None, other_s: float | None) -> float | None:
    """The shorter of two pauses; None is none at all."""
    return min((pause_s for pause_s in (one_s, other_s) if pause_s is not None), default=None)


def _member(order: Send | SendFile) -> MemberId:
    if order.member is None:
        raise ValueError("what is sent needs a room or a member")
    return order.member


def _target(order: Order) -> str:
    """What has to wait its turn together: the messages of a room. Removals and answers to presses are none."""
    match order:
        case Send():
            return str(order.room or order.member)
        case SendFile():  # drawing takes seconds; an alert to the same person does not wait for it
            return f"{order.room or order.member}|file"
        case EditSent():
            return order.sent_key
        case Remove():
            return f"{order.room}|{order.message}"
        case AnswerPress():
            return f"{order.room}|{order.press or order.key}"
        case ListMembers():
            return order.key


def _kind(order: Order) -> str:
    return order.key.partition(":")[0]


def _about(order: Order) -> RoomId | None:
    if isinstance(order, Send | SendFile):
        return order.about or order.room
    return None if isinstance(order, EditSent) else order.room


def _entry(order: Order, outcome: str) -> tuple[str | None, RoomId | None]:
    """The journal's entry for a delivered order; answers to commands and presses leave none."""
    if isinstance(order, Remove):
        return ("message_removed" if outcome == "removed" else "message_already_gone"), order.room
    kind = _kind(order)
    if kind in {"warning", "alert", "digest", "notice"} and isinstance(order, Send):
        return f"{kind}_{outcome}", _about(order)
    return None, None
