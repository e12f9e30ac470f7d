"""An export that was recognised: its format, and its entries, as often as they are asked for."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from bot.audit import telegram, whatsapp
from bot.audit.dates import Order
from bot.audit.entry import Entries
from bot.audit.errors import no_export
from bot.audit.source import Source

_HEADS_WITHIN = 400  # lines
_KEYS = re.compile(r'"(?:origin_server_ts|event_id|room_name|room_creator)"\s*:')
_TELEGRAM = re.compile(r'"(?:chats|left_chats|messages)"\s*:')
_TELEGRAM_MORE = re.compile(
    r'"(?:date_unixtime|from_id|personal_information|actor_id|text_entities|about|type)"\s*:'
)

Family = Literal["whatsapp", "telegram", "matrix"]


def family_of(first: bytes) -> Family | None:
    """Which program's export begins with these bytes; None for anything else."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = first.decode("utf-16", "replace")
    elif first.count(b"\0") * 50 > len(first):
        return None
    else:
        text = first.decode("utf-8-sig", "replace")
    if text.count("\ufffd") * 10 > len(text):
        return None
    lines = io.StringIO(text, newline="\n")
    if any(whatsapp.head_of(line) for _, line in zip(range(_HEADS_WITHIN), lines, strict=False)):
        return "whatsapp"
    if not text.lstrip().startswith(("{", "[")):
        return None
    if _KEYS.search(text):
        return "matrix"
    return "telegram" if _TELEGRAM.search(text) and _TELEGRAM_MORE.search(text) else None


@dataclass(slots=True)
class Chat:
    """An export ready to be read. `order` is None where dates are written in one way only."""

    source: Source
    format: str
    title: str
    order: Order | None = None
    _layout: whatsapp.Layout | None = None

    @contextmanager
    def entries(self) -> Iterator[Entries]:
        """All entries, from the first."""
        with self.source.text() as text:
            if self._layout is not None:
                yield whatsapp.read(text, self._layout)
            elif self.format == "telegram":
                yield telegram.read(text)
            else:
                from bot.audit import matrix  # noqa: PLC0415 - brings the Matrix library, which no other export needs

                yield matrix.read(text)


def open_chat(source: Source, asked: Order | None) -> Chat:
    """Recognise an export. Raises NoExport, Damaged, OrderUnknown."""
    family = family_of(source.sniff())
    if family is None:
        raise no_export()
    with source.text() as text:
        if family == "whatsapp":
            layout = whatsapp.survey(text, asked)
            return Chat(source, layout.format, source.title, layout.order, layout)
        if family == "telegram":
            title, count = telegram.title_and_count(text)
            if count != 1:
                raise telegram.too_many(count) if count else no_export()
            return Chat(source, "telegram", title or source.title)
        from bot.audit import matrix  # noqa: PLC0415 - as above

        return Chat(source, "matrix", matrix.title_of(text) or source.title)
