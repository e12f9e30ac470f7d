"""Matrix's flow, killed at random instants: nothing lost, everything judged once, every warning and alert delivered."""

import asyncio
import re
import secrets
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from nio import RoomPreset  # type: ignore[import-untyped] # the library ships no types

from tests.kill.killing import run_with_kills, start_bot
from tests.kill.records import read_outcome
from tests.peers.officer import Officer, content_of, replies_to
from tests.peers.synapse import Synapse

# Every tenth message is an open violation. A member is warned by a message of its own three times at most, so
# nobody says more than two.
_VIOLATION = "Dear all, vote for PTI in the coming election and support Imran Khan, the others are thieves"
_PLAIN_ROOMS = 2
_OFFICERS = 6  # members of the encrypted room, each with a device


@pytest.fixture
def synapse(tmp_path: Path) -> Iterator[Synapse]:
    """A homeserver of this flow's own."""
    folder = tmp_path / "synapse"
    folder.mkdir()
    server = Synapse(folder)
    server.start()
    yield server
    server.stop()


@dataclass
class Flow:
    """What was said: violations by event id, and all messages."""

    synapse: Synapse
    folder: Path
    bot: str
    admin: Officer
    officers: list[Officer]
    talker: str
    sealed: str = ""
    plain: list[str] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    violations: set[str] = field(default_factory=set)

    async def say(self, number: int) -> None:
        """Message `number`: every fifth in the encrypted room."""
        violation = number % 10 == 0
        text = f"{_VIOLATION} ({number})" if violation else f"salam to everybody ({number})"
        if number % 5 == 0 and (not violation or number // 10 < 2 * len(self.officers)):
            event = await self.officers[number // 10 % len(self.officers)].say(self.sealed, text)
        else:
            event = await asyncio.to_thread(self._say_plainly, number, text, violation)
        self.said.add(event)
        if violation:
            self.violations.add(event)

    def _say_plainly(self, number: int, text: str, violation: bool) -> str:
        room = self.plain[number % len(self.plain)]
        user = self.synapse.register(f"m{number}", "x" * 8) if violation else self.talker
        if violation:
            self.synapse.as_user(user, "POST", f"/join/{quote(room)}", {})
        path = f"/rooms/{quote(room)}/send/m.room.message/{number}"
        return str(self.synapse.as_user(user, "PUT", path, {"msgtype": "m.text", "body": text})["event_id"])

    def settled(self) -> bool:
        """Whether everything said so far is judged and everything ordered is sent."""
        outcome = read_outcome(self.folder / "para6.db")
        return outcome.judged >= len(self.said) and outcome.waiting == 0


@pytest.fixture
async def people() -> AsyncIterator[list[Officer]]:
    """Whoever is put in here hangs up at the end."""
    made: list[Officer] = []
    yield made
    for person in made:
        await person.stop()


async def set_up(synapse: Synapse, folder: Path, people: list[Officer]) -> Flow:
    """Rooms with their members, and the bot in all of them."""
    password = secrets.token_hex(8)
    bot = synapse.register("para6", password)
    (folder / "config.toml").write_text(
        f'[matrix]\nhomeserver = "{synapse.url}"\nuser_id = "{bot}"\npassword = "{password}"\n'
        '[rooms]\nmode = "warn"\n[http]\nlisten = ""\n',
        encoding="utf-8",
    )
    for name in ("admin", *(f"officer{number}" for number in range(_OFFICERS))):
        user = synapse.register(name, password)
        people.append(await Officer(synapse.url, user, password, folder / name).start())
    admin, *officers = people
    flow = Flow(synapse, folder, bot, admin, officers, talker=synapse.register("talker", password))
    flow.sealed = await admin.room("Sealed", bot, *(one.user for one in officers), encrypted=True)
    for number in range(_PLAIN_ROOMS):
        room = await admin.room(f"Plain {number}", bot, preset=RoomPreset.public_chat)
        synapse.as_user(flow.talker, "POST", f"/join/{quote(room)}", {})
        flow.plain.append(room)
    first = start_bot(folder, folder / "output.txt")
    for person in people:
        await person.with_devices_of(flow.sealed, bot)
    for room in flow.plain:
        await admin.with_devices_of(room, bot)
    await admin.hears(bot, wait_s=60)  # the private room is open
    first.terminate()
    assert await asyncio.to_thread(first.wait, 60) == 0
    return flow


@pytest.mark.long
@pytest.mark.parametrize(("messages", "kills"), [pytest.param(1000, 50, id="whole")])
async def test_matrix_loses_nothing_when_killed(
    synapse: Synapse, people: list[Officer], tmp_path: Path, messages: int, kills: int
) -> None:
    """Each message judged once, each violation warned and alerted; what was said twice is counted and printed."""
    flow = await set_up(synapse, tmp_path, people)
    posted = asyncio.Event()
    killing = asyncio.create_task(
        asyncio.to_thread(
            run_with_kills,
            tmp_path,
            kills=kills,
            seed=messages,
            longest_s=7.0,
            done=lambda: posted.is_set() and flow.settled(),
        )
    )
    for number in range(messages):
        await flow.say(number)
        await asyncio.sleep(0.1)
        if killing.done():
            await killing
    posted.set()
    killed = await killing
    outcome = read_outcome(tmp_path / "para6.db")
    assert killed >= kills
    assert outcome.judged == messages
    assert {key.rpartition("|")[2] for key in outcome.found} >= flow.violations
    assert set(outcome.found.values()) == {1}
    assert (outcome.waiting, outcome.failed, outcome.broken) == (0, 0, None)
    await seen_by_admin(flow)
    warned = Counter(
        replies_to(event)
        for event in flow.admin.said_by(flow.bot)
        if replies_to(event) in flow.said and "m.new_content" not in content_of(event)
    )
    assert set(warned) >= flow.violations
    alerts = Counter(
        found
        for event in flow.admin.said_by(flow.bot)
        if "m.new_content" not in content_of(event) and "✅" in event.body
        for found in set(re.findall(r"\$[\w-]{43}", event.body))
    )
    twice = sum(warned.values()) - len(warned) + sum(alerts.values()) - len(alerts)
    print(f"matrix: {messages} messages, {killed} kills, said twice: {twice}, alerts alone: {len(alerts)}")
    assert twice == 0
    assert not unmended(tmp_path / "para6.db")


async def seen_by_admin(flow: Flow) -> None:
    """Wait until the admin has read an alert about every violation, alone or in a list."""

    def told() -> set[str]:
        return {
            found
            for event in flow.admin.said_by(flow.bot)
            for found in re.findall(r"\$[\w-]{43}", _words(event))
        }

    await flow.admin.until(lambda: told() >= flow.violations, 60)


def _words(event: Any) -> str:
    new = content_of(event).get("m.new_content")
    return str(new["body"]) if isinstance(new, dict) else str(event.body)


def unmended(store: Path) -> int:
    """Gaps that stayed open."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        entries = Counter(
            str(row[0])
            for row in connection.execute("SELECT entry FROM journal WHERE entry IN ('gap', 'gap_mended')")
        )
    return entries["gap"] - entries["gap_mended"]
