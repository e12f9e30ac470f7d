"""The database: opening, migrating, and the one writer with group commit.

Whoever wants to write hands in a job; the writer takes all jobs that wait, runs each in a savepoint of its own,
commits once (synchronous=FULL: on disk when it returns) and then answers them all. A job that fails takes back
its own savepoint only.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import create_engine, event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import ConfigError, StoreError
from bot.store import schema
from bot.store.vault import Vault, make_key_file, open_vault

T = TypeVar("T")
Job = Callable[[AsyncConnection], Awaitable[T]]

_GROUP = 100  # jobs a commit at the most
_CHECK_WORD = "para6"


def store_error(error: Exception) -> StoreError:
    """The error to show for one of the database's own; nothing of its parameters is in it."""
    cause = str(getattr(error, "orig", error)).splitlines()[0][:120]
    if "full" in cause:
        return StoreError(
            "the store cannot be written: the disk is full; free some space, nothing is lost meanwhile"
        )
    if "malformed" in cause or "not a database" in cause:
        return StoreError("the store is damaged; stop the bot and run `para6 restore` with your last backup")
    if "readonly" in cause or "unable to open" in cause:
        return StoreError("the store cannot be opened for writing; check its folder's rights")
    if "locked" in cause:
        return StoreError("the store is in use by another para6; stop that one first")
    return StoreError(f"the store failed ({type(error).__name__})")


@contextlib.contextmanager
def mapped_errors() -> Any:
    """Turn the database's errors into StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise store_error(error) from None


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not at the driver's guess
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def sqlite_path(url: str, base: Path) -> Path:
    """The file of an SQLite address, relative to `base`. Raises ConfigError for another database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise ConfigError("[store] url must be of the form sqlite+aiosqlite:///FILE")
    return base / parsed.database


def migrate(path: Path) -> None:
    """Bring the file to the newest schema; makes it when it is missing. Raises StoreError."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(files("bot.store").joinpath("migrations")))
    with mapped_errors():
        engine = create_engine(f"sqlite:///{path}")
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        try:
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        finally:
            engine.dispose()


def prepare(url: str, key_file: Path, base: Path) -> tuple[Path, Vault]:
    """The store's file, migrated, and its vault; both are made when neither exists.

    Raises ConfigError for a missing, unsafe or foreign key file, StoreError for a damaged store.
    """
    path = sqlite_path(url, base)
    if not path.parent.is_dir():
        raise ConfigError(f"the store's folder {path.parent} is missing; make it first")
    if not path.exists() and not key_file.exists():
        make_key_file(key_file)
    vault = open_vault(key_file)
    migrate(path)
    path.chmod(0o600)
    return path, vault


class Database:
    """One SQLite file, open: reads in parallel, writes through the group commit."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self.vault = vault
        self._engine: AsyncEngine = create_async_engine(f"sqlite+aiosqlite:///{path}", hide_parameters=True)
        self._reader: AsyncEngine = create_async_engine(f"sqlite+aiosqlite:///{path}", hide_parameters=True)
        for engine in (self._engine, self._reader):
            event.listen(engine.sync_engine, "connect", _on_connect)
        event.listen(self._engine.sync_engine, "begin", _on_begin)
        self._jobs: asyncio.Queue[tuple[Job[Any], asyncio.Future[Any]] | None] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start the writer and prove that the key belongs to this store. Raises StoreError."""
        self._writer = asyncio.create_task(self._write_groups(), name="store-writer")
        try:
            await self.write(self._prove_key)
        except StoreError:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what waits and close the file."""
        if self._writer is not None:
            self._jobs.put_nowait(None)
            await self._writer
            self._writer = None
        await self._engine.dispose()
        await self._reader.dispose()

    async def write(self, job: Job[T]) -> T:
        """Run a job in the next group; durable on return. Raises StoreError, or what the job raised."""
        if self._writer is None or self._writer.done():
            raise StoreError("the store is closed")
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait((job, answer))
        return await answer

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read what is committed. Raises StoreError."""
        with mapped_errors():
            async with self._reader.connect() as connection:
                yield connection

    async def _prove_key(self, connection: AsyncConnection) -> None:
        sealed = (
            await connection.execute(select(schema.meta.c.value_sealed).where(schema.meta.c.key == "check"))
        ).scalar_one_or_none()
        if sealed is None:
            word = self.vault.seal(_CHECK_WORD, "meta.check")
            await connection.execute(insert(schema.meta).values(key="check", value_sealed=word))
        else:
            self.vault.open(sealed, "meta.check")

    async def _write_groups(self) -> None:
        stopping = False
        while not stopping:
            first = await self._jobs.get()
            if first is None:
                return
            group = [first]
            while len(group) < _GROUP and not self._jobs.empty():
                item = self._jobs.get_nowait()
                if item is None:
                    stopping = True
                    break
                group.append(item)
            await self._write_group(group)

    async def _write_group(self, group: list[tuple[Job[Any], asyncio.Future[Any]]]) -> None:
        answers: list[tuple[asyncio.Future[Any], Any, Exception | None]] = []
        try:
            async with self._engine.begin() as connection:
                for job, answer in group:
                    result, raised = await _in_savepoint(connection, job)
                    answers.append((answer, result, raised))
        except (SQLAlchemyError, sqlite3.Error, StoreError) as error:
            failed = error if isinstance(error, StoreError) else store_error(error)
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(failed)
            return
        for answer, result, raised in answers:
            if answer.done():  # the caller was cancelled; what it asked for is committed all the same
                continue
            if raised is None:
                answer.set_result(result)
            else:
                answer.set_exception(raised)


async def _in_savepoint(connection: AsyncConnection, job: Job[Any]) -> tuple[Any, Exception | None]:
    """What a job gave, or what it raised with its writes taken back. Raises StoreError when the group is lost.

    On a full disk SQLite has already rolled the whole transaction back, savepoints included.
    """
    savepoint = await connection.begin_nested()
    try:
        result = await job(connection)
    except Exception as error:  # noqa: BLE001 - belongs to the job's caller, who gets it
        raised = store_error(error) if isinstance(error, SQLAlchemyError | sqlite3.Error) else error
        try:
            await savepoint.rollback()
        except (SQLAlchemyError, sqlite3.Error):
            raise raised if isinstance(raised, StoreError) else store_error(error) from None
        return None, raised
    await savepoint.commit()
    return result, None
