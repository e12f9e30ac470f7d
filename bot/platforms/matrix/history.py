"""What was said earlier: the messages that a sync left out, and single events that others refer to."""

from collections.abc import Callable
from typing import Any

from nio import (  # type: ignore[import-untyped] # the library ships no types
    ErrorResponse,
    MessageDirection,
    RoomGetEventResponse,
    RoomMessagesResponse,
)

from bot.platforms.matrix.connection import Connection
from bot.platforms.matrix.errors import checked, error_of, mapped
from bot.platforms.matrix.recent import Recent
from bot.platforms.matrix.translate import recent_of
from handlers.ports import AlreadyGone, NotAllowed, PlatformError

_PAGE = 100
_PAGES = 200  # how far back a gap is filled


class History:
    """Reads back at the server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def between(
        self, room: str, start: str, since: str, arrived: Callable[[Any], bool]
    ) -> tuple[list[Any], bool]:
        """The events between two syncs, oldest first, back to our own arrival at most; and whether these are all."""
        backwards: list[Any] = []
        for _ in range(_PAGES):
            with mapped("messages"):
                response = await self._connection.client.room_messages(
                    room, start, since, MessageDirection.back, limit=_PAGE
                )
            if isinstance(response, ErrorResponse) and isinstance(
                error_of(response, "messages"), NotAllowed | AlreadyGone
            ):
                return backwards[::-1], False
            page: Any = checked(response, RoomMessagesResponse, "messages", "see")
            backwards += page.chunk
            reached = any(arrived(event) for event in page.chunk)
            if reached or not page.end or page.end == start or not page.chunk:
                return backwards[::-1], True
            start = page.end
        return backwards[::-1], False

    async def event(self, room: str, ident: str) -> Any:
        """An event from the server, decrypted if it can be; None when it is gone. Raises PlatformError."""
        with mapped("event"):
            try:
                response = await self._connection.client.room_get_event(room, ident)
            except (ValueError, TypeError, KeyError, RecursionError):
                return None
        if isinstance(response, ErrorResponse):
            error = error_of(response, "event")
            if isinstance(error, NotAllowed | AlreadyGone):
                return None
            raise error
        fetched: Any = checked(response, RoomGetEventResponse, "event")
        return fetched.event

    async def recent(self, room: str, ident: str) -> Recent | None:
        """What is to be remembered of an event; None when it cannot be had."""
        try:
            found = await self.event(room, ident)
        except PlatformError:
            return None
        source = getattr(found, "source", None)
        if not isinstance(source, dict) or not isinstance(source.get("sender"), str):
            return None
        content = source.get("content")
        return recent_of(source["sender"], content if isinstance(content, dict) else {})
