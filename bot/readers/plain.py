"""Plain text, whatever wrote it: UTF-8, UTF-16 with its mark, or the Windows code page of old notes."""

import codecs
import csv
import re
from collections.abc import Iterator

from bot.readers.task import Task
from policies.papers.document import Line, Page

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SNIFFED = 1 << 16
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_DELIMITERS = ",;\t|"
_FEWEST_LINES, _TABLE_LINES = 3, 30
_LINES_A_PAGE = 400
_LONGEST_LINE = 2000  # a paragraph; longer lines are handed on in pieces


def is_text(data: bytes) -> bool:
    """Whether bytes are a text: hardly a control character among the first of them."""
    first = text_of(data[:_SNIFFED])
    return bool(first) and len(_CONTROLS.findall(first)) * 100 <= len(first)


def is_table(data: bytes) -> bool:
    """Whether a text is a table."""
    return is_text(data) and delimiter_of(data) is not None


def delimiter_of(data: bytes) -> str | None:
    """What parts the cells of a table in text: nearly all of its first lines hold the same number of it."""
    lines = [line for line in text_of(data[:_SNIFFED]).splitlines() if line.strip()][:_TABLE_LINES]
    if len(lines) < _FEWEST_LINES:
        return None
    return next((one for one in _DELIMITERS if _as_often(lines, one)), None)


def _as_often(lines: list[str], delimiter: str) -> bool:
    try:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return False
    usual = max(set(counts), key=counts.count)
    return usual > 1 and counts.count(usual) * 10 >= 9 * len(counts)


def text_of(data: bytes) -> str:
    """The text in some bytes."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is not None:
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # Cut within a letter at the end of a piece, or truly no UTF-8.
        if error.start > len(data) - 4 and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")
    return data.decode("cp1252", "replace")


def read(data: bytes, task: Task) -> Iterator[Page]:
    """The lines of a text, some hundreds a page."""
    yield from pages_of(text_of(data).splitlines(), task)


def pages_of(lines: list[str], task: Task) -> Iterator[Page]:
    """Lines without places, as pages; empty lines are left out, control characters become spaces."""
    kept = [piece for line in lines for piece in pieces_of(clean(line))]
    for start in range(0, len(kept), _LINES_A_PAGE):
        if not task.another():
            return
        yield Page(tuple(Line(text) for text in kept[start : start + _LINES_A_PAGE]))


def clean(line: str) -> str:
    """A line without control characters and outer spaces; half a surrogate pair becomes U+FFFD."""
    told = _CONTROLS.sub(" ", line).strip()
    return told if told.isascii() else told.encode("utf-8", "replace").decode("utf-8")


def pieces_of(line: str) -> Iterator[str]:
    """A line in pieces of no more than a long paragraph, cut at spaces where there are any."""
    while len(line) > _LONGEST_LINE:
        cut = line.rfind(" ", _LONGEST_LINE // 2, _LONGEST_LINE)
        cut = _LONGEST_LINE if cut < 0 else cut
        yield line[:cut]
        line = line[cut:].lstrip()
    if line:
        yield line
