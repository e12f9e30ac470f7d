"""Long notices: cut where a line or a word ends, so that each part is whole markup and within Telegram's 4096.

Telegram counts UTF-16 code units of the text without its tags.
"""

import html
import re
from collections.abc import Iterator

LONGEST = 4096

_PIECE = re.compile(
    r"<(?P<close>/?)(?P<tag>[a-z]+)>|(?P<line>\n)|(?P<space> )|(?P<word>(?:&[#\w]+;|[^<\n ])+)"
)
_CHARACTER = re.compile(r"&[#\w]+;|.", re.DOTALL)


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Part:
    """A part under way: its markup, its length, and the tags open in it."""

    def __init__(self, tags: tuple[str, ...] = ()) -> None:
        self.tags = list(tags)
        self.markup = "".join(f"<{tag}>" for tag in tags)
        self.length = 0

    def closed(self) -> str:
        """The markup with every tag closed."""
        return self.markup + "".join(f"</{tag}>" for tag in reversed(self.tags))


def split_markup(markup: str, longest: int = LONGEST) -> list[str]:
    """The parts of a notice, in order; one when it fits. Lines are kept whole where they fit into a part."""
    if units(markup) <= longest:  # its tags and entities only make it longer
        return [markup]
    parts: list[str] = []
    part = _Part()
    for line in markup.split("\n"):
        visible = units(html.unescape(re.sub(r"</?[a-z]+>", "", line)))
        if part.length and part.length + 1 + visible > longest:
            parts.append(part.closed())
            part = _Part(tuple(part.tags))
        elif part.length:
            part.markup += "\n"
            part.length += 1
        part = _add_line(part, line, parts, longest)
    parts.append(part.closed())
    return [piece for piece in parts if re.sub(r"</?[a-z]+>", "", piece).strip()]


def cut_markup(markup: str, longest: int = LONGEST) -> str:
    """A notice that has to fit into one message: its beginning, and a mark that it goes on."""
    if len(split_markup(markup, longest)) == 1:
        return markup
    return split_markup(markup, longest - 2)[0] + "\n…"


def _add_line(part: _Part, line: str, parts: list[str], longest: int) -> _Part:
    for piece in _PIECE.finditer(line):
        if piece["tag"]:
            if piece["close"]:
                part.markup += piece.group()
                part.tags.pop()
            else:
                part.markup += piece.group()
                part.tags.append(piece["tag"])
            continue
        for atom in _atoms(piece.group(), longest):
            length = units(html.unescape(atom))
            if part.length + length > longest:
                parts.append(part.closed())
                part = _Part(tuple(part.tags))
            part.markup += atom
            part.length += length
    return part


def _atoms(word: str, longest: int) -> Iterator[str]:
    """The word, or its characters when no part could hold it."""
    if units(html.unescape(word)) <= longest:
        yield word
    else:
        yield from (found.group() for found in _CHARACTER.finditer(word))
