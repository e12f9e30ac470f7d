"""`para6 lessons ROOM --out FILE`: the room's false alarms as labelled messages (format: docs/corpus.md)."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot.audit.output import replacing_bytes
from bot.cli.rooms import room_named
from bot.config import load_config
from bot.errors import InputError
from bot.store.database import Database, prepare
from bot.store.transaction import SqlTransaction
from bot.texts import sentence
from handlers.contested import Lesson
from handlers.records import Language
from policies.text.manner import manner


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.lessons", Language.EN))
    def lessons(
        room: str = typer.Argument(..., metavar="ROOM"),
        out: Path = typer.Option(..., "--out", metavar="FILE"),
        config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE"),
    ) -> None:
        loaded = load_config(config)
        path, vault = prepare(loaded.settings.store.url, loaded.key_file, loaded.base)
        lines = corpus_lines(asyncio.run(read_lessons(Database(path, vault), room)))
        if not lines:
            raise InputError(sentence("cli.lessons_none", Language.EN))
        write_lines(out, lines)
        typer.echo(sentence("cli.lessons_done", Language.EN).format(n=len(lines), file=out))


def write_lines(out: Path, lines: Sequence[str]) -> None:
    """The file, whole or not at all, readable by its owner only."""
    with replacing_bytes(out) as file:
        file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def corpus_lines(lessons: Sequence[Lesson]) -> list[str]:
    """One line a text. All that was found in it was called a false alarm, so no label is left: it is a near miss."""
    texts = {lesson.digest: lesson.text for lesson in lessons if lesson.text is not None}
    return [
        json.dumps(
            {
                "id": f"lesson-{number:04}",
                "text": text,
                "lang": manner(text),
                "labels": [],
                "also_ok": [],
                "kind": "near",
            },
            ensure_ascii=False,
        )
        for number, text in enumerate(texts.values(), 1)
    ]


async def read_lessons(database: Database, wanted: str) -> Sequence[Lesson]:
    """The lessons of a room. Raises InputError for a name that is no room's, StoreError."""
    await database.open()

    async def job(connection: Connection) -> Sequence[Lesson]:
        transaction = SqlTransaction(connection, database.vault)
        room = await room_named(connection, transaction, wanted)
        return await transaction.lessons(room.id)

    try:
        return await database.write(job)
    finally:
        await database.close()
