"""The server and the bot for the tests of the Telegram adapter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.platforms.telegram.flow import Flow
from tests.peers.bot_api import BotApi


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A running server."""
    async with BotApi() as running:
        yield running


@pytest.fixture
async def flow(api: BotApi, tmp_path: Path) -> AsyncIterator[Flow]:
    """A bot in warn mode, not started yet; stopped in the end."""
    made = Flow(api, tmp_path)
    yield made
    await made.stop()
