"""The self-test of a room: who its admins are now and which rights we lack.

Told at once by `my_chat_member` and `chat_member` updates as long as we are an admin; a survey finds what no update
told: at the start, when a room is seen for the first time, and now and then while it is used.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from telegram import Bot, ChatMember
from telegram.error import TelegramError

from bot.platforms.telegram.errors import platform_error
from bot.platforms.telegram.people import member_id, number_of
from bot.platforms.telegram.rights import missing_rights
from bot.platforms.telegram.translate import Me
from handlers.events import BotChanged, Member, Place, RoomId, RoomMoved, Standing
from handlers.ports import MovedTo, NotReachable

AGAIN_S = 900.0


def member_of(admin: ChatMember) -> Member:
    """An admin in the handlers' words."""
    standing = Standing.CREATOR if admin.status == ChatMember.OWNER else Standing.ADMIN
    return Member(member_id(admin.user.id), admin.user.full_name, standing, admin.user.language_code)


def humans(listed: Sequence[ChatMember], room: RoomId, title: str) -> tuple[Member, ...]:
    """The admins who are people, and with one who stays anonymous also the group that speaks for him."""
    people = [member_of(admin) for admin in listed if not admin.user.is_bot]
    if any(getattr(admin, "is_anonymous", False) for admin in listed if not admin.user.is_bot):
        people.append(Member(member_id(number_of(room)), title, Standing.ANONYMOUS_ADMIN))
    return tuple(people)


class Survey:
    """Asks Telegram about rooms, and remembers which were asked about and when."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._done: dict[RoomId, float] = {}
        self._told: dict[RoomId, BotChanged] = {}
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
        self._told.pop(room, None)

    async def complete(self, changed: BotChanged, me: Me) -> BotChanged:
        """What an update told, with the admins and rights that Telegram lists; as it is when that cannot be had."""
        looked = await self.look(changed.place.room, me)
        if not isinstance(looked, BotChanged) or not looked.present:
            return changed
        return replace(looked, place=changed.place, at=changed.at, by=changed.by)

    async def look(self, room: RoomId, me: Me) -> BotChanged | RoomMoved:
        """The room as it is now: BotChanged, or RoomMoved. Raises PlatformError when nothing could be learned."""
        chat = number_of(room)
        now = datetime.now(UTC)
        try:
            sees_all = (await self._bot.get_me()).can_read_all_group_messages is True
            seen = await self._bot.get_chat(chat)
            listed = await self._bot.get_chat_administrators(chat)
            mine = next((one for one in listed if one.user.id == me.id), None)
            if mine is None:
                mine = await self._bot.get_chat_member(chat, me.id)
        except TelegramError as error:
            mapped = platform_error(error, "look")
            if isinstance(mapped, MovedTo):
                return RoomMoved(Place(room), mapped.room, now)
            if isinstance(mapped, NotReachable):
                return BotChanged(Place(room), present=False, at=now)
            raise mapped from None
        self._done[room] = asyncio.get_running_loop().time()
        if mine.status in {ChatMember.LEFT, ChatMember.BANNED}:
            return BotChanged(Place(room, title=seen.title or ""), present=False, at=now)
        may_send = seen.permissions is None or seen.permissions.can_send_messages is not False
        missing = missing_rights(mine.to_dict(), sees_all=sees_all, may_send=may_send)
        title = seen.title or ""
        admins = humans(listed, room, title)
        return BotChanged(Place(room, title=title), present=True, at=now, missing=missing, admins=admins)

    def is_news(self, changed: BotChanged) -> bool:
        """Whether a survey says anything that the last one did not."""
        before = self._told.get(changed.place.room)
        self._told[changed.place.room] = changed
        return before is None or replace(before, at=changed.at, by=changed.by) != changed
