"""Long polling with an offset that moves only when the updates before it are on disk.

The offset is not kept over a restart: Telegram gives what was never confirmed once more, the inbox drops what it
has, and the numbers of updates may start anew after a quiet week. For the same reason an offset is sent until one
empty answer has shown that it was taken, and then no more.
"""

import asyncio
import json
import re
from collections import deque
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, RetryAfter

from bot.adapter import Arrival
from bot.errors import ConfigError, StoreError
from bot.metrics import EVENTS_UNJUDGED
from bot.platforms.telegram.arrivals import Arrivals
from bot.platforms.telegram.errors import platform_error
from bot.platforms.telegram.pauses import Pauses, is_rejection, rejected
from bot.platforms.telegram.people import room_id
from bot.platforms.telegram.request import UpdatesRequest
from bot.platforms.telegram.translate import KINDS, update_number
from handlers.events import GapSeen, Place
from handlers.ports import RetryLater

log = structlog.get_logger()

POLL_S = 30
_BATCH = 100
_CONFLICTS = 5
_CONFLICTS_WITHIN_S = 60.0
_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})')
_GROUP_ID = re.compile(rb'"chat"\s*:\s*\{[^{}]{0,400}?"id"\s*:\s*(-\d{1,18})')


class Unreadable(ValueError):
    """An answer to getUpdates that is no list of updates, or nested too deep to be read."""


def read_updates(payload: bytes) -> list[Any]:
    """The updates of an answer. Raises Unreadable."""
    try:
        read = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(read, dict) or not isinstance(read.get("result"), list):
        raise Unreadable
    return list(read["result"])


class Polling:
    """Asks for updates until told to stop. `receiving` is true while the last answer was a good one."""

    def __init__(self, bot: Bot, request: UpdatesRequest, arrivals: Arrivals) -> None:
        self._bot = bot
        self._request = request
        self._arrivals = arrivals
        self._offset: int | None = None
        self._narrow = False  # looking for the one update of a batch that cannot be read
        self._unnumbered = 0  # updates without an id at the head of the queue, met while looking
        self.receiving = False

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop`. Raises ConfigError when the token is refused or somebody else polls with it."""
        pauses = Pauses(stop)
        conflicts: deque[float] = deque(maxlen=_CONFLICTS)
        while not stop.is_set():
            try:
                await self._once(stop, pauses)
            except Conflict:
                self.receiving = False
                conflicts.append(asyncio.get_running_loop().time())
                # One may be an earlier run's last call; two who poll in turn have an answer between two conflicts.
                if len(conflicts) == _CONFLICTS and conflicts[-1] - conflicts[0] < _CONFLICTS_WITHIN_S:
                    raise ConfigError(
                        "[telegram] token: another program receives this bot's messages (polling or a webhook);"
                        " stop it, or give this one a bot of its own"
                    ) from None
                await pauses.wait(1.0)
            except ConfigError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a server answers, it is asked again
                if is_rejection(error):
                    raise rejected() from None
                self.receiving = False
                log.warning("not receiving", platform="telegram", error=type(error).__name__)
                mapped = platform_error(error, "poll") if isinstance(error, RetryAfter) else None
                await pauses.grow(mapped.wait_s if isinstance(mapped, RetryLater) else 0.0)

    async def _once(self, stop: asyncio.Event, pauses: Pauses) -> None:
        payload = await self._ask(stop)
        if payload is None:
            return
        self.receiving = True
        try:
            updates = read_updates(payload)
        except Unreadable:
            if self._narrow:
                await self._skip(payload, pauses)
            self._narrow, self._unnumbered = not self._narrow, 0
            return
        await self._kept(updates, pauses)
        numbers = [number for number in map(update_number, updates) if number is not None]
        if numbers:
            self._offset = max(numbers) + 1
            self._unnumbered = 0
        elif not updates:
            self._offset = None
            self._narrow = False
        elif self._narrow and len(updates) < _BATCH:
            self._unnumbered = len(updates)  # the one behind them, which has a number, takes them along
        else:
            raise Unreadable  # nothing in it has a number: asking again at once would bring the same
        pauses.reset()

    async def _ask(self, stop: asyncio.Event) -> bytes | None:
        """The next answer's bytes, None when told to stop meanwhile."""
        asking = asyncio.create_task(
            self._bot.get_updates(
                offset=self._offset,
                limit=1 + self._unnumbered if self._narrow else _BATCH,
                timeout=POLL_S if self.receiving else 0,  # the first answer shows quickly that we receive
                allowed_updates=KINDS,
            )
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not asking.done():
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return None
        asking.result()
        return self._request.take()

    async def _kept(self, updates: list[Any], pauses: Pauses) -> None:
        """Return when the updates are on disk; a store that fails is tried again for ever."""
        while True:
            try:
                await self._arrivals.take(updates)
            except StoreError as error:
                log.error("store failed", error=str(error))
                if not await pauses.grow():
                    raise Unreadable from None  # stopped: nothing is confirmed, Telegram gives it again
            else:
                return

    async def _skip(self, payload: bytes, pauses: Pauses) -> None:
        """Step over one update that cannot be read, with a gap in its room where its bytes name one."""
        EVENTS_UNJUDGED.labels(reason="malformed").inc()
        found = _UPDATE_ID.search(payload)
        if found is None:
            raise Unreadable
        number = int(found[1])
        log.warning("update not understood", update=number, error="Unreadable")
        group = _GROUP_ID.search(payload)
        if group is not None:
            gap = GapSeen(Place(room_id(int(group[1]))), "malformed", datetime.now(UTC))
            while True:
                try:
                    await self._arrivals.keep([Arrival(f"update:{number}", gap)])
                    break
                except StoreError as error:
                    log.error("store failed", error=str(error))
                    if not await pauses.grow():
                        raise Unreadable from None
        self._offset = number + 1
