"""Asking Telegram what a room is like now: its admins, and what we may do there.

Asked through the library's request and read as JSON: the library's own classes refuse an answer that lacks any of
some twenty rights, as older Bot API servers' answers do, and then nothing would be known of the room.
"""

from collections.abc import Sequence
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.platforms.telegram.errors import platform_error
from bot.platforms.telegram.fields import Json, Malformed, table, tables, whole, words
from bot.platforms.telegram.people import member_id, number_of, standing_of, user
from bot.platforms.telegram.rights import missing_rights
from handlers.events import Member, RoomId, Standing
from handlers.ports import PlatformError

_ADMINS = frozenset({"creator", "administrator"})


class Look:
    """The questions. All raise PlatformError."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def listed(self, room: RoomId) -> list[Json]:
        """The ChatMembers of a room's admins, bots among them."""
        return tables({"listed": await self._ask("getChatAdministrators", chat_id=number_of(room))}, "listed")

    async def missing(self, room: RoomId, listed: Sequence[Json], me: int) -> tuple[str, ...] | None:
        """The rights we lack, as in BotChanged; None when we are not in the room."""
        mine = next((one for one in listed if whole(table(one, "user"), "id") == me), None)
        if mine is not None:
            return missing_rights(mine, sees_all=True)
        mine = await self._table("getChatMember", chat_id=number_of(room), user_id=me)
        try:
            if standing_of(mine) is Standing.LEFT:
                return None
        except Malformed:
            raise PlatformError("look") from None
        sees_all = (await self._table("getMe")).get("can_read_all_group_messages") is True
        permissions = table(await self._table("getChat", chat_id=number_of(room)), "permissions")
        may_send = permissions.get("can_send_messages") is not False
        return missing_rights(mine, sees_all=sees_all, may_send=may_send)

    async def _table(self, method: str, **given: int) -> Json:
        answer = await self._ask(method, **given)
        return answer if isinstance(answer, dict) else {}

    async def _ask(self, method: str, **given: int) -> Any:
        query = "&".join(f"{name}={value}" for name, value in given.items())
        try:
            return await self._bot.request.post(f"{self._bot.base_url}/{method}?{query}")
        except TelegramError as error:
            raise platform_error(error, "look") from None
        except (KeyError, TypeError, AttributeError):  # the library takes the form of an answer for granted
            raise PlatformError("look") from None


def humans(listed: Sequence[Json], room: RoomId, title: str) -> tuple[Member, ...]:
    """The admins who are people, and with one who stays anonymous also the group that speaks for him."""
    found = []
    anonymous = False
    for one in listed:
        try:
            person = user(table(one, "user"))
        except Malformed:
            continue
        if person.standing is Standing.BOT or words(one, "status") not in _ADMINS:
            continue
        standing = Standing.CREATOR if one.get("status") == "creator" else Standing.ADMIN
        found.append(Member(person.id, person.name, standing, person.language))
        anonymous = anonymous or one.get("is_anonymous") is True
    if anonymous:
        found.append(Member(member_id(number_of(room)), title, Standing.ANONYMOUS_ADMIN))
    return tuple(found)
