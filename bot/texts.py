"""Notices in words: every sentence comes from `locale/`, fields are escaped and isolated from the line's direction.

A catalogue's message ids are the notices' keys. A sentence may use b, i, code and blockquote; what stands in its
{fields} is never markup. A notice's parts follow it, each on a line of its own.
"""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from handlers.desk import LOCAL
from handlers.ports import Rendered
from handlers.records import Button, Buttons, Language, Notice

_TAG = re.compile(r"</?(?:b|i|code|blockquote)>")
_ISOLATE, _POP = "\u2068", "\u2069"


class TextError(LookupError):
    """A key or a field that a sentence needs is missing; found by the tests, never by a user."""


def _folder() -> Path:
    packaged = Path(str(files("bot"))) / "locale"
    return packaged if packaged.is_dir() else Path(str(files("bot"))).parent / "locale"


@cache
def catalogue(language: Language) -> Catalog:
    """The sentences of one language, from all its files. Raises TextError for a key that stands in two of them."""
    merged = Catalog(locale=None)
    for path in sorted((_folder() / language.value).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if not message.id:
                    continue
                if message.id in merged:
                    raise TextError(f"{path.name}: {message.id} stands in two files")
                merged[message.id] = message
    return merged


def sentence(key: str, language: Language, number: int | None = None) -> str:
    """The raw sentence of a key, in the form its number asks for; English where a language lacks it."""
    for candidate in (language, Language.EN):
        catalog = catalogue(candidate)
        message = catalog.get(key)
        if message is None or not message.string:
            continue
        if isinstance(message.string, str):
            return message.string
        forms = [form for form in message.string if form]
        singular = number == 1 or len(forms) == 1
        return forms[0] if singular else forms[-1]
    raise TextError(key)


def _fields(notice: Notice) -> dict[str, str]:
    filled = {}
    for name, value in notice.fields.items():
        if name.endswith("_key"):
            filled[name.removesuffix("_key")] = sentence(str(value), notice.language)
        elif name.endswith("_at"):
            at = datetime.fromtimestamp(float(value), UTC)
            filled[name.removesuffix("_at")] = local_time(at, notice.language)
        elif isinstance(value, int):
            filled[name] = str(value)
        else:
            filled[name] = f"{_ISOLATE}{html.escape(value, quote=False)}{_POP}" if value else ""
    return filled


def local_time(at: datetime, language: Language) -> str:
    """An instant by the officers' clock, with the month as the language has it: 24 Nov 2026, 14:05."""
    here = at.astimezone(LOCAL)
    month = sentence(f"month.{here.month}", language)
    return sentence("time.full", language).format(
        day=here.day, month=month, year=here.year, clock=f"{here:%H:%M}"
    )


def _markup(notice: Notice) -> str:
    number = notice.fields.get("n", notice.fields.get("times"))
    raw = sentence(notice.key, notice.language, number if isinstance(number, int) else None)
    fields: Mapping[str, str] = _fields(notice)
    try:
        lines = [raw.format_map(fields)]
    except KeyError as error:
        raise TextError(f"{notice.key}: {error.args[0]}") from None
    lines += [_markup(part) for part in notice.parts]
    return "\n".join(line.rstrip() for line in lines)


def label(button: Button, language: Language) -> str:
    """A button's label."""
    keys = (button.key, *button.more)
    return " ".join(key[1:] if key.startswith("=") else sentence(key, language) for key in keys)


def render(notice: Notice, buttons: Buttons) -> Rendered:
    """A notice and its buttons in words. Raises TextError for a key or field that is missing."""
    marked = _markup(notice)
    plain = html.unescape(_TAG.sub("", marked))
    rows = tuple(
        tuple((label(button, notice.language), button.data, button.opens_private) for button in row)
        for row in buttons
    )
    return Rendered(plain, marked, rows, rtl=notice.language is Language.UR)
