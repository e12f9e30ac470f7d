"""nio's client and key machine, with what a bot that may be killed at any instant needs on top.

- Everything that a sync's to-device messages change is on disk in one transaction or not at all: nio saves the
  account without the used one-time key first and the room key last, and a kill in between loses that key for ever.
- One-time keys are on disk before the server is given their public halves.
- What the inside of an encrypted event claims is not trusted: it may be of any shape, and only messages, stickers
  and reactions come out of it, never state of the room.
- One poisoned event cannot stop the sync: it becomes an UnknownBadEvent.
"""

import asyncio
import json
from typing import Any

from aiohttp import ClientError, ClientTimeout
from nio import (  # type: ignore[import-untyped] # the library ships no types
    AsyncClient,
    AsyncClientConfig,
    BadEvent,
    EncryptionError,
    Event,
    KeysUploadResponse,
    MegolmEvent,
    ReactionEvent,
    RoomMessage,
    StickerEvent,
    UnknownBadEvent,
    UnknownEvent,
)
from nio.crypto import Olm  # type: ignore[import-untyped] # as above
from nio.events.to_device import ToDeviceEvent  # type: ignore[import-untyped] # as above

_REQUEST_S = 60.0
_INSIDE = (RoomMessage, ReactionEvent, StickerEvent, UnknownEvent, BadEvent, UnknownBadEvent)


def client_config() -> AsyncClientConfig:
    """No retries inside nio: our outbox paces and our loop waits. No sync token of nio's either."""
    return AsyncClientConfig(
        store_sync_tokens=False, max_limit_exceeded=0, max_timeouts=0, request_timeout=_REQUEST_S
    )


class KeyMachine(Olm):  # type: ignore[misc] # nio is untyped
    """nio's encryption machine; see the module."""

    def share_keys(self) -> dict[str, Any]:
        """What to upload; its private halves are on disk before it goes out."""
        content: dict[str, Any] = super().share_keys()
        self.save_account()
        return content

    def decrypt_megolm_event(self, event: MegolmEvent, room_id: str | None = None) -> Any:
        """The event inside, whatever it is made of. Raises EncryptionError only."""
        try:
            inside = super().decrypt_megolm_event(event, room_id)
        except EncryptionError:
            raise
        except Exception:  # noqa: BLE001 - the inside is made by a member; no shape of it may stop the sync
            return _bad(event.source)
        if isinstance(inside, BadEvent | UnknownBadEvent):
            return _bad(event.source)
        if isinstance(inside, _INSIDE):
            return inside
        return UnknownEvent(event.source, "para6.not_a_message")

    def handle_to_device_event(self, event: Any) -> Any:
        """As nio's; what cannot be read is passed over."""
        try:
            return super().handle_to_device_event(event)
        except Exception:  # noqa: BLE001 - sent by anybody's device
            return None

    def _should_accept_forward(self, sender: str, sender_key: str, event: Any) -> bool:
        """A key we asked for is taken from our own devices and from the very device that made it."""
        if super()._should_accept_forward(sender, sender_key, event):
            return True
        asked = self.outgoing_key_requests.get(event.session_id)
        content = event.source.get("content", {}) if isinstance(event.source, dict) else {}
        return (
            asked is not None
            and asked.room_id == event.room_id
            and asked.algorithm == event.algorithm
            and content.get("sender_key") == sender_key
        )


def _bad(source: dict[str, Any]) -> Any:
    """A message that is there and cannot be understood."""
    try:
        return BadEvent.from_dict({**source, "type": "m.room.message"})
    except Exception:  # noqa: BLE001 - then not even its frame is right
        return UnknownBadEvent(source)


class BotClient(AsyncClient):  # type: ignore[misc] # nio is untyped
    """nio's client; see the module."""

    olm: Any

    def load_store(self) -> None:
        """Open the key store, with our machine in nio's place."""
        if self.store is None:
            super().load_store()
            if self.store is not None:
                self.olm = KeyMachine(self.user_id, self.device_id, self.store)

    async def send(
        self,
        method: str,
        path: str,
        data: Any = None,
        headers: dict[str, str] | None = None,
        trace_context: Any = None,
        timeout: Any = None,  # noqa: ASYNC109 - nio's signature
    ) -> Any:
        """One request; aiohttp wants its timeouts as ClientTimeout."""
        seconds = _REQUEST_S if timeout is None else float(timeout) or None
        return await super().send(method, path, data, headers, trace_context, ClientTimeout(total=seconds))

    async def create_matrix_response(
        self, response_class: Any, transport_response: Any, data: Any = None, save_to: Any = None
    ) -> Any:
        """As nio's; when one of the events cannot even be parsed, it is taken out and the rest is read."""
        try:
            return await super().create_matrix_response(response_class, transport_response, data, save_to)
        except (ClientError, TimeoutError, OSError):
            raise
        except Exception:
            if not hasattr(response_class, "from_dict"):
                raise
            body = await self.parse_body(transport_response)
            _without_poison(body)
            response = response_class.from_dict(body, *(data or ()))
            response.transport_response = transport_response
            return response

    async def parse_body(self, transport_response: Any) -> Any:
        """As nio's; what is nested too deep for the parser is read without its depths."""
        try:
            return await super().parse_body(transport_response)
        except RecursionError:
            text = await transport_response.text()
            return json.loads(await asyncio.to_thread(shallow, text))

    async def _handle_to_device(self, response: Any) -> None:
        """All of it on disk, or nothing. (Nothing in here waits, so no other write gets into the transaction.)"""
        if self.store is None:
            await super()._handle_to_device(response)
            return
        with self.store.database.atomic():
            await super()._handle_to_device(response)

    async def _send(self, response_class: Any, *arguments: Any, **options: Any) -> Any:
        response = await super()._send(response_class, *arguments, **options)
        if response_class is KeysUploadResponse and self.olm is not None and self.olm.account.shared:
            self.olm.save_account()
        return response

    def _handle_timeline_event(self, event: Any, room_id: str, room: Any, encrypted_rooms: set[str]) -> Any:
        try:
            return super()._handle_timeline_event(event, room_id, room, encrypted_rooms)
        except Exception:  # noqa: BLE001 - one event must not stop the sync
            return UnknownBadEvent(getattr(event, "source", {}))

    def close_store(self) -> None:
        """Close the key store's file."""
        if self.store is not None:
            self.store.database.close()


def shallow(text: str, deepest: int = 60) -> str:
    """JSON with `null` for whatever is nested deeper than `deepest`; found without recursion."""
    kept: list[str] = []
    depth = start = 0
    inside = escaped = False
    for index, letter in enumerate(text):
        if inside:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                inside = False
        elif letter == '"':
            inside = True
        elif letter in "{[":
            depth += 1
            if depth == deepest + 1:
                kept += [text[start:index], "null"]
        elif letter in "}]":
            if depth == deepest + 1:
                start = index + 1
            depth -= 1
    return "".join([*kept, text[start:]])


def _without_poison(node: Any, depth: int = 0) -> None:
    """Replace the events of an answer that nio cannot parse by ones that say only which they were."""
    if not isinstance(node, dict) or depth > 6:
        return
    for key, value in node.items():
        if key in {"events", "chunk"} and isinstance(value, list):
            value[:] = [_harmless(one) for one in value]
        else:
            _without_poison(value, depth + 1)


def _harmless(event: Any) -> Any:
    if not isinstance(event, dict):
        return {}
    try:
        (Event if "event_id" in event else ToDeviceEvent).parse_event(event)
    except Exception:  # noqa: BLE001 - this is the one
        frame = {key: event.get(key) for key in ("event_id", "sender", "origin_server_ts", "type")}
        # Empty content: a message without a body, which is reported as malformed.
        return {**frame, "content": {}, "unsigned": {}}
    return event
