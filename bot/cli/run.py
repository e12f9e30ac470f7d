"""`para6 run`: the bot, until SIGTERM or SIGINT."""

import asyncio
from pathlib import Path

import typer

from bot.config import load_config
from bot.log import set_up_logging
from bot.texts import sentence
from handlers.records import Language


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.run", Language.EN))
    def run(config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE")) -> None:
        loaded = load_config(config)
        set_up_logging(loaded.settings.log.level)
        from bot.app import App

        async def serve() -> None:
            await App(loaded).run()

        asyncio.run(serve())
