"""How a worker hands a document over: JSON lines, one a page as soon as it is read, so that a kill loses only what follows.

    {"kind": "pdf"}
    {"page": [["a line", x, y, width, height, sureness], …], "read": "ocr", "grey": [255, …]}
    {"end": null | reason}          or, with nothing read:      {"unread": reason}

Whatever a worker writes is taken as untrusted: it has parsed what somebody else made.
"""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, cast, get_args

from bot.readers.unread import REASONS, Reason, Unread
from policies.papers.document import Document, Kind, Line, Page, Read

KINDS = frozenset(get_args(Kind))
_READS = frozenset(get_args(Read))
_GREYS, _WHITE = 72, 255


def first_line(kind: Kind) -> bytes:
    """What a document is."""
    return _line({"kind": kind})


def page_line(page: Page) -> bytes:
    """A page that was read."""
    lines = [
        [
            line.text,
            *(round(part, 5) for part in (line.x, line.y, line.width, line.height)),
            round(line.sureness, 3),
        ]
        for line in page.lines
    ]
    return _line({"page": lines, "read": page.read, "grey": list(page.grey)})


def last_line(gap: Reason | None) -> bytes:
    """All that can be read was read; `gap` says why it was not all there is."""
    return _line({"end": gap})


def unread_line(reason: Reason) -> bytes:
    """Nothing was read."""
    return _line({"unread": reason})


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=True).encode() + b"\n"


def document_of(said: bytes, name: str, ended: Reason) -> Document:
    """The document that a worker told of; `ended` is why its answer stops, should it stop before its end.

    Raises Unread when there is nothing to give back.
    """
    kind: Kind | None = None
    pages: list[Page] = []
    for told in _told(said):
        if "unread" in told and not pages:
            raise Unread(_reason(told["unread"]) or "broken")
        if "end" in told and kind is not None:
            return Document(name, kind, tuple(pages), _reason(told["end"]))
        if kind is None:
            kind = _kind(told.get("kind"))
            continue
        page = _page(told)
        if page is None:
            ended = "broken"
            break
        pages.append(page)
    if kind is None or not any(page.lines for page in pages):
        raise Unread(ended)
    return Document(name, kind, tuple(pages), ended)


def _told(said: bytes) -> Iterator[dict[str, Any]]:
    for line in said.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            return  # cut short by a kill
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(told, dict):
            return
        yield told


def _reason(told: object) -> Reason | None:
    if told is None:
        return None
    return cast("Reason", told) if isinstance(told, str) and told in REASONS else "broken"


def _kind(told: object) -> Kind:
    if isinstance(told, str) and told in KINDS:
        return cast("Kind", told)
    raise Unread("broken")


def _page(told: dict[str, Any]) -> Page | None:
    lines, read = told.get("page"), told.get("read")
    if not isinstance(lines, list) or not isinstance(read, str) or read not in _READS:
        return None
    made = _lines(lines)
    return None if made is None else Page(made, cast("Read", read), _grey(told.get("grey")))


def _grey(told: object) -> tuple[int, ...]:
    if not isinstance(told, list) or len(told) != _GREYS:
        return ()
    return tuple(told) if all(type(one) is int and 0 <= one <= _WHITE for one in told) else ()


def _lines(told: Iterable[object]) -> tuple[Line, ...] | None:
    made = []
    for one in told:
        match one:
            case [str(text), *numbers] if len(numbers) == 5 and all(_is_number(part) for part in numbers):
                made.append(Line(text, *(float(cast("float", part)) for part in numbers)))
            case _:
                return None
    return tuple(made)


def _is_number(told: object) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)
