"""The Matrix adapter: receiving through `Receiver`, sending here."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from nio import (  # type: ignore[import-untyped] # the library ships no types
    RoomRedactResponse,
    RoomSendResponse,
)

from bot.adapter import Intake
from bot.platforms.matrix.connection import Connection
from bot.platforms.matrix.errors import Limited, checked, mapped
from bot.platforms.matrix.files import Files
from bot.platforms.matrix.keys import share_room_key
from bot.platforms.matrix.notice import (
    carried_content,
    notice_content,
    reactions,
    related,
    replacement,
    transaction_id,
)
from bot.platforms.matrix.private import PrivateRooms
from bot.platforms.matrix.receiver import Receiver
from bot.platforms.matrix.rooms import PLATFORM, RoomView, native, room_id
from bot.platforms.matrix.upload import file_content, uploaded
from handlers.events import Attachment, Member, MemberId, MessageId, RoomId
from handlers.ports import (
    File,
    MovedTo,
    NotAllowed,
    NotReachable,
    PlatformError,
    Rendered,
    RetryLater,
)

log = structlog.get_logger()

# After the server limited us, emojis are not put under notices for a while: words first.
_NO_EXTRAS_S = 120.0


class MatrixPlatform:
    """An adapter for one account on one homeserver."""

    name = PLATFORM

    def __init__(
        self, homeserver: str, user_id: str, password: str, access_token: str, device_id: str, store: Path
    ) -> None:
        self._connection = Connection(homeserver, user_id, password, access_token, device_id, store)
        self._views: dict[str, RoomView] = {}
        self._files = Files(self._connection)
        self._private = PrivateRooms(self._connection, self._views)
        self._receiver = Receiver(self._connection, self._views, self._private)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._limited_until = 0.0
        self._no_extras_until = 0.0
        self._extras: set[asyncio.Task[None]] = set()

    async def run(self, intake: Intake, stop: asyncio.Event) -> None:
        """Receive until `stop` is set. Raises ConfigError for credentials that open nothing."""
        await self._receiver.run(intake, stop)

    def receiving(self) -> bool:
        """Whether the last sync was answered."""
        return self._receiver.receiving

    async def close(self) -> None:
        """Close the connections."""
        for task in self._extras:
            task.cancel()
        await asyncio.gather(*self._extras, return_exceptions=True)
        await self._connection.close()

    # -- out

    async def send(
        self,
        room: RoomId,
        rendered: Rendered,
        *,
        key: str,
        reply_to: MessageId | None = None,
        thread: str | None = None,
    ) -> MessageId:
        """Say it as `m.notice`; the transaction id comes from `key`, so the server drops a repeat."""
        view = self._view(room)
        answered = self._receiver.recent.known(view.id, reply_to) if reply_to else None
        content = related(
            self._content(view, rendered),
            reply_to=reply_to,
            thread=thread,
            mention=answered.sender if answered is not None else None,
        )
        event = await self._say(view, "m.room.message", content, key)
        if view.private():
            self._offer(view, event, reactions(rendered), key)
        return MessageId(event)

    async def send_file(self, room: RoomId, file: File, caption: Rendered, *, key: str) -> MessageId:
        """Send it as `m.file`; repeated, the server keeps to the first."""
        view = self._view(room)
        client = self._connection.client
        if view.id not in client.rooms:  # just made; the next sync brings it
            raise RetryLater(0.5)
        with self._paced(view, "send"), mapped("upload"):
            where = await uploaded(client, file, encrypted=client.rooms[view.id].encrypted)
        return MessageId(await self._say(view, "m.room.message", file_content(file, caption, where), key))

    async def edit(self, room: RoomId, message: MessageId, rendered: Rendered, *, key: str) -> None:
        """Replace what the bot said."""
        view = self._view(room)
        content = replacement(self._content(view, rendered), message)
        await self._say(view, "m.room.message", content, key)

    async def remove(self, room: RoomId, message: MessageId, *, key: str) -> None:
        """Redact a member's message."""
        view = self._view(room)
        with self._paced(view, "remove"), mapped("redact"):
            response = await self._connection.client.room_redact(view.id, message, tx_id=transaction_id(key))
            checked(response, RoomRedactResponse, "redact", "remove")

    async def answer_press(self, room: RoomId, press: str, rendered: Rendered) -> None:
        """A short notice, in private only: a reaction in the group is not worth a line to all."""
        view = self._view(room)
        if view.private():
            content = notice_content(rendered, self._connection.user)
            await self._say(view, "m.room.message", content, f"press|{press}|{room}")

    async def private_room(self, member: MemberId) -> RoomId:
        """The private room; RetryLater until the member has accepted the invitation to it."""
        self._ready()
        try:
            return room_id(await self._private.room_of(native(member)))
        except Limited as error:
            self._limited(error)
            raise

    async def admins(self, room: RoomId) -> Sequence[Member]:
        """Everyone in the room who may redact others, people only."""
        return self._view(room).admins()

    async def members(self, room: RoomId) -> Sequence[Member]:
        """Everyone who is in the room, puppets and bots with their standing."""
        self._ready()
        view = self._view(room)
        return [view.person(user) for user in view.present() if user != view.own]

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """The bytes of a file, decrypted."""
        self._ready()
        try:
            return await self._files.fetch(attachment, most)
        except Limited as error:
            self._limited(error)
            raise

    # -- how

    def _content(self, view: RoomView, rendered: Rendered) -> dict[str, Any]:
        put = carried_content if view.bridges else notice_content
        return put(rendered, self._connection.user)

    def _ready(self) -> None:
        if not self._receiver.ready.is_set():
            raise RetryLater(1.0)
        wait_s = self._limited_until - time.monotonic()
        if wait_s > 0:
            raise RetryLater(wait_s)

    def _limited(self, error: Limited) -> None:
        self._limited_until = time.monotonic() + error.wait_s
        self._no_extras_until = self._limited_until + _NO_EXTRAS_S

    def _view(self, room: RoomId) -> RoomView:
        self._ready()
        view = self._views.get(native(room))
        if view is None or not view.joined():
            raise NotReachable("room")
        return view

    async def _say(self, view: RoomView, kind: str, content: dict[str, Any], key: str) -> str:
        """Send an event, encrypted where the room is; its id."""
        client = self._connection.client
        if view.id not in client.rooms:  # just made; the next sync brings it
            raise RetryLater(0.5)
        async with self._locks[view.id]:
            with self._paced(view, "send"), mapped("send"):
                if client.rooms[view.id].encrypted and kind != "m.reaction":
                    await share_room_key(client, view.id)
                response = await client.room_send(
                    view.id,
                    kind,
                    content,
                    tx_id=transaction_id(key),
                    ignore_unverified_devices=True,
                )
                sent: Any = checked(response, RoomSendResponse, "send")
        return str(sent.event_id)

    @contextmanager
    def _paced(self, view: RoomView, right: str) -> Iterator[None]:
        """Remember being limited; tell a moved or left room from a right that we lack."""
        try:
            yield
        except Limited as error:
            self._limited(error)
            raise
        except NotAllowed:
            if view.replacement is not None and view.replacement in self._views:
                raise MovedTo(room_id(view.replacement)) from None
            if not view.joined():
                raise NotReachable("room") from None
            raise NotAllowed(right) from None

    def _offer(self, view: RoomView, event: str, emojis: Sequence[str], key: str) -> None:
        """Put the emojis under a notice, in the background: they help, and the words do without."""
        if emojis and time.monotonic() >= self._no_extras_until:
            task = asyncio.create_task(self._react(view, event, emojis, key))
            self._extras.add(task)
            task.add_done_callback(self._extras.discard)

    async def _react(self, view: RoomView, event: str, emojis: Sequence[str], key: str) -> None:
        for emoji in emojis:
            relates = {"rel_type": "m.annotation", "event_id": event, "key": emoji}
            try:
                self._ready()
                await self._say(view, "m.reaction", {"m.relates_to": relates}, f"{key}|{emoji}")
            except PlatformError as error:
                log.info("emoji not put", why=type(error).__name__)
                return
