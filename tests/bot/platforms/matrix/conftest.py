"""A homeserver for all, and for each test people, and a bot that is the real application."""

import asyncio
import itertools
import json
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.config import load_config
from handlers.ports import Judge
from policies.message import NO_CONTEXT, Context, Message
from policies.verdict import Action, Finding, Verdict
from tests.peers.officer import Officer
from tests.peers.synapse import Synapse

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A homeserver with raised limits."""
    server = Synapse(tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.stop()


class PlainJudge:
    """Finds canvassing where a text says `Imran Khan`, and nothing else: these tests are about the way of a message."""

    def judge(self, message: Message, context: Context = NO_CONTEXT) -> Verdict:
        """As policies.judge.Judge.judge."""
        del context
        at = message.text.find("Imran Khan")
        found = Finding("political", Action.WARN, 0.9, at, at + 10, "OM para 4(iii)", "political.support")
        return Verdict((found,) if at >= 0 else (), "om-2024-09-02", "test")


@pytest.fixture(scope="session")
def judge() -> Judge:
    """A judge whose verdicts do not change with the pack."""
    return PlainJudge()


@dataclass
class World:
    """The people of one test and the bot's folder."""

    synapse: Synapse
    folder: Path
    bot: str
    password: str = field(repr=False)
    people: list[Officer] = field(default_factory=list)
    app: App | None = None
    task: "asyncio.Task[None] | None" = None
    mode: str = "warn"
    judge: Judge | None = field(default=None, repr=False)

    async def person(self, name: str) -> Officer:
        """A new member, syncing."""
        unique = f"{name}{next(_numbers)}{secrets.token_hex(2)}"
        password = secrets.token_hex(8)
        user = await asyncio.to_thread(self.synapse.register, unique, password)
        officer = Officer(self.synapse.url, user, password, self.folder / unique)
        self.people.append(officer)
        return await officer.start()

    def configure(self, **more: str) -> Path:
        """Write the bot's configuration; its path."""
        path = self.folder / "config.toml"
        settings = {
            "homeserver": self.synapse.url,
            "user_id": self.bot,
            "password": self.password,
            "store": "matrix",
            **more,
        }
        lines = [f'{key} = "{value}"' for key, value in settings.items() if value]
        path.write_text(
            "[matrix]\n" + "\n".join(lines) + f'\n[rooms]\nmode = "{self.mode}"\n[http]\nlisten = ""\n',
            encoding="utf-8",
        )
        return path

    async def start_bot(self, *, wait: bool = True, **more: str) -> App:
        """Start the application and wait until it receives."""
        self.app = App(load_config(self.configure(**more)), judge=self.judge)
        self.task = asyncio.create_task(self.app.run())
        if wait:
            await self.until(self.app.receiving)
        return self.app

    async def stop_bot(self) -> None:
        """Stop it, as SIGTERM does."""
        if self.app is not None and self.task is not None:
            self.app.stop.set()
            app, task = self.app, self.task
            self.app = self.task = None
            await task
            del app

    async def until(self, holds: Callable[[], object], wait_s: float = 30.0) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + wait_s
        while not holds():
            if self.task is not None and self.task.done():
                self.task.result()
            assert time.monotonic() < deadline, "waited in vain"
            await asyncio.sleep(0.05)

    async def eventually(self, holds: Callable[[], Awaitable[object]], wait_s: float = 30.0) -> None:
        """Wait until something that must be asked for holds."""
        deadline = time.monotonic() + wait_s
        while not await holds():
            assert time.monotonic() < deadline, "waited in vain"
            await asyncio.sleep(0.1)

    async def scene(
        self, title: str, *, encrypted: bool = False, members: int = 1, **more: Any
    ) -> tuple[str, Officer, list[Officer]]:
        """A room with an admin, some members and the running bot, all of whom know each other's devices."""
        admin = await self.person("admin")
        others = [await self.person(f"member{number}") for number in range(members)]
        if self.app is None:
            await self.start_bot()
        invited = [*(one.user for one in others), self.bot]
        room = await admin.room(title, *invited, encrypted=encrypted, **more)
        for person in (admin, *others):
            await person.with_devices_of(room, self.bot)
        return room, admin, others

    def journal(self, entry: str) -> list[dict[str, Any]]:
        """The facts of the record's entries of one kind, over all rooms."""
        with closing(sqlite3.connect(f"file:{self.folder / 'para6.db'}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT facts FROM journal WHERE entry = ? ORDER BY chain, n", (entry,))
            return [json.loads(facts) for (facts,) in rows.fetchall()]

    def judged(self) -> list[str]:
        """The ids of all judged messages."""
        with closing(sqlite3.connect(f"file:{self.folder / 'para6.db'}?mode=ro", uri=True)) as connection:
            return [str(row[0]) for row in connection.execute("SELECT message FROM judged").fetchall()]

    async def recorded(self, entry: str, wait_s: float = 30.0) -> dict[str, Any]:
        """The first such entry, waited for."""
        await self.until(lambda: self.journal(entry), wait_s)
        return self.journal(entry)[0]


async def world_of(synapse: Synapse, folder: Path) -> World:
    """A bot's account and an empty folder."""
    password = secrets.token_hex(12)
    name = f"para6bot{next(_numbers)}{secrets.token_hex(2)}"
    user = await asyncio.to_thread(synapse.register, name, password)
    return World(synapse, folder, user, password)


@pytest.fixture
async def world(synapse: Synapse, judge: Judge, tmp_path: Path) -> AsyncIterator[World]:
    """People and a bot; all hang up at the end."""
    made = await world_of(synapse, tmp_path)
    made.judge = judge
    yield made
    await made.stop_bot()
    for person in made.people:
        await person.stop()
