"""The last events of all rooms, in memory only: who sent them, in which thread, and their words.

A reply's quotation, an edit's author and the buttons of our own notices are looked up here, and at the server when
they are older.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Recent:
    """One event as it was first sent."""

    sender: str
    content: Mapping[str, Any] = field(repr=False)
    thread: str | None = None
    text: str = field(default="", repr=False)


Fetch = Callable[[str, str], Awaitable[Recent | None]]


class RecentEvents:
    """A bounded memory in front of the server."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._kept: OrderedDict[tuple[str, str], Recent | None] = OrderedDict()

    def remember(self, room: str, event: str, recent: Recent | None) -> None:
        """Keep an event; the oldest goes."""
        self._kept[room, event] = recent
        self._kept.move_to_end((room, event))
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def known(self, room: str, event: str) -> Recent | None:
        """An event that is remembered."""
        return self._kept.get((room, event))

    async def find(self, room: str, event: str) -> Recent | None:
        """An event, from the server when need be; None when it is gone or not for us to see."""
        if (room, event) in self._kept:
            return self._kept[room, event]
        found = await self._fetch(room, event)
        self.remember(room, event, found)
        return found
