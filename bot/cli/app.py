"""The commands, put together; errors become one line on standard error and exit code 2."""

import errno
import os
import sys
from collections.abc import Sequence

import typer

from bot.cli import audit, backup, check, digest, doctor, evaluate, init, later, lessons, publish, roll, run
from bot.errors import Para6Error
from bot.texts import sentence
from handlers.records import Language

# Typer carries its own click; the root of its usage errors is reached through the one that it exports.
_UsageError: type[typer.BadParameter] = typer.BadParameter.__bases__[0].__bases__[0]

app = typer.Typer(
    name="para6",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=sentence("cli.help", Language.EN),
)
for command in (init, run, check, audit, evaluate, digest, doctor, backup, publish, lessons, roll, later):
    command.register(app)


@app.callback()
def _options(
    *, debug: bool = typer.Option(False, "--debug", help=sentence("cli.debug", Language.EN))
) -> None:
    """Options of every command."""


def run_command_line(arguments: Sequence[str]) -> int:
    """The exit code of a command line."""
    # --debug is taken wherever it stands, so that an error of parsing can be looked into as well.
    debug = "--debug" in arguments
    rest = [argument for argument in arguments if argument != "--debug"]
    try:
        code = app(rest, standalone_mode=False)
    except typer.Abort:
        return 130
    except _UsageError as error:
        if debug:
            raise
        return _say(error.format_message())
    except Para6Error as error:
        if debug:
            raise
        return _say(str(error))
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not fail once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if debug:
            raise
        return _say(sentence("cli.os_error", Language.EN).format(error=os.strerror(error.errno or errno.EIO)))
    return int(code or 0)


def _say(message: str) -> int:
    line = " ".join(message.split())
    print(f"para6: {line}", file=sys.stderr)
    return 2
