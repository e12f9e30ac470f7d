"""The way of a message: from the platform's handing it over to the warning's arrival at the platform.

The bot is a process of its own (`para6 run`), the platform our Bot API server without limits, on the same machine.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from aiohttp import web

from corpus.lines import check_lines
from policies.judge import load_judge
from policies.message import Message
from tests.bench.figures import Table, load, ms, percentile
from tests.kill.killing import start_bot
from tests.kill.test_kill_telegram import count, waiting
from tests.peers.bot_api import BotApi
from tests.peers.bot_api_chats import Json

_ROOMS = 151  # no multiple of the violations, which so fall in all of them
_A_SECOND = 50
_EVERY = (
    5  # how manieth is a violation: by turns, since Telegram's limit (30 a second) would hold back a cluster
)
_LASTING_S = 30
_BEFORE_S = 15  # the bot has been running for a while: it knows the rooms and most of their words
_FLOOD = 3000
_SURE = 0.97
_PATIENCE_S = 120.0

_Key = tuple[int, int]  # chat and message


class TimedApi(BotApi):
    """The server with a clock: when a message came to it, when it was handed over, when an answer to it came in."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[int, _Key] = {}  # of updates that tell of messages
        self.arrived: dict[_Key, float] = {}
        self.handed: dict[_Key, float] = {}
        self.warned: dict[_Key, float] = {}

    async def _updates(self, given: Json) -> str:
        answer = await super()._updates(given)
        now = time.perf_counter()
        for number, _ in list(self.world.pending)[:100]:
            if number in self.numbers:
                self.handed.setdefault(self.numbers[number], now)
        return answer

    async def _called(self, request: web.Request) -> web.Response:
        now = time.perf_counter()
        if request.match_info["method"].lower() == "sendmessage":
            given = await request.post()
            if "reply_parameters" in given:
                answered = int(json.loads(str(given["reply_parameters"]))["message_id"])
                self.warned.setdefault((int(str(given["chat_id"])), answered), now)
        return await super()._called(request)


@dataclass
class Talk:
    """Rooms, and what is said in them: rooms take turns and each message has a member of its own.

    So no limit that the platform sets (one message a second in a chat) or that courtesy sets (three warnings a member)
    holds a warning back: what is measured is the bot.
    """

    api: TimedApi
    rooms: list[int] = field(default_factory=list)
    bad: set[_Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        judge = load_judge("om-2024-09-02")
        self._texts: dict[bool, list[str]] = {True: [], False: []}
        for line in check_lines():
            findings = judge.judge(Message(line.text)).findings
            surest = findings[0].score if findings else 0.0
            if surest == 0.0 or surest > _SURE:  # whatever was said before it
                self._texts[surest > _SURE].append(line.text)
        for number in range(_ROOMS):
            admin = self.api.world.person(f"Admin{number}")
            self.api.world.starts(admin)
            self.rooms.append(self.api.world.group(f"Officers {number}", admin))

    def say(self, number: int, *, violation: bool) -> None:
        """The message of that number."""
        texts = self._texts[violation]
        room = self.rooms[number % len(self.rooms)]
        message = self.api.world.says(room, self.api.world.person(f"M{number}"), texts[number % len(texts)])
        key = room, message
        self.api.numbers[self.api.world.pending[-1][0]] = key
        self.api.arrived[key] = time.perf_counter()
        if violation:
            self.bad.add(key)

    async def flow(self, lasting_s: int) -> None:
        """So many a second, as evenly as the clock allows."""
        began = asyncio.get_running_loop().time()
        for number in range(lasting_s * _A_SECOND):
            await asyncio.sleep(began + number / _A_SECOND - asyncio.get_running_loop().time())
            self.say(number, violation=number % _EVERY == 0)


@dataclass
class _Bot:
    """The bot's process with its store."""

    store: Path
    process: psutil.Process

    def cpu_s(self) -> float:
        """Processor time so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@asynccontextmanager
async def _bot(api: TimedApi, folder: Path) -> AsyncIterator[tuple[_Bot, Talk]]:
    """The bot at work, in rooms where it has introduced itself."""
    talk = Talk(api)
    (folder / "config.toml").write_text(
        f'[telegram]\ntoken = "{api.world.token}"\nbase_url = "{api.base_url}"\n'
        f'base_file_url = "{api.base_file_url}"\n[rooms]\nmode = "warn"\n[http]\nlisten = ""\n',
        encoding="utf-8",
    )
    process = start_bot(folder, folder / "output.txt")
    bot = _Bot(folder / "para6.db", psutil.Process(process.pid))
    try:
        while not bot.store.exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.1)
        await _settled(api, bot)
        yield bot, talk
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 60)


async def _settled(api: TimedApi, bot: _Bot, *, orders: bool = True) -> None:
    """Wait until every update is taken and handled (with `orders`: and answered)."""
    end = time.monotonic() + _PATIENCE_S
    while len(api.world.pending) or await asyncio.to_thread(_left, bot.store, orders):
        assert time.monotonic() < end, "the bot did not come to its end in time"
        await asyncio.sleep(0.05)


def _left(store: Path, orders: bool) -> int:
    return waiting(store) if orders else count(store, "inbox WHERE event_sealed IS NOT NULL")


async def steady() -> list[tuple[str, ...]]:
    """The rows of a steady flow: from handing over, and from arrival at the platform, to the warning."""
    with tempfile.TemporaryDirectory() as folder:
        api = TimedApi()
        async with api, _bot(api, Path(folder)) as (bot, talk):
            await talk.flow(_BEFORE_S)
            await _settled(api, bot)
            talk.bad.clear()
            used_s = bot.cpu_s()
            await talk.flow(_LASTING_S)
            busy = load()
            await _settled(api, bot)
            used_s = bot.cpu_s() - used_s
    missing = talk.bad - api.warned.keys()
    assert not missing, f"{len(missing)} messages were not warned about"
    said = _LASTING_S * _A_SECOND
    rows: list[tuple[str, ...]] = []
    for what, since in (("handed over", api.handed), ("there to be fetched", api.arrived)):
        times = [api.warned[key] - since[key] for key in talk.bad]
        rows.append(
            (
                f"{_A_SECOND} messages a second, every {_EVERY}th a violation: {what} to warning",
                str(len(times)),
                *(ms(percentile(times, per_cent)) for per_cent in (50, 99, 100)),
                f"{used_s / said * 1000:.1f} ms",
                busy,
            )
        )
    return rows


async def flood() -> tuple[str, ...]:
    """The row of messages that all wait already: messages a second until the last is judged."""
    with tempfile.TemporaryDirectory() as folder:
        api = TimedApi()
        async with api, _bot(api, Path(folder)) as (bot, talk):
            used_s, began = bot.cpu_s(), time.perf_counter()
            for number in range(_FLOOD):
                talk.say(number, violation=number % _EVERY == 0)
            await _settled(api, bot, orders=False)
            took_s, used_s = time.perf_counter() - began, bot.cpu_s() - used_s
            busy = load()
    return (
        f"{_FLOOD} messages at once, judged and their warnings ordered: {_FLOOD / took_s:.0f} messages/s",
        str(_FLOOD),
        "",
        "",
        "",
        f"{used_s / _FLOOD * 1000:.1f} ms",
        busy,
    )


def table() -> Table:
    """Both."""
    rows = asyncio.run(steady())
    rows.append(asyncio.run(flood()))
    return Table(
        "The way of a message",
        ("what", "times", "p50", "p99", "longest", "processor time a message", "how busy"),
        rows,
        f"Telegram, {_ROOMS} rooms in mode `warn`, {_LASTING_S} s after {_BEFORE_S} s of the same, durable at every step (three commits with "
        "synchronous=FULL between message and warning); the platform is our own Bot API server on the same machine, "
        "whose share of the time is in the figures. Required: p99 below 50 ms on a quiet machine.",
    )
