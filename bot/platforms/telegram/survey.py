"""The self-test of a room: who its admins are now and which rights we lack.

Told at once by `my_chat_member` and `chat_member` updates as long as we are an admin; a survey finds what no update
told: at the start, when a room is seen for the first time, and now and then while it is used.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from telegram import Bot

from bot.platforms.telegram.look import Look, humans
from bot.platforms.telegram.translate import Me
from handlers.events import BotChanged, Member, Place, RoomId, RoomMoved
from handlers.ports import MovedTo, NotReachable

AGAIN_S = 900.0


class Survey:
    """Asks Telegram about rooms, and remembers which were asked about and when."""

    def __init__(self, bot: Bot) -> None:
        self._look = Look(bot)
        self._done: dict[RoomId, float] = {}
        self._due: asyncio.Queue[RoomId] = asyncio.Queue()
        self._waiting: set[RoomId] = set()

    def want(self, rooms: Iterable[RoomId], *, at_once: bool = False) -> None:
        """Have these rooms looked at, unless they were a short while ago."""
        now = asyncio.get_running_loop().time()
        for room in rooms:
            recent = self._done.get(room)
            if room not in self._waiting and (at_once or recent is None or recent < now - AGAIN_S):
                self._waiting.add(room)
                self._due.put_nowait(room)

    async def next(self) -> RoomId:
        """The next room to look at."""
        room = await self._due.get()
        self._waiting.discard(room)
        return room

    def forget(self, room: RoomId) -> None:
        """We are not there any more."""
        self._done.pop(room, None)

    async def complete(self, changed: BotChanged, me: Me) -> BotChanged:
        """What an update told, with the admins and rights that Telegram lists; as it is when that cannot be had.

        Raises PlatformError.
        """
        looked = await self.look(changed.place.room, me, changed.place.title)
        if not isinstance(looked, BotChanged) or not looked.present:
            return changed
        return replace(looked, place=changed.place, at=changed.at, by=changed.by)

    async def look(self, room: RoomId, me: Me, title: str = "") -> BotChanged | RoomMoved:
        """The room as it is now. Raises PlatformError when nothing could be learned."""
        now = datetime.now(UTC)
        place = Place(room, title=title)
        try:
            listed = await self._look.listed(room)
            missing = await self._look.missing(room, listed, me.id)
        except MovedTo as moved:
            self._looked_at(room)
            return RoomMoved(place, moved.room, now)
        except NotReachable:
            self._looked_at(room)
            return BotChanged(place, present=False, at=now)
        self._looked_at(room)
        if missing is None:
            return BotChanged(place, present=False, at=now)
        admins = humans(listed, room, title)
        return BotChanged(place, present=True, at=now, missing=missing, admins=admins)

    async def admins(self, room: RoomId) -> tuple[Member, ...]:
        """The admins of a room now. Raises PlatformError."""
        return humans(await self._look.listed(room), room, "")

    def _looked_at(self, room: RoomId) -> None:
        self._done[room] = asyncio.get_running_loop().time()
