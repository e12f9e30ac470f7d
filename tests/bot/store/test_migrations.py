"""Migrations: the newest is the one that the schema names, and a store that has it starts without Alembic."""

import contextlib
import sqlite3
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.errors import StoreError
from bot.store import schema
from bot.store.database import migrate


def test_revision_is_the_newest_migration() -> None:
    """Else a store would never be brought there, or be looked at at each start."""
    config = Config()
    config.set_main_option("script_location", str(files("bot.store").joinpath("migrations")))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.REVISION


def test_store_that_is_up_to_date_needs_no_alembic(tmp_path: Path) -> None:
    """It costs a third of a second and 15 MiB."""
    path = tmp_path / "store.db"
    migrate(path)
    again = f"import sys; from pathlib import Path; from bot.store.database import migrate; migrate(Path({str(path)!r})); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", again], check=False).returncode == 0


def test_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    """Whatever it is, it is not overwritten."""
    path = tmp_path / "store.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="damaged"):
        migrate(path)
    assert path.read_bytes().startswith(b"no database")


def test_store_of_the_first_release_gets_what_came_later(tmp_path: Path) -> None:
    """Its rows stay; tables and columns are added."""
    path = tmp_path / "store.db"
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for table in ("files", "readings", "published", "seen_texts"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("ALTER TABLE gaps DROP COLUMN file")
        connection.execute("INSERT INTO gaps (room, reason, at, count) VALUES ('r', 'failed', 1, 1)")
        connection.execute("UPDATE alembic_version SET version_num = 'v01'")
    migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT reason, file FROM gaps").fetchall() == [("failed", None)]
        assert connection.execute("SELECT count(*) FROM files").fetchone() == (0,)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.REVISION,)
