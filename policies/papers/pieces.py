"""The text of a document in pieces that the judge can read, each with its place in `Document.text`."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from policies.papers.document import Document, Line

# Characters of a piece: about what a long chat message holds, which is what the judge was trained on.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """Some neighbouring lines. `start` is a code-point offset into `Document.text`, where the piece stands as it is.

    `sureness` (0.0 to 1.0): of its lines, by their length.
    """

    text: str = field(repr=False)
    start: int
    sureness: float


def pieces_of(document: Document) -> Iterator[Piece]:
    """The pieces of a document, in order; a piece ends where it is long enough or the page ends."""
    start = 0
    for page in document.pages:
        kept: list[Line] = []
        length = 0
        for line in page.lines:
            if kept and length + len(line.text) > _LONGEST:
                yield _piece(kept, start)
                start += length
                kept, length = [], 0
            kept.append(line)
            length += len(line.text) + 1
        if kept:
            yield _piece(kept, start)
            start += length - 1
        start += 2  # the empty line between pages


def _piece(lines: list[Line], start: int) -> Piece:
    letters = sum(len(line.text) for line in lines)
    sureness = sum(line.sureness * len(line.text) for line in lines) / letters if letters else 0.0
    return Piece("\n".join(line.text for line in lines), start, sureness)
