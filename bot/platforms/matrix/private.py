"""The private rooms: one a member, made by us and encrypted, or the member's own invitation.

Which room is whose stands in the room's own state (those we made) and in our `m.direct` account data (all), so it
survives any restart.
"""

import asyncio
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from nio import (  # type: ignore[import-untyped] # the library ships no types
    Api,
    DirectRoomsResponse,
    RoomCreateResponse,
    RoomInviteResponse,
)
from nio.responses import EmptyResponse, ErrorResponse  # type: ignore[import-untyped] # as above

from bot.platforms.matrix.connection import Connection
from bot.platforms.matrix.content import clean
from bot.platforms.matrix.errors import checked, error_of, mapped
from bot.platforms.matrix.rooms import PRIVATE_MARK, RoomView, is_bridge_bot, is_puppet
from handlers.ports import AlreadyGone, NotReachable, RetryLater

_ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}
# Who left his private room is not asked again before a day has passed.
_ASK_AGAIN = timedelta(days=1)
_LEFT_WAIT_S = 900.0


class PrivateRooms:
    """Finds, makes and remembers private rooms."""

    def __init__(self, connection: Connection, views: dict[str, RoomView]) -> None:
        self._connection = connection
        self._views = views
        self._directs: dict[str, list[str]] = {}
        self._unsaved = False
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def own(self) -> str:
        """Our own user."""
        return self._connection.user

    async def load(self) -> None:
        """Read `m.direct`. Raises PlatformError."""
        with mapped("m.direct"):
            response = await self._connection.client.list_direct_rooms()
        if isinstance(response, ErrorResponse):
            error = error_of(response, "m.direct")
            if isinstance(error, AlreadyGone):  # nothing was ever kept
                return
            raise error
        rooms: Any = checked(response, DirectRoomsResponse, "m.direct")
        for user, ids in rooms.rooms.items():
            if isinstance(user, str) and isinstance(ids, list):
                known = self._directs.setdefault(user, [])
                known += [one for one in ids if isinstance(one, str) and one not in known]

    def owner(self, room: str) -> str | None:
        """Whose private room it is, as far as `m.direct` says."""
        return next((user for user, rooms in self._directs.items() if room in rooms), None)

    def record(self, user: str, room: str) -> None:
        """This is a member's private room; written to the server by `save`."""
        rooms = self._directs.setdefault(clean(user), [])
        if room not in rooms:
            rooms.append(room)
            self._unsaved = True

    async def save(self) -> None:
        """Write `m.direct` when it changed. Raises PlatformError."""
        if not self._unsaved:
            return
        client = self._connection.client
        path = Api._build_path(["user", client.user_id, "account_data", "m.direct"])
        with mapped("m.direct"):
            response = await client._send(EmptyResponse, "PUT", path, json.dumps(self._directs))
        if isinstance(response, ErrorResponse):
            raise error_of(response, "m.direct")
        self._unsaved = False

    async def room_of(self, user: str) -> str:
        """The room in which a member can be told something now.

        Raises RetryLater while he has not accepted the invitation, NotReachable for one who is no person on Matrix.
        """
        if is_puppet(user) or is_bridge_bot(user) or user == self._connection.user:
            raise NotReachable("private room")
        async with self._locks[user]:
            views = [view for view in self._views.values() if view.private_with == user and view.joined()]
            for wanted in ("join", "invite"):
                for view in views:
                    membership = view.members.get(user)
                    if membership is not None and membership.state == wanted and view.private():
                        if wanted == "join":
                            return view.id
                        raise RetryLater(_patience_s(membership.since))
            for view in views:
                await self._ask_again(view, user)
            await self._make(user)
            raise RetryLater(1.0)

    async def _ask_again(self, view: RoomView, user: str) -> None:
        """Invite who left; raises RetryLater in any case."""
        membership = view.members.get(user)
        left = membership.since if membership is not None else datetime.min.replace(tzinfo=UTC)
        if membership is not None and datetime.now(UTC) - left < _ASK_AGAIN:
            raise RetryLater(_LEFT_WAIT_S)
        with mapped("invite"):
            response = await self._connection.client.room_invite(view.id, user)
        checked(response, RoomInviteResponse, "invite", "invite")
        raise RetryLater(1.0)

    async def _make(self, user: str) -> None:
        client = self._connection.client
        wanted = {
            "is_direct": True,
            "preset": "private_chat",
            "invite": [user],
            "initial_state": [_ENCRYPTION],
            # In the room's very first event, so that it is never taken for a group.
            "creation_content": {PRIVATE_MARK: user},
        }
        path = Api._build_path(["createRoom"])  # nio's room_create has no creation_content
        with mapped("create room"):
            response = await client._send(RoomCreateResponse, "POST", path, json.dumps(wanted))
        made: Any = checked(response, RoomCreateResponse, "create room", "invite")
        self.record(user, made.room_id)
        if made.room_id in self._views:  # the sync was faster
            return
        # What the server will tell by sync is known already; until then nobody makes a second room.
        self._views[made.room_id] = view = RoomView(made.room_id, self._connection.user)
        now = int(datetime.now(UTC).timestamp() * 1000)
        for member, state in ((self._connection.user, "join"), (user, "invite")):
            content = {"membership": state}
            view.apply(
                {"type": "m.room.member", "state_key": member, "content": content, "origin_server_ts": now}
            )
        view.private_with = user


def _patience_s(invited_at: datetime) -> float:
    """How long to wait before looking again whether an invitation was accepted."""
    return min(60.0, max(1.0, (datetime.now(UTC) - invited_at).total_seconds() / 20))
