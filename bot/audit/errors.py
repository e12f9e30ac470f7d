"""Why an export is refused: each is one line with what to do (exit 2)."""

from bot.errors import InputError
from bot.texts import sentence
from handlers.records import Language


class NoExport(InputError):
    """The file is none of the exports known here."""


class Damaged(InputError):
    """The file is an export, but cannot be read to its end."""


class Bomb(InputError):
    """An archive that would grow beyond measure."""


class OrderUnknown(InputError):
    """The dates can be read in more than one way."""


def no_export() -> NoExport:
    """Not an export."""
    return NoExport(sentence("cli.audit_no_export", Language.EN))


def damaged(line: int) -> Damaged:
    """An export that cannot be read beyond a line."""
    return Damaged(sentence("cli.audit_damaged", Language.EN).format(line=line))
