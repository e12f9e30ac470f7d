"""A member of the tests' rooms: the real nio client with encryption, syncing in the background."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientTimeout
from nio import (  # type: ignore[import-untyped] # the library ships no types
    AsyncClient,
    AsyncClientConfig,
    ErrorResponse,
    Event,
    InviteMemberEvent,
    LoginResponse,
    MegolmEvent,
)

_ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}
WAIT_S = 20.0


class _Client(AsyncClient):  # type: ignore[misc] # nio is untyped
    def _handle_timeline_event(self, event: Any, *rest: Any) -> Any:
        try:
            return super()._handle_timeline_event(event, *rest)
        except Exception:  # noqa: BLE001 - the tests send what nio itself cannot bear
            return None

    async def send(
        self,
        method: str,
        path: str,
        data: Any = None,
        headers: Any = None,
        trace_context: Any = None,
        timeout: Any = None,  # noqa: ASYNC109 - nio's signature
    ) -> Any:
        limit = ClientTimeout(total=timeout or 60.0)
        return await super().send(method, path, data, headers, trace_context, limit)


def good(response: Any) -> Any:
    """The answer, which must be a success."""
    assert not isinstance(response, ErrorResponse), f"{type(response).__name__} {response.status_code}"
    return response


class Officer:
    """One person with one device."""

    def __init__(self, homeserver: str, user: str, password: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.user = user
        self._password = password
        self.client = _Client(
            homeserver, user, store_path=str(folder), config=AsyncClientConfig(store_sync_tokens=False)
        )
        self.seen: list[tuple[str, Any]] = []  # room and event, own ones included
        self.invited: dict[str, str] = {}  # room to inviter
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self.accepts = True

    async def start(self) -> "Officer":
        """Log in, upload keys, and sync from now on."""
        assert isinstance(await self.client.login(self._password), LoginResponse)
        self.client.add_event_callback(self._on_event, (Event,))
        self.client.add_event_callback(self._on_invite, (InviteMemberEvent,))
        if self.client.should_upload_keys:
            good(await self.client.keys_upload())
        good(await self.client.sync(timeout=0, full_state=True))
        self._task = asyncio.create_task(self._sync())
        return self

    async def stop(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.client.close()
        if self.client.store is not None:
            self.client.store.database.close()

    async def _sync(self) -> None:
        while True:
            response = await self.client.sync(timeout=5000)
            if isinstance(response, ErrorResponse):
                await asyncio.sleep(0.5)
                continue
            if self.client.should_upload_keys:
                await self.client.keys_upload()
            if self.client.should_query_keys:
                await self.client.keys_query()
            await self.client.send_to_device_messages()
            if self.accepts:
                for room in list(self.client.invited_rooms):
                    await self.client.join(room)
            async with self._news:
                self._news.notify_all()

    def _on_event(self, room: Any, event: Any) -> None:
        if not isinstance(event, InviteMemberEvent):
            self.seen.append((room.room_id, event))

    def _on_invite(self, room: Any, event: Any) -> None:
        if event.state_key == self.user and event.membership == "invite":
            self.invited[room.room_id] = event.sender

    # -- doing

    async def room(
        self, title: str, *invite: str, encrypted: bool = False, version: str | None = None, **more: Any
    ) -> str:
        """Make a room."""
        made = await self.client.room_create(
            name=title,
            invite=list(invite),
            initial_state=[_ENCRYPTION] if encrypted else [],
            room_version=version,
            **more,
        )
        room = str(good(made).room_id)
        await self.until(lambda: room in self.client.rooms)
        return room

    async def say(self, room: str, text: str, **content: Any) -> str:
        """Post; the event id."""
        return await self.send(room, {"msgtype": "m.text", "body": text, **content})

    async def send(self, room: str, content: dict[str, Any], kind: str = "m.room.message") -> str:
        """Post any content."""
        await self.until(lambda: room in self.client.rooms)
        response = await self.client.room_send(room, kind, content, ignore_unverified_devices=True)
        return str(good(response).event_id)

    async def react(self, room: str, event: str, emoji: str) -> str:
        """React to an event."""
        relates = {"rel_type": "m.annotation", "event_id": event, "key": emoji}
        return await self.send(room, {"m.relates_to": relates}, "m.reaction")

    async def with_devices_of(self, room: str, user: str) -> None:
        """Wait until a user is in the room and, where it is encrypted, his devices are known."""

        def known() -> bool:
            view = self.client.rooms.get(room)
            if view is None or user not in view.users or view.users[user].invited:
                return False
            return not view.encrypted or any(self.client.device_store.active_user_devices(user))

        await self.until(known)

    # -- seeing

    def said_by(self, user: str, room: str | None = None) -> list[Any]:
        """The messages of a user that could be read."""
        return [
            event
            for where, event in self.seen
            if event.sender == user
            and room in {None, where}
            and event.source.get("type") == "m.room.message"
            and event.source.get("content", {}).get("body")
        ]

    def unreadable(self) -> Sequence[Any]:
        """What could not be decrypted."""
        return [event for _, event in self.seen if isinstance(event, MegolmEvent)]

    async def until(self, holds: Callable[[], Any], wait_s: float = WAIT_S) -> Any:
        """Wait until something holds; what it gave. Fails after `wait_s`."""
        async with asyncio.timeout(wait_s):
            while True:
                found = holds()
                if found:
                    return found
                async with self._news:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), 0.2)

    async def hears(
        self,
        user: str,
        wanted: Callable[[Any], bool] = lambda _: True,
        room: str | None = None,
        wait_s: float = WAIT_S,
    ) -> Any:
        """The first message of a user that is wanted, waited for."""
        return await self.until(
            lambda: next((event for event in self.said_by(user, room) if wanted(event)), None), wait_s
        )


def content_of(event: Any) -> dict[str, Any]:
    """The content of an event."""
    content: dict[str, Any] = event.source["content"]
    return content


def replies_to(event: Any) -> str | None:
    """Which event it answers."""
    relates = content_of(event).get("m.relates_to") or {}
    answered = relates.get("m.in_reply_to", {}).get("event_id")
    return answered if isinstance(answered, str) else None
