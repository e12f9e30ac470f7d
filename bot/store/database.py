"""The database: opening, migrating, and the one writer with group commit.

Whoever wants to write hands in a job; the writer takes all jobs that wait, runs each in a savepoint of its own,
commits once (synchronous=FULL: on disk when it returns) and then answers them all. A job that fails takes back
its own savepoint only.

Statements run on the event loop: each takes SQLite microseconds, and a job has dozens of them, of which every one
would cost more than itself to be handed to a thread and fetched back. What may wait for a lock or for the disk, the
beginning and the commit of a group, runs in a thread.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, UpdateBase, create_engine, event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import ConfigError, StoreError
from bot.store import schema
from bot.store.vault import Vault, make_key_file, open_vault

T = TypeVar("T")
Job = Callable[[Connection], Awaitable[T]]

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


def _engine(path: Path) -> Engine:
    # One call at a time, though from two threads.
    engine = create_engine(
        f"sqlite:///{path}", hide_parameters=True, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _on_connect)
    return engine


def _revision(path: Path) -> str | None:
    """The schema that a file has, None when there is no file or nothing in it. Raises StoreError."""
    if not path.exists():
        return None
    with mapped_errors(), contextlib.closing(sqlite3.connect(path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None


def migrate(path: Path) -> None:
    """Bring the file to the newest schema; makes it when it is missing. Raises StoreError."""
    if _revision(path) == schema.REVISION:
        return
    # Alembic is a third of a second and 15 MiB, for what happens once a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config as AlembicConfig  # noqa: PLC0415

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


class Savepoint:
    """Taken at once; what comes after it is kept or taken back. SQLAlchemy's own is compiled anew each time."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        connection.exec_driver_sql(f"SAVEPOINT {name}")

    def release(self) -> None:
        """Keep it."""
        self._connection.exec_driver_sql(f"RELEASE {self._name}")

    def rollback(self) -> None:
        """Take it back."""
        self._connection.exec_driver_sql(f"ROLLBACK TO {self._name}")
        self.release()


class Database:
    """One SQLite file, open: reads in parallel, writes through the group commit."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self.vault = vault
        self._engine, self._reader = _engine(path), _engine(path)
        event.listen(self._engine, "begin", _on_begin)
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="store")
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
        self._engine.dispose()
        self._reader.dispose()
        self._aside.shutdown()

    async def write(self, job: Job[T]) -> T:
        """Run a job in the next group; durable on return. Raises StoreError, or what the job raised."""
        if self._writer is None or self._writer.done():
            raise StoreError("the store is closed")
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait((job, answer))
        return await answer

    async def sweep(self, statement: UpdateBase) -> int:
        """Run a statement that looks through a whole table, in the thread; how many rows. Raises StoreError."""

        async def job(connection: Connection) -> int:
            return await self._wait_for(lambda: connection.execute(statement).rowcount)

        return await self.write(job)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection to read what is committed. Raises StoreError."""
        with mapped_errors(), self._reader.connect() as connection:
            yield connection

    async def _prove_key(self, connection: Connection) -> None:
        sealed = (
            connection.execute(select(schema.meta.c.value_sealed).where(schema.meta.c.key == "check"))
        ).scalar_one_or_none()
        if sealed is None:
            word = self.vault.seal(_CHECK_WORD, "meta.check")
            connection.execute(insert(schema.meta).values(key="check", value_sealed=word))
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
            async with self._transaction() as connection:
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

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        """Committed at the end, or rolled back."""
        connection = await self._wait_for(self._begin)
        try:
            yield connection
        except BaseException:
            connection.close()  # rolls back
            raise
        await self._wait_for(lambda: _commit(connection))

    def _begin(self) -> Connection:
        connection = self._engine.connect()
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        return connection

    async def _wait_for(self, call: Callable[[], T]) -> T:
        """What may take long, done in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._aside, call)


def _commit(connection: Connection) -> None:
    with connection:
        connection.commit()


async def _in_savepoint(connection: Connection, job: Job[Any]) -> tuple[Any, Exception | None]:
    """What a job gave, or what it raised with its writes taken back. Raises StoreError when the group is lost.

    On a full disk SQLite has already rolled the whole transaction back, savepoints included.
    """
    savepoint = Savepoint(connection, "job")
    try:
        result = await job(connection)
    except Exception as error:  # noqa: BLE001 - belongs to the job's caller, who gets it
        raised = store_error(error) if isinstance(error, SQLAlchemyError | sqlite3.Error) else error
        try:
            savepoint.rollback()
        except (SQLAlchemyError, sqlite3.Error):
            raise raised if isinstance(raised, StoreError) else store_error(error) from None
        return None, raised
    savepoint.release()
    return result, None
