"""`para6 digest ROOM`: the digest of a room, from the store, on the operator's machine."""

import asyncio
import csv
import io
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import Connection, select

from bot.config import load_config
from bot.errors import InputError
from bot.store import schema
from bot.store.database import Database, prepare
from bot.store.transaction import SqlTransaction
from bot.texts import render, sentence
from handlers.desk import LOCAL
from handlers.digest import PERIODS, digest_notice, period_start
from handlers.events import RoomId
from handlers.records import DigestCounts, Language, Room


class Format(StrEnum):
    """What `--format` takes."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"
    PNG = "png"


_LATER = {Format.HTML, Format.PDF, Format.PNG}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.digest", Language.EN))
    def digest(
        room: str = typer.Argument(..., metavar="ROOM"),
        since: str = typer.Option("week", "--since"),
        form: Format = typer.Option(Format.TEXT, "--format"),
        config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE"),
    ) -> None:
        if form in _LATER:
            raise InputError(sentence("cli.format_later", Language.EN))
        now = datetime.now(UTC)
        start = read_since(since, now)
        loaded = load_config(config)
        path, vault = prepare(loaded.settings.store.url, loaded.key_file, loaded.base)
        found, counts = asyncio.run(_read(Database(path, vault), room, start, now))
        typer.echo(formatted(form, found, counts, start, now), nl=form is not Format.CSV)


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


async def _read(
    database: Database, wanted: str, since: datetime, until: datetime
) -> tuple[Room, DigestCounts]:
    await database.open()

    async def job(connection: Connection) -> tuple[Room, DigestCounts]:
        transaction = SqlTransaction(connection, database.vault)
        rows = (connection.execute(select(schema.rooms.c.id).where(schema.rooms.c.moved_to.is_(None)))).all()
        rooms = [await transaction.room(RoomId(row.id)) for row in rows]
        matching = [
            room
            for room in rooms
            if room is not None and wanted in {room.id, room.title, room.id.partition(":")[2]}
        ]
        if len(matching) != 1:
            known = ", ".join(sorted(room.id for room in rooms if room is not None)) or "none yet"
            raise InputError(f"no single room of that name; the rooms are: {known}")
        return matching[0], await transaction.digest_counts(matching[0].id, since, until)

    try:
        return await database.write(job)
    finally:
        await database.close()


def formatted(form: Format, room: Room, counts: DigestCounts, since: datetime, until: datetime) -> str:
    """A digest as text, JSON or CSV."""
    if form is Format.TEXT:
        return render(digest_notice(room.title, counts, since, until, room.language), ()).text
    facts: dict[str, Any] = {
        "room": room.id,
        "title": room.title,
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
    facts |= asdict(counts)
    facts["oldest_open"] = counts.oldest_open.isoformat() if counts.oldest_open else None
    if form is Format.JSON:
        return json.dumps(facts, ensure_ascii=False, indent=2)
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["figure", "of", "value"])
    for name, value in facts.items():
        if isinstance(value, dict):
            writer.writerows([[name, key, number] for key, number in sorted(value.items())])
        elif name != "act_seconds":
            writer.writerow([name, "", "" if value is None else value])
    return table.getvalue()
