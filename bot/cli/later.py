"""Commands that are promised and not there yet: they say so in one line, exit 2."""

import typer

from bot.errors import InputError
from bot.texts import sentence
from handlers.records import Language

_COMMANDS = ("evidence",)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name in _COMMANDS:
        app.command(
            name=name,
            help=sentence("cli.later", Language.EN),
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        )(_refuse)


def _refuse(_arguments: list[str] = typer.Argument(None, hidden=True)) -> None:
    raise InputError(sentence("cli.later", Language.EN))
