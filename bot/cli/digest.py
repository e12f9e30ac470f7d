"""`para6 digest ROOM`: the digest of a room, from the store, on the operator's machine."""

import asyncio
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot.audit.output import replacing_bytes
from bot.cli.rooms import room_named
from bot.config import load_config
from bot.errors import InputError
from bot.reports.forms import Form, written
from bot.store.database import Database, prepare
from bot.store.transaction import SqlTransaction
from bot.texts import sentence
from handlers.desk import LOCAL
from handlers.digest import PERIODS, make_digest, period_start
from handlers.records import Digest, Language


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.digest", Language.EN))
    def digest(
        room: str = typer.Argument(..., metavar="ROOM"),
        since: str = typer.Option("week", "--since"),
        form: Form = typer.Option(Form.TEXT, "--format"),
        out: Path = typer.Option(None, "--out", metavar="FILE"),
        config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE"),
    ) -> None:
        if form.binary and out is None and sys.stdout.isatty():
            raise InputError(sentence("cli.digest_binary", Language.EN).format(form=form.value))
        now = datetime.now(UTC)
        start = read_since(since, now)
        loaded = load_config(config)
        store = loaded.settings.store
        path, vault = prepare(store.url, loaded.key_file, loaded.base)
        found = asyncio.run(_read(Database(path, vault), room, start, now, store.keep_days))
        told = written(form, found)
        if out is None:
            sys.stdout.buffer.write(told)
            sys.stdout.buffer.flush()
            return
        with replacing_bytes(out) as file:
            file.write(told)


def read_since(since: str, now: datetime) -> datetime:
    """today, week, month, a number of days (`3d`), or a date (ISO 8601, times here). Raises InputError."""
    if since in PERIODS:
        return period_start(since, now)
    days = re.fullmatch(r"(\d{1,4})d", since)
    if days:
        return now - timedelta(days=int(days[1]))
    try:
        start = datetime.fromisoformat(since)
    except ValueError:
        raise InputError(
            "--since takes today, week, month, a number of days as 3d, or a date as 2026-03-31"
        ) from None
    return start if start.tzinfo else start.replace(tzinfo=LOCAL)


async def _read(database: Database, wanted: str, since: datetime, now: datetime, keep_days: int) -> Digest:
    """The digest until now, without names: the operator may be no admin of the room."""
    await database.open()

    async def job(connection: Connection) -> Digest:
        transaction = SqlTransaction(connection, database.vault)
        room = await room_named(connection, transaction, wanted)
        return await make_digest(transaction, room, since, now, made_at=now, keep_days=keep_days, names=False)

    try:
        return await database.write(job)
    finally:
        await database.close()
