"""The whole bot on our Bot API server: started, stopped, and looked at."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.app import App
from bot.config import load_config
from bot.delivery import Pace
from bot.platforms.telegram import TelegramPlatform
from handlers.ports import Judge
from tests.handlers.stage import ScriptedJudge
from tests.peers.bot_api import BotApi
from tests.peers.bot_api_chats import Json

VIOLATION = "please vote for our party"
FAST = Pace(per_second=500.0)


class Flow:
    """One bot with its folder. The judge finds `political` in what holds the word "vote"."""

    def __init__(self, api: BotApi, folder: Path, *, mode: str = "warn", webhook: Json | None = None) -> None:
        self.api = api
        self.world = api.world
        self.judge: Judge = ScriptedJudge()
        self.store = folder / "para6.db"
        self.pace: Pace | None = FAST
        self._config = folder / "config.toml"
        self._webhook = webhook or {}
        lines = [
            "[telegram]",
            f'token = "{api.world.token}"',
            f'base_url = "{api.base_url}"',
            f'base_file_url = "{api.base_file_url}"',
            *(f'{name} = "{value}"' for name, value in self._webhook.items()),
            "[http]",
            'listen = ""',
            "[rooms]",
            f'mode = "{mode}"',
        ]
        self._config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.app: App | None = None
        self.platform: TelegramPlatform | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, *, receiving: bool = True) -> None:
        """Start the bot; with `receiving` wait until updates arrive."""
        config = load_config(self._config)
        assert config.settings.telegram is not None
        self.platform = TelegramPlatform(
            token=config.telegram_token,
            base_url=config.settings.telegram.base_url,
            base_file_url=config.settings.telegram.base_file_url,
            webhook_url=config.settings.telegram.webhook_url,
            webhook_listen=config.settings.telegram.webhook_listen,
            webhook_secret=config.webhook_secret,
        )
        if self.pace is not None:
            self.platform.pace = self.pace
        self.app = App(config, adapters=[self.platform], judge=self.judge)
        self._task = asyncio.create_task(self.app.run())
        if receiving:
            await self.until(lambda: self.platform is not None and self.platform.receiving())

    async def stop(self) -> None:
        """Stop as SIGTERM does."""
        if self.app is not None and self._task is not None:
            self.app.stop.set()
            await asyncio.wait_for(self._task, 30)
            self._task = None

    async def ended(self) -> None:
        """Wait for the bot's own end; raises what it raised."""
        assert self._task is not None
        task, self._task = self._task, None
        await asyncio.wait_for(task, 30)

    async def until(self, true: Callable[[], Any], timeout_s: float = 10.0) -> Any:
        """Wait until something is so; what it is."""
        end = asyncio.get_running_loop().time() + timeout_s
        while not (found := true()):
            if self._task is not None and self._task.done():
                await self._task
            assert asyncio.get_running_loop().time() < end, "waited in vain"
            await asyncio.sleep(0.01)
        return found

    async def settle(self) -> None:
        """Wait until every update is taken, handled and answered."""

        def quiet() -> bool:
            return (
                not self.world.pending
                and self.one(
                    "SELECT (SELECT count(*) FROM inbox WHERE event_sealed IS NOT NULL)"
                    " + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))"
                    " + (SELECT count(*) FROM files WHERE state = 'pending')"
                )
                == 0
            )

        for _ in range(2):  # an order may make an event, which may make an order
            await self.until(quiet, 60.0)
            await asyncio.sleep(0.05)
        await self.until(quiet, 60.0)

    # -- looking

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the store."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> Any:
        """The first value."""
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def journal(self, entry: str) -> int:
        """How many entries of that name the record has."""
        return int(self.one("SELECT count(*) FROM journal WHERE entry = ?", entry))

    def gaps(self) -> list[tuple[str, str]]:
        """Rooms and reasons of what was not judged."""
        return [(str(room), str(reason)) for room, reason in self.rows("SELECT room, reason FROM gaps")]

    def said(self, chat: int, words: str = "") -> list[Json]:
        """What the bot has said there with these words."""
        return [one for one in self.world.said(chat) if words in one.get("text", "")]

    def warnings(self, chat: int) -> list[Json]:
        """The warnings in a group."""
        return self.said(chat, "Establishment Division's instructions")

    def alerts(self, user: int) -> list[Json]:
        """The alerts to an admin."""
        return self.said(user, "please look at a message")


def buttons(message: Json) -> list[Json]:
    """The buttons under a message."""
    rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]
