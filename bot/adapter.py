"""What a platform adapter is, and what it is given to put events into.

Receiving and sending are one object a platform: `run` receives until told to stop, the methods of
`handlers.ports.Platform` send. An adapter keeps no event in memory alone: `Intake.put` returns when the events are
on disk, and only then may the platform be told that we have them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from handlers.events import Attachment, Event
from handlers.ports import Platform


class FileTooLarge(Exception):
    """A file is larger than is fetched, or than the platform gives to bots: final."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event with its delivery key, unique a platform (`update:123`, an event id): a repeat is dropped."""

    key: str
    event: Event = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a platform has been read: a sync token, an offset."""

    platform: str
    name: str
    value: str = field(repr=False)


class Intake(Protocol):
    """The durable way in. Raises StoreError when the events could not be kept; the adapter then waits and repeats."""

    async def put(self, arrivals: Sequence[Arrival], cursor: Cursor | None = None) -> None:
        """Keep the events and move the cursor, in one transaction; durable on return."""
        ...

    async def cursor(self, platform: str, name: str) -> str | None:
        """Where reading stopped, None at the first start."""
        ...


class Adapter(Platform, Protocol):
    """A platform, both ways."""

    async def run(self, intake: Intake, stop: asyncio.Event) -> None:
        """Connect, receive until `stop` is set, and return when nothing is half received.

        A server out of reach is retried for ever with growing pauses; wrong credentials raise ConfigError.
        """
        ...

    def receiving(self) -> bool:
        """Whether events arrive at this moment (`/readyz`)."""
        ...

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """The bytes of a file of at most `most` bytes, decrypted, held in memory only.

        Raises FileTooLarge, or PlatformError and its kinds; AlreadyGone when the file is no longer there.
        """
        ...

    async def close(self) -> None:
        """Give back connections; called once, after `run` has returned and the outbox has stopped."""
        ...
