"""Stages for the handlers' tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database, prepare
from handlers.records import Mode
from tests.handlers.stage import ADMIN, Stage


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open store in an empty folder."""
    path, vault = prepare("sqlite+aiosqlite:///store.db", tmp_path / "store.key", tmp_path)
    opened = Database(path, vault)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def stage(database: Database) -> Stage:
    """A group in warn mode whose admin has opened his private chat."""
    made = Stage(database, Mode.WARN)
    await made.play(made.joined(ADMIN), made.command("start"))
    return made


@pytest.fixture
async def bare(database: Database) -> Stage:
    """Nothing has happened yet; rooms start in rehearsal."""
    return Stage(database, Mode.REHEARSE)
