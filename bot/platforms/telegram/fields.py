"""Reading an update's JSON: what must be there is of the right type or the update is malformed; the rest is lenient.

Updates are read as JSON and not as the library's objects, so that a part we do not need and that is broken, or
that the library does not know yet, never costs us the words of a message.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]

_LARGEST = 2**63


class Malformed(ValueError):
    """A field that must be there is missing or of another type; the message names the field only."""


def need_table(data: Json, name: str) -> Json:
    """An object. Raises Malformed."""
    value = data.get(name)
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def need_whole(data: Json, name: str) -> int:
    """A whole number of 64 bits. Raises Malformed."""
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not -_LARGEST <= value < _LARGEST:
        raise Malformed(name)
    return value


def need_words(data: Json, name: str) -> str:
    """A text. Raises Malformed."""
    value = data.get(name)
    if not isinstance(value, str):
        raise Malformed(name)
    return storable(value)


def need_instant(data: Json, name: str) -> datetime:
    """An instant, given in whole seconds since the epoch. Raises Malformed."""
    try:
        return datetime.fromtimestamp(need_whole(data, name), UTC)
    except (OverflowError, OSError, ValueError):
        raise Malformed(name) from None


def table(data: Json, name: str) -> Json:
    """An object, empty when it is missing or something else."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def tables(data: Json, name: str) -> list[Json]:
    """The objects of a list; whatever else is in it is left out."""
    value = data.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def whole(data: Json, name: str) -> int | None:
    """A whole number, None when it is missing or something else."""
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def words(data: Json, name: str) -> str:
    """A text, empty when it is missing or something else."""
    value = data.get(name)
    return storable(value) if isinstance(value, str) else ""


def storable(text: str) -> str:
    """The text as it is; halves of characters (lone surrogates), which no file can hold, become U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
