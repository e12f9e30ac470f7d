"""Telegram's HTML parse mode: text and entities, with its own words for what is wrong. Offsets are UTF-16."""

import html
import re
from typing import Any

_TOKEN = re.compile(
    r"<(/?)([a-zA-Z-]+)((?:\s[^<>]*)?)>|(&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)|(<)|([^<&]+|&)"
)
_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-spoiler": "spoiler",
}


class MarkupError(ValueError):
    """The description that the server answers."""


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(markup: str) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities. Raises MarkupError."""
    text: list[str] = []
    length = 0
    entities: list[dict[str, Any]] = []
    open_tags: list[tuple[str, int, str]] = []
    for token in _TOKEN.finditer(markup):
        close, tag, attributes, entity, lone, plain = token.groups()
        at = len(markup[: token.start()].encode())
        if lone:
            raise MarkupError(f'can\'t parse entities: Unsupported start tag "" at byte offset {at}')
        if tag is None:
            piece = html.unescape(entity) if entity else plain
            text.append(piece)
            length += units(piece)
        elif not close:
            if tag not in _TYPES:
                raise MarkupError(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {at}')
            open_tags.append((tag, length, attributes))
        else:
            if not open_tags:
                raise MarkupError(f"can't parse entities: Unexpected end tag at byte offset {at}")
            opened, start, given = open_tags.pop()
            if opened != tag:
                raise MarkupError(
                    f'can\'t parse entities: Unmatched end tag at byte offset {at}, expected "</{opened}>", found "</{tag}>"'
                )
            if length > start:
                made: dict[str, Any] = {"type": _TYPES[tag], "offset": start, "length": length - start}
                if tag == "a":
                    made["url"] = given.partition("=")[2].strip().strip("\"'")
                entities.insert(0, made)  # of two that begin together the outer one comes first
    if open_tags:
        raise MarkupError(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\""
        )
    entities.sort(key=lambda one: (one["offset"], -one["length"]))
    return "".join(text), entities
