"""Which signs a document shows, and how it is laid out."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from policies.papers.document import Document, Page
from policies.papers.reading import Seen
from policies.papers.search import FormSearch
from policies.papers.shape import Shape, is_urdu, shape, western_digits
from policies.papers.signs import Form, Sign

# What a paper is shows on its first pages; what a table of ten thousand rows is, in its first rows.
_PAGES, _LINES = 3, 90
# Parts of two neighbouring lines that are looked at together: a form may go on in the next line.
_JOINED = 30
# A line that says little but the sign has at most so many letters for each of the sign's.
_ALONE, _SHORT = 1.7, 45
_TOP, _FIRST_LINES = 1 / 3, 4
_FROM_START = 3  # letters: a number, a mark
_IN_ONE_LINE = frozenset({"alone", "start", "short"})

LAYOUT = (
    "layout_heading",
    "layout_signature",
    "layout_verse",
    "layout_table",
    "layout_urdu",
)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. `shown`: the signs that occur often enough, and the names of LAYOUT that hold."""

    shown: frozenset[str]
    seen: tuple[Seen, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line, or the seam of two, as it is searched. `height`: 0.0 for the first line to 1.0 for the last.

    `seam`: the letters before the seam, 0 for a whole line.
    """

    shape: Shape
    line: int
    height: float
    seam: int = 0


class Looker:
    """The signs of a pack, ready to be looked for."""

    def __init__(self, signs: Sequence[Sign]) -> None:
        self._signs = list(signs)
        # Signs may share a form, as words that count from two lines on and again from four.
        places: dict[Form, list[int]] = {}
        for number, sign in enumerate(signs):
            for form in sign.forms:
                places.setdefault(form, []).append(number)
        self._exact = [(found, form) for form, found in places.items() if not form.errors]
        self._near = {
            urdu: [(found, form) for form, found in places.items() if form.errors and form.urdu == urdu]
            for urdu in (False, True)
        }
        self._search = {
            urdu: FormSearch([form for _, form in forms]) for urdu, forms in self._near.items() if forms
        }

    def look(self, document: Document) -> Look:
        """The look of a document."""
        lines: Counter[str] = Counter()
        seen: list[Seen] = []
        layout: set[str] = set()
        for number, page in enumerate(document.pages[:_PAGES]):
            found = {(self._signs[sign].name, line) for sign, line in self._of_page(page, top=number == 0)}
            lines.update(name for name, _ in found)
            seen += [Seen(name, number, line) for name, line in sorted(found, key=lambda one: one[1])]
            if number == 0:
                layout = set(layout_of(page))
        often = {sign.name for sign in self._signs if lines[sign.name] >= sign.times}
        return Look(frozenset(often | layout), tuple(one for one in seen if one.sign in often))

    def _of_page(self, page: Page, *, top: bool) -> Iterator[tuple[int, int]]:
        texts = [line.text for line in page.lines[:_LINES]]
        rows = _rows(texts)
        for number, text in enumerate(map(western_digits, texts)):
            for place, sign in enumerate(self._signs):
                if any(pattern.search(text) for pattern in sign.patterns):
                    yield place, number
        for row in rows:
            for places, form in self._exact:
                for start in _starts(row.shape, form):
                    yield from self._fitting(places, form, row, start, 0, top=top)
        for urdu, search in self._search.items():
            mine = [row for row in rows if is_urdu(row.shape.letters) == urdu]
            near = search.nearest([row.shape.letters for row in mine])
            allowed = np.array([form.errors for _, form in self._near[urdu]])
            for where, number in zip(*np.nonzero(near.errors <= allowed), strict=True):
                places, form = self._near[urdu][number]
                row, errors = mine[where], int(near.errors[where, number])
                start = int(near.ends[where, number]) - len(form.letters)
                yield from self._fitting(places, form, row, start, errors, top=top)

    def _fitting(
        self, places: Sequence[int], form: Form, row: _Row, start: int, errors: int, *, top: bool
    ) -> Iterator[tuple[int, int]]:
        """The signs of a form that may stand where it was found, each with the line."""
        for place in places:
            if self._fits(place, form, row, start, errors, top=top):
                yield place, row.line

    def _fits(self, place: int, form: Form, row: _Row, start: int, errors: int, *, top: bool) -> bool:
        """Whether a form found at a letter stands where its sign must."""
        where = self._signs[place].where
        length, end = len(row.shape.letters), start + len(form.letters)
        slack = min(errors, 2)
        if row.seam and (where in _IN_ONE_LINE or not start < row.seam < end):
            return False
        # Recognisers part and join Urdu words at will; Latin forms begin and end with words, and so do short ones.
        if not (form.urdu and form.errors) and not (
            _at_border(row.shape, start, slack) and _at_border(row.shape, end, slack)
        ):
            return False
        stands = {
            "any": True,
            "top": top and (row.height <= _TOP or row.line < _FIRST_LINES),
            "start": start <= _FROM_START + slack,
            "short": length <= _SHORT,
            "alone": length <= _ALONE * len(form.letters) + 2,
        }
        return stands[where]


def _at_border(found: Shape, place: int, slack: int) -> bool:
    return any(place + step in found.borders for step in range(-slack, slack + 1))


def _starts(found: Shape, form: Form) -> Iterator[int]:
    start = found.letters.find(form.letters)
    while start >= 0:
        yield start
        start = found.letters.find(form.letters, start + 1)


def _rows(texts: Sequence[str]) -> list[_Row]:
    rows = [_Row(shape(text), number, number / max(1, len(texts) - 1)) for number, text in enumerate(texts)]
    seams = [
        _Row(
            shape(f"{one[-_JOINED:]} {other[:_JOINED]}"),
            number,
            rows[number].height,
            seam=len(shape(one[-_JOINED:]).letters),
        )
        for number, (one, other) in enumerate(pairwise(texts))
    ]
    return [row for row in rows + seams if row.shape.letters]


_LETTERS = re.compile(r"[^\W\d_]")


def layout_of(page: Page) -> Iterator[str]:
    """How a page is laid out, by the names of LAYOUT."""
    lines = [line for line in page.lines if len(line.text.strip()) > 2]
    urdu = sum("\u0600" <= sign <= "\u06ff" for line in lines for sign in line.text)
    letters = sum(len(_LETTERS.findall(line.text)) for line in lines)
    right_to_left = 2 * urdu > letters
    if right_to_left:
        yield "layout_urdu"
    placed = [line for line in lines if line.height]
    if len(placed) < 4:
        return
    centred = [abs(line.x + line.width / 2 - 0.5) < 0.08 and line.width < 0.7 for line in placed]
    if sum(centred[:5]) >= 2:
        yield "layout_heading"
    if sum(centred) > 0.6 * len(centred):
        yield "layout_verse"
    lower = [line for line in placed if line.y > 0.25]
    for one, other in pairwise(lower):
        beside = all(
            line.width < 0.45 and (line.x + line.width < 0.55 if right_to_left else line.x > 0.45)
            for line in (one, other)
        )
        if beside and abs((one.x + one.width / 2) - (other.x + other.width / 2)) < 0.08:
            yield "layout_signature"
            break
    digits = sum(sum(sign.isdigit() for sign in line.text) > 0.3 * len(line.text) for line in lines)
    if digits > 0.3 * len(lines):
        yield "layout_table"
