"""A homeserver for all, and for each test people, and a bot that is the real application."""

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app import App
from bot.config import load_config
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
        self.app = App(load_config(self.configure(**more)))
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


async def world_of(synapse: Synapse, folder: Path) -> World:
    """A bot's account and an empty folder."""
    password = secrets.token_hex(12)
    name = f"para6bot{next(_numbers)}{secrets.token_hex(2)}"
    user = await asyncio.to_thread(synapse.register, name, password)
    return World(synapse, folder, user, password)


@pytest.fixture
async def world(synapse: Synapse, tmp_path: Path) -> AsyncIterator[World]:
    """People and a bot; all hang up at the end."""
    made = await world_of(synapse, tmp_path)
    yield made
    await made.stop_bot()
    for person in made.people:
        await person.stop()
