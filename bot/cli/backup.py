"""`para6 backup FILE` and `para6 restore FILE`: everything but the key, which is kept apart."""

from pathlib import Path

import typer

from bot.config import load_config
from bot.store.archive import make_backup, restore_backup
from bot.store.database import sqlite_path
from bot.texts import sentence
from handlers.records import Language


def register(app: typer.Typer) -> None:
    """Add both commands."""

    @app.command(help=sentence("cli.backup", Language.EN))
    def backup(
        file: Path = typer.Argument(..., metavar="FILE"),
        config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE"),
    ) -> None:
        loaded = load_config(config)
        make_backup(file, sqlite_path(loaded.settings.store.url, loaded.base), loaded.matrix_store)
        typer.echo(sentence("cli.backup_done", Language.EN).format(file=file, key=loaded.key_file))

    @app.command(help=sentence("cli.restore", Language.EN))
    def restore(
        file: Path = typer.Argument(..., metavar="FILE"),
        config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE"),
    ) -> None:
        loaded = load_config(config)
        restore_backup(file, sqlite_path(loaded.settings.store.url, loaded.base), loaded.matrix_store)
        typer.echo(sentence("cli.restore_done", Language.EN).format(key=loaded.key_file))
