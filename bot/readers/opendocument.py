"""OpenDocument: texts, sheets and slides, headers and footers from the styles, pasted pictures."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

from odfdo import Document as OdfDocument

from bot.readers.rows import CELLS, paged, pictures
from bot.readers.task import Task
from bot.readers.unread import Unread
from bot.readers.zips import open_package, part
from policies.papers.document import Page

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ROW = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-row"
_SPACES = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n", f"{_TEXT}s": " "}
_ENCRYPTED = b"encryption-data"


def read(data: bytes, task: Task) -> Iterator[Page]:
    """The text of an OpenDocument file, then the pictures in it."""
    package = open_package(data)
    names = package.namelist()
    if "META-INF/manifest.xml" in names and _ENCRYPTED in part(package, "META-INF/manifest.xml"):
        raise Unread("locked")
    document = OdfDocument(BytesIO(data))
    lines = [
        line for name in ("styles.xml", "content.xml") if name in names for line in _lines(document, name)
    ]
    yield from paged(((line, 0.0, 1.0) for line in lines), task)
    held = [name for name in names if name.startswith("Pictures/")]
    yield from pictures((partial(part, package, name) for name in held), task)


def _lines(document: OdfDocument, name: str) -> Iterator[str]:
    """Each paragraph and heading, and each row of a table as one line."""
    held: Any = document.get_part(name)
    root = held.root._xml_element
    row, cells = None, []
    for paragraph in root.iter(f"{_TEXT}p", f"{_TEXT}h"):
        its_row = next(paragraph.iterancestors(_ROW), None)
        if row is not None and its_row is not row:
            yield CELLS.join(cells)
            cells = []
        row = its_row
        text = _text(paragraph)
        if row is not None and text.strip():
            cells.append(" ".join(text.split()))
        elif row is None:
            yield from text.split("\n")
    if cells:
        yield CELLS.join(cells)


def _text(paragraph: Any) -> str:
    """A paragraph's own words, without those of a frame that hangs on it."""
    said = [paragraph.text or ""]
    for inner in paragraph.iter():
        if inner is paragraph or not isinstance(inner.tag, str):
            continue
        holder = next(inner.iterancestors(f"{_TEXT}p", f"{_TEXT}h"))
        if holder is paragraph:
            if inner.tag not in {f"{_TEXT}p", f"{_TEXT}h"}:
                said += [_SPACES.get(inner.tag, ""), inner.text or ""]
            said.append(inner.tail or "")
    return "".join(said)
