"""Receiving: sync after sync, each on disk before the next is asked for.

A sync is held until its events are in the inbox together with the new sync token; only then the server is told, by
asking from that token on. Messages that a sync left out (`limited`) are fetched first.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from nio import (  # type: ignore[import-untyped] # the library ships no types
    Api,
    ErrorResponse,
    ForwardedRoomKeyEvent,
    JoinResponse,
    MegolmEvent,
    RoomKeyEvent,
    SyncResponse,
)

from bot.adapter import Arrival, Cursor, Intake
from bot.errors import Para6Error, StoreError
from bot.platforms.matrix.connection import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    Connection,
    Stopped,
    sleep,
    stoppable,
)
from bot.platforms.matrix.errors import Limited, error_of, mapped
from bot.platforms.matrix.history import History
from bot.platforms.matrix.keys import tend_keys
from bot.platforms.matrix.links import link_arrivals
from bot.platforms.matrix.private import PrivateRooms
from bot.platforms.matrix.recent import RecentEvents
from bot.platforms.matrix.rooms import PLATFORM, RoomView
from bot.platforms.matrix.state import StateReader
from bot.platforms.matrix.translate import Translator
from bot.platforms.matrix.waiting import WaitingForKeys
from handlers.events import GapSeen, MessageId
from handlers.ports import AlreadyGone, NotAllowed, PlatformError

log = structlog.get_logger()

_TIMELINE = 100  # events a room and sync; parsing more blocks the loop too long
_FILTER = {
    "room": {
        "timeline": {"limit": _TIMELINE},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
    },
    "presence": {"types": []},
    "account_data": {"types": []},
}
_POLL_MS = 30_000
_POLL_BUSY_MS = 1_000  # while an invitation waits to be accepted
_FULL_SYNC_S = 300.0
_JOIN_ATTEMPTS = 20
_STORE_PAUSE_S = 2.0
_CURSOR = "sync"


@dataclass(slots=True)
class Position:
    """How far we have read, and what is under way there; kept in one transaction with the events."""

    since: str | None = None
    waiting: dict[str, list[str]] = field(default_factory=dict)
    joins: dict[str, str] = field(default_factory=dict)  # rooms to join, with a server that knows them

    @classmethod
    def read(cls, kept: str | None) -> "Position":
        """From the cursor; an unreadable one counts as none."""
        try:
            value = json.loads(kept) if kept else {}
            return cls(value.get("since"), value.get("waiting", {}), value.get("joins", {}))
        except (ValueError, AttributeError):
            return cls()

    def write(self) -> str:
        """For the cursor."""
        return json.dumps({"since": self.since, "waiting": self.waiting, "joins": self.joins})


class Receiver:
    """The way in."""

    def __init__(self, connection: Connection, views: dict[str, RoomView], private: PrivateRooms) -> None:
        self.receiving = False
        self.ready = asyncio.Event()
        self._history = History(connection)
        self.recent = RecentEvents(self._history.recent)
        self._connection = connection
        self._views = views
        self._private = private
        self._translator = Translator(self.recent)
        self._state = StateReader(views, private)
        self._waiting = WaitingForKeys()
        self._attempts: dict[str, int] = {}
        self._position = Position()
        self._join_after = 0.0
        self._started = False
        self._held: Any = None
        self._waiting_read: list[tuple[str, Any]] = []

    async def run(self, intake: Intake, stop: asyncio.Event) -> None:
        """Sync until stopped; waits out a server that is away. Raises ConfigError."""
        pause_s = FIRST_PAUSE_S
        try:
            self._position = Position.read(await intake.cursor(PLATFORM, _CURSOR))
            for room, events in self._position.waiting.items():
                for event in events:
                    self._waiting.expect(room, event)
            await self._enter(stop)
            while True:
                try:
                    await self._step(intake, stop)
                    pause_s = FIRST_PAUSE_S
                except Limited as error:
                    await sleep(error.wait_s, stop)
                except PlatformError as error:
                    self.receiving = False
                    log.warning("matrix sync failed", why=str(error), wait_s=pause_s)
                    await sleep(pause_s, stop)
                    pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
                except (Stopped, Para6Error):
                    raise
                except Exception as error:  # noqa: BLE001 - whatever a server sends, the bot stays and tries again
                    self.receiving = False
                    log.error("matrix sync unreadable", error=type(error).__name__, wait_s=pause_s)
                    await sleep(pause_s, stop)
                    pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
        except Stopped:
            return
        finally:
            self.receiving = False

    async def _enter(self, stop: asyncio.Event) -> None:
        while True:
            await self._connection.open(stop)
            try:
                await stoppable(self._private.load(), stop)
                await tend_keys(
                    self._connection.client, self._waiting, stop
                )  # members can encrypt for us before we join anything
            except PlatformError as error:
                log.warning("matrix start failed", why=str(error))
                await sleep(FIRST_PAUSE_S * 4, stop)
            else:
                return

    async def _step(self, intake: Intake, stop: asyncio.Event) -> None:
        """One sync, from asking to having it on disk."""
        if self._held is None:
            self._held = await self._sync(stop)
        if self._held is None:
            return
        response = self._held
        gaps = await stoppable(self._fill_gaps(response), stop)
        found = await self._arrivals(response, gaps)
        position = Position(
            response.next_batch, self._waiting.ids(), {**self._position.joins, **self._state.take_joins()}
        )
        await self._keep(intake, found, position, stop)
        self._position, self._held = position, None
        self.receiving = True
        self._started = True
        self.ready.set()
        await self._join_rooms(stop)
        await tend_keys(self._connection.client, self._waiting, stop)
        await stoppable(self._private.save(), stop)

    async def _sync(self, stop: asyncio.Event) -> Any:
        client = self._connection.client
        # nio ignores an answer whose token it has already seen, and with it the keys inside.
        client.next_batch = ""
        quick = not self._started or bool(self._position.joins) or bool(client.outgoing_to_device_messages)
        poll_ms = 0 if not self._started else _POLL_BUSY_MS if quick else _POLL_MS
        with mapped("sync"):
            async with asyncio.timeout(_FULL_SYNC_S):
                response = await stoppable(
                    client.sync(
                        timeout=poll_ms,
                        sync_filter=_FILTER,
                        since=self._position.since,
                        full_state=None if self._started else True,
                    ),
                    stop,
                )
        if isinstance(response, SyncResponse):
            return response
        await self._sync_refused(response, stop)
        return None

    async def _sync_refused(self, response: Any, stop: asyncio.Event) -> None:
        if response.status_code in {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"}:
            self.receiving = False
            self._connection.forget_token()
            await self._enter(stop)
            return
        refused = response.status_code in {"M_INVALID_PARAM", "M_UNKNOWN_POS", "M_UNKNOWN"}
        status = getattr(response.transport_response, "status", None)
        if refused and status == 400 and self._position.since is not None:
            # The server no longer knows how far we were: what was said since then is not given to us.
            log.warning("matrix sync token refused; reading from now on")
            self._position.since = None
            self._started = False
            self._state.lost = True
            return
        raise error_of(response, "sync")

    async def _keep(
        self, intake: Intake, found: Sequence[Arrival], position: Position, stop: asyncio.Event
    ) -> None:
        """On disk when this returns."""
        while True:
            try:
                await intake.put(found, Cursor(PLATFORM, _CURSOR, position.write()))
            except StoreError as error:
                log.error("store failed", error=str(error))
                await sleep(_STORE_PAUSE_S, stop)
            else:
                return

    # -- what a sync holds

    async def _arrivals(self, response: Any, gaps: dict[str, list[Any]]) -> list[Arrival]:
        found: list[Arrival] = []
        self._state.invited(response.rooms.invite)
        joined = response.rooms.join
        # Where a room goes on elsewhere, that is known before anything of the new room.
        moved_first = sorted(joined, key=lambda room: not self._state.is_moving(joined[room]))
        for room in moved_first:
            found += await self._joined_room(response, room, joined[room], gaps.get(room, []))
        for room, info in response.rooms.leave.items():
            found += await self._left_room(room, info)
        keys_came = any(
            isinstance(event, RoomKeyEvent | ForwardedRoomKeyEvent) for event in response.to_device_events
        )
        if not self._started:
            await self._fetch_waiting()
        if keys_came or not self._started:
            found += await self._read_waiting()
        if not self._started:
            found += self._state.start(response.next_batch)
        return found

    async def _joined_room(self, response: Any, room: str, info: Any, gap: list[Any]) -> list[Arrival]:
        found = self._state.before(room, info.state, response.next_batch)
        view = self._views[room]
        events = [*gap, *info.timeline.events]
        came = self._state.own_arrival(events)
        first = self._position.since is None
        for index, event in enumerate(events):
            if self._state.is_state(event):
                quiet = index < came or (first and index != came)
                found += self._state.read(view, event, quiet=quiet)
            elif index > came and not first:
                found += await self._said(view, event)
        return found

    async def _said(self, view: RoomView, event: Any) -> list[Arrival]:
        if isinstance(event, MegolmEvent) and event.sender != view.own:
            self._waiting.add(view.id, event)
        try:
            found = await self._translator.arrivals(view, event)
            return [*found, *link_arrivals(self._views.values(), event)]
        except Exception as error:  # noqa: BLE001 - one event must not stop the sync; it becomes a gap
            log.warning("matrix event failed", error=type(error).__name__)
            ident = str(getattr(event, "event_id", ""))
            gap = GapSeen(view.place(), "malformed", self._state.now(), MessageId(ident) if ident else None)
            return [Arrival(ident or f"failed:{view.id}:{gap.at.timestamp()}", gap)]

    async def _left_room(self, room: str, info: Any) -> list[Arrival]:
        view = self._views.get(room)
        found: list[Arrival] = []
        machine = self._connection.client.olm
        if view is not None and view.joined():
            for event in info.timeline.events:
                if self._state.is_state(event):
                    continue
                if isinstance(event, MegolmEvent) and machine is not None:
                    event.room_id = room
                    event = machine._decrypt_megolm_no_error(event) or event  # noqa: PLW2901 - nio leaves it
                found += await self._said(view, event)
        found += self._state.left(room, [*info.state, *info.timeline.events])
        self._connection.client.rooms.pop(room, None)
        return found

    # -- what a sync left out

    async def _fill_gaps(self, response: Any) -> dict[str, list[Any]]:
        since = self._position.since
        gaps: dict[str, list[Any]] = {}
        if since is None:
            return gaps
        for room, info in response.rooms.join.items():
            came = any(self._state.is_own_arrival(event) for event in info.timeline.events)
            if info.timeline.limited and info.timeline.prev_batch and not came:
                gaps[room], whole = await self._history.between(
                    room, info.timeline.prev_batch, since, self._state.is_own_arrival
                )
                if not whole:
                    log.warning("matrix gap not filled", room=room)
                    self._state.unfilled.add(room)
        return gaps

    # -- keys

    async def _fetch_waiting(self) -> None:
        """After a restart: the events whose keys we wait for, from the server."""
        for room, ident in self._waiting.missing():
            try:
                event = await self._history.event(room, ident)
            except PlatformError:
                continue
            if isinstance(event, MegolmEvent):
                self._waiting.add(room, event)
            else:
                self._waiting.drop(room, ident)
                if event is not None and room in self._views:
                    self._waiting_read.append((room, event))

    async def _read_waiting(self) -> list[Arrival]:
        """The messages whose keys have come."""
        found: list[Arrival] = []
        machine = self._connection.client.olm
        readable = [*self._waiting_read, *(self._waiting.readable(machine) if machine is not None else ())]
        self._waiting_read.clear()
        for room, event in readable:
            view = self._views.get(room)
            if view is None:
                continue
            ident = str(getattr(event, "event_id", "") or event.source.get("event_id", ""))
            found += await self._said(view, event)
            if view.watched():
                mended = GapSeen(
                    view.place(), "undecryptable", self._state.now(), MessageId(ident), mended=True
                )
                found.append(Arrival(f"{ident}:mended", mended))
        return found

    # -- joining

    async def _join_rooms(self, stop: asyncio.Event) -> None:
        """Accept invitations and follow upgrades; what does not succeed yet is tried at the next sync."""
        client = self._connection.client
        if time.monotonic() < self._join_after:
            return
        for room, server in list(self._position.joins.items()):
            query = {"via": server, "server_name": server} if server else {}
            path = Api._build_path(["join", room], query)
            with mapped("join"):
                response = await stoppable(client._send(JoinResponse, "POST", path, "{}"), stop)
            if isinstance(response, ErrorResponse):
                error = error_of(response, "join")
                if isinstance(error, Limited):
                    self._join_after = time.monotonic() + error.wait_s
                    return
                self._attempts[room] = self._attempts.get(room, 0) + 1
                final = isinstance(error, NotAllowed | AlreadyGone) or self._attempts[room] >= _JOIN_ATTEMPTS
                log.warning("matrix room not joined", room=room, why=str(error), final=final)
                if not final:
                    continue
            del self._position.joins[room]
            self._attempts.pop(room, None)
