"""`para6 run`: the bot, until SIGTERM or SIGINT."""

import asyncio
import gc
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
        # The lexicon and the model are some 300,000 objects, none of them garbage: looking through them would cost
        # a fifth of the start, and later stop everything for a tenth of a second now and then.
        gc.disable()
        from bot.app import App

        app = App(loaded)
        gc.freeze()
        gc.enable()

        async def serve() -> None:
            await app.run()

        asyncio.run(serve())
