"""A document as it was read: pages of lines with their places, whatever file they came from."""

from dataclasses import dataclass, field
from typing import Literal

Read = Literal["text", "ocr", "both", "none"]
Kind = Literal["pdf", "picture", "word", "sheet", "plain"]


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `x`, `y`, `width`, `height` are fractions of the page (0.0 to 1.0, from its top left).

    `sureness` (0.0 to 1.0) is 1.0 for text that the file itself carries, and the recogniser's mean otherwise.
    """

    text: str = field(repr=False)
    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 0.0
    sureness: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page, sheet or picture, its lines in reading order.

    `grey` is a thumbnail of a page that was recognised: eight rows of nine greys (0 to 255), by which its look is known.
    """

    lines: tuple[Line, ...] = field(repr=False)
    read: Read = "text"
    grey: tuple[int, ...] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """The page's lines, one below the other."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read. `name` is the file's own; `pages` may be empty when nothing stood in it.

    `gap` says why the file holds more than was read (`too_many_pages`, `too_slow`, …); None when this is all of it.
    """

    name: str = field(repr=False)
    kind: Kind
    pages: tuple[Page, ...] = field(repr=False)
    gap: str | None = None

    @property
    def text(self) -> str:
        """All pages, an empty line between them."""
        return "\n\n".join(page.text for page in self.pages)

    @property
    def read(self) -> Read:
        """How it was read: `both` when some pages carried text and others were recognised."""
        ways = {page.read for page in self.pages if page.lines}
        if not ways:
            return "none"
        return "both" if len(ways) > 1 or "both" in ways else ways.pop()
