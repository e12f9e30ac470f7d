"""`para6 roll ROOM --out FILE`: who has read what was circulated in a room, as CSV, on the operator's machine."""

import asyncio
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
from handlers.circulation import roll_table
from handlers.records import Language


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.roll", Language.EN))
    def roll(
        room: str = typer.Argument(..., metavar="ROOM"),
        circulation: int = typer.Option(0, "--circulation", metavar="N"),
        out: Path = typer.Option(..., "--out", metavar="FILE"),
        config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE"),
    ) -> None:
        loaded = load_config(config)
        path, vault = prepare(loaded.settings.store.url, loaded.key_file, loaded.base)
        table = asyncio.run(_read(Database(path, vault), room, circulation))
        with replacing_bytes(out) as file:
            file.write(table.encode("utf-8", "replace"))
        out.chmod(0o600)


async def _read(database: Database, wanted: str, number: int) -> str:
    """The roll of that circulation, of the newest for 0. Raises InputError when there is none."""
    await database.open()

    async def job(connection: Connection) -> str:
        transaction = SqlTransaction(connection, database.vault)
        room = await room_named(connection, transaction, wanted)
        found = [one for one in await transaction.circulations(room.id) if number in {0, one.id}]
        if not found:
            raise InputError(sentence("cli.roll_none", Language.EN))
        return roll_table(await transaction.roll(found[-1]))

    try:
        return await database.write(job)
    finally:
        await database.close()
