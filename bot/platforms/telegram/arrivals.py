"""From updates to the inbox: what both ways in, polling and webhook, do with what they receive.

The bot's rooms are kept in a cursor, so that after a start each is looked at, and a pause too long for Telegram to
have kept everything is shown in each as a gap.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.adapter import Arrival, Cursor, Intake
from bot.platforms.telegram.people import NAME, is_group
from bot.platforms.telegram.survey import AGAIN_S, Survey
from bot.platforms.telegram.translate import Me, arrivals_of
from handlers.events import BotChanged, GapSeen, Place, RoomId, RoomMoved
from handlers.ports import PlatformError, RetryLater

log = structlog.get_logger()

# Bot API: "Incoming updates are stored on the server until the bot receives them … not longer than 24 hours".
_KEPT = timedelta(hours=24)
_ALIVE_EVERY = timedelta(minutes=5)
_LOOK_S = 5.0
_BETWEEN_LOOKS_S = 0.1


class Arrivals:
    """Puts updates into the inbox, rooms looked at first."""

    def __init__(self, intake: Intake, survey: Survey, me: Me) -> None:
        self._intake = intake
        self._survey = survey
        self._me = me
        self._one_at_a_time = asyncio.Lock()  # updates and what is found on looking both change the rooms
        self._rooms: set[RoomId] = set()
        self._alive_at: datetime | None = None
        self._failed: dict[RoomId, int] = {}  # looks that failed, one after the other

    async def open(self) -> None:
        """Read what earlier runs left: the rooms, and when we last received. Raises StoreError."""
        kept = await self._intake.cursor(NAME, "rooms")
        self._rooms = {RoomId(room) for room in json.loads(kept)} if kept else set()
        alive = await self._intake.cursor(NAME, "alive")
        self._alive_at = datetime.fromisoformat(alive) if alive else None
        self._survey.want(sorted(self._rooms))

    async def take(self, updates: Sequence[Any]) -> None:
        """Keep the updates' events; durable on return. Raises StoreError: nothing is kept then."""
        arrivals = [arrival for update in updates for arrival in arrivals_of(update, self._me)]
        await self.keep(arrivals)

    async def keep(self, arrivals: Sequence[Arrival]) -> None:
        """Keep events, in order; a room seen for the first time is looked at before. Raises StoreError.

        Called without any when Telegram has none, so that it is known until when we were there.
        """
        async with self._one_at_a_time:
            await self._keep(arrivals)

    async def _keep(self, arrivals: Sequence[Arrival]) -> None:
        now = datetime.now(UTC)
        rooms = set(self._rooms)
        ordered = self._downtime(now)
        introduced = await self._introduced(arrivals)
        for arrival in arrivals:
            event, room = arrival.event, arrival.event.place.room
            if isinstance(event, BotChanged) and event.present:
                event = await self._completed(event)
            elif isinstance(event, RoomMoved):
                rooms.discard(room)
                room = event.to
            elif is_group(room) and room not in rooms and not isinstance(event, BotChanged):
                ordered += introduced.get(room, [])
            if isinstance(event, BotChanged) and not event.present:
                rooms.discard(room)
                self._survey.forget(room)
            elif is_group(room):
                rooms.add(room)
            ordered.append(replace(arrival, event=event))
        if rooms != self._rooms:
            await self._intake.put(ordered, Cursor(NAME, "rooms", json.dumps(sorted(rooms))))
        elif ordered or self._alive_at is None or now - self._alive_at > _ALIVE_EVERY:
            await self._intake.put(ordered, Cursor(NAME, "alive", now.isoformat()))
            self._alive_at = now
        self._rooms = rooms
        self._survey.want({arrival.event.place.room for arrival in arrivals} & rooms)

    async def watch(self) -> None:
        """Look at the rooms that are due, one after the other, for ever."""
        while True:
            room = await self._survey.next()
            try:
                found = await self._survey.look(room, self._me)
                stamp = int(found.at.timestamp() * 1000)
                key = f"moved:{room}" if isinstance(found, RoomMoved) else f"survey:{room}:{stamp}"
                async with self._one_at_a_time:
                    await self._keep_found(Arrival(key, found))
            except RetryLater as error:
                self._survey.want([room], at_once=True)
                await asyncio.sleep(error.wait_s)
            except Exception as error:  # noqa: BLE001 - a fault over one room must not keep the others from being looked at
                log.info("room not looked at", room=room, error=type(error).__name__)
                self._look_later(room)
            else:
                self._failed.pop(room, None)
            await asyncio.sleep(_BETWEEN_LOOKS_S)

    def _look_later(self, room: RoomId) -> None:
        """After a failure; a room that fails again and again is asked about less and less often."""
        failed = self._failed[room] = self._failed.get(room, 0) + 1
        wait_s = min(AGAIN_S, _LOOK_S * 2.0 ** min(failed - 1, 10))
        asyncio.get_running_loop().call_later(wait_s, lambda: self._survey.want([room], at_once=True))

    def _downtime(self, now: datetime) -> list[Arrival]:
        """A gap in every room when we were away, or Telegram out of reach, for longer than it keeps updates."""
        alive = self._alive_at
        if alive is None or now - alive <= _KEPT:
            return []
        log.warning("away for longer than updates are kept", rooms=len(self._rooms))
        key = f"downtime:{alive.timestamp():.0f}"
        return [
            Arrival(f"{key}:{room}", GapSeen(Place(room), "downtime", now)) for room in sorted(self._rooms)
        ]

    async def _keep_found(self, arrival: Arrival) -> None:
        event = arrival.event
        rooms = set(self._rooms)
        if isinstance(event, RoomMoved):
            rooms = rooms - {event.place.room} | {event.to}
            self._survey.want([event.to])
        elif isinstance(event, BotChanged) and not event.present:
            rooms.discard(event.place.room)
            self._survey.forget(event.place.room)
        cursor = Cursor(NAME, "rooms", json.dumps(sorted(rooms))) if rooms != self._rooms else None
        await self._intake.put([arrival], cursor)
        self._rooms = rooms

    async def _completed(self, event: BotChanged) -> BotChanged:
        try:
            async with asyncio.timeout(_LOOK_S):
                completed = await self._survey.complete(event, self._me)
        except (PlatformError, TimeoutError):
            self._survey.want([event.place.room], at_once=True)
            return event
        if completed is event:
            self._survey.want([event.place.room], at_once=True)
            return event
        return completed

    async def _introduced(self, arrivals: Sequence[Arrival]) -> dict[RoomId, list[Arrival]]:
        """Rooms that no update has told us of: their admins must be known before the first alert."""
        first: dict[RoomId, Arrival] = {}
        for arrival in arrivals:
            room = arrival.event.place.room
            if is_group(room) and room not in self._rooms:
                first.setdefault(room, arrival)
        told = [
            arrival for arrival in first.values() if not isinstance(arrival.event, BotChanged | RoomMoved)
        ]
        looked = await asyncio.gather(*(self._introduction(arrival) for arrival in told))
        return {arrival.event.place.room: found for arrival, found in zip(told, looked, strict=True)}

    async def _introduction(self, arrival: Arrival) -> list[Arrival]:
        place = arrival.event.place
        try:
            async with asyncio.timeout(_LOOK_S):
                found = await self._survey.look(place.room, self._me, place.title)
        except (PlatformError, TimeoutError):
            self._survey.want([place.room], at_once=True)
            return []
        if not isinstance(found, BotChanged) or not found.present:
            return []
        return [Arrival(f"{arrival.key}:room", found)]
