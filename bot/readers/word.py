"""Word (DOCX and its kin): headers, the body with tables and text boxes, notes, comments, footers, pasted pictures."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.package import OpcPackage
from docx.oxml.parser import parse_xml

from bot.readers.rows import CELLS, paged, pictures
from bot.readers.task import Task
from bot.readers.unread import Unread
from bot.readers.zips import open_package
from policies.papers.document import Page

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BEFORE = ("header+xml",)
_AFTER = ("footnotes+xml", "endnotes+xml", "comments+xml", "footer+xml")
_PLACES = {"center": (0.2, 0.6), "right": (0.5, 0.5), "end": (0.5, 0.5)}
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def read(data: bytes, task: Task) -> Iterator[Page]:
    """The pages of a Word file, as far as it tells where they end, then the pictures in it."""
    open_package(data).close()
    package = OpcPackage.open(BytesIO(data))
    try:
        body = package.part_related_by(RELATIONSHIP_TYPE.OFFICE_DOCUMENT)
    except KeyError:
        raise Unread("broken") from None
    parts = list(package.iter_parts())
    around: dict[str, list[Any]] = defaultdict(list)
    for part in parts:
        around[part.content_type.rpartition(".")[2]].append(part)
    lines: list[tuple[str, float, float]] = []
    for part in (*_of(around, _BEFORE), body, *_of(around, _AFTER)):
        for starts_page, line in _lines(_root(part)):
            if starts_page and lines:
                yield from paged(lines, task)
                lines = []
            lines.append(line)
    yield from paged(lines, task)
    yield from pictures(
        (partial(_content, part) for part in parts if part.partname.startswith("/word/media/")), task
    )


def _of(around: dict[str, list[Any]], names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        yield from around.get(name, ())


def _content(part: Any) -> bytes:
    return bytes(part.blob)


def _root(part: Any) -> Any:  # python-docx's elements have no types
    return part.element if hasattr(part, "element") else parse_xml(part.blob)


def _lines(root: Any) -> Iterator[tuple[bool, tuple[str, float, float]]]:
    """Each paragraph, and each row of a table as one line; with whether a page begins there."""
    row, cells, begins = None, [], False
    for paragraph in root.iter(f"{_W}p"):
        if next(paragraph.iterancestors(_FALLBACK), None) is not None:
            continue  # the same text box once more, for older programs
        text, breaks = _text(paragraph)
        begins = begins or breaks
        its_row = next(paragraph.iterancestors(f"{_W}tr"), None)
        if row is not None and its_row is not row:
            yield begins, (CELLS.join(cells), 0.0, 1.0)
            cells, begins = [], False
        row = its_row
        if not text.strip():
            continue
        if row is not None:
            cells.append(" ".join(text.split()))
            continue
        x, width = _PLACES.get(_aligned(paragraph), (0.0, 1.0))
        for line in text.split("\n"):
            yield begins, (line, x, width)
            begins = False
    if cells:
        yield begins, (CELLS.join(cells), 0.0, 1.0)


def _text(paragraph: Any) -> tuple[str, bool]:
    """A paragraph's own words, without those of a text box that hangs on it; and whether a page begins with it."""
    said, breaks = [], False
    for run in paragraph.iter(f"{_W}t", f"{_W}lastRenderedPageBreak", *_SPACES):
        if next(run.iterancestors(f"{_W}p")) is not paragraph:
            continue
        if run.tag == f"{_W}t":
            said.append(run.text or "")
        elif run.tag == f"{_W}lastRenderedPageBreak" or run.get(f"{_W}type") == "page":
            breaks = True
        else:
            said.append(_SPACES[run.tag])
    return "".join(said), breaks


def _aligned(paragraph: Any) -> str:
    found = paragraph.find(f"{_W}pPr/{_W}jc")
    return "" if found is None else str(found.get(f"{_W}val"))
