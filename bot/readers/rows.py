"""Paragraphs and table rows, found in the same way in every office format: what the file orders is the reading order."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from io import BytesIO

from PIL import Image

from bot.readers.plain import clean, pieces_of
from bot.readers.task import Task
from bot.readers.unread import Unread
from policies.papers.document import Line, Page

CELLS = " | "
_LINES_A_PAGE = 400
_SMALLEST = 300  # pixels; what is smaller is a crest or a signature


def paged(lines: Iterable[tuple[str, float, float]], task: Task) -> Iterator[Page]:
    """Pages of lines, each given with where it begins across the page and how wide it is."""
    kept: list[tuple[str, float, float]] = []
    for text, x, width in lines:
        for piece in pieces_of(clean(text)):
            kept.append((piece, x, width))
            if len(kept) == _LINES_A_PAGE:
                if not task.another():
                    return
                yield _page(kept)
                kept = []
    if kept and task.another():
        yield _page(kept)


def _page(kept: list[tuple[str, float, float]]) -> Page:
    """Lines one below the other; how far down a page they stand is only known by their number."""
    count = max(len(kept), 30)
    lines = (Line(text, x, number / count, width, 1 / count) for number, (text, x, width) in enumerate(kept))
    return Page(tuple(lines))


def pictures(contents: Iterable[Callable[[], bytes]], task: Task) -> Iterator[Page]:
    """The pages in pictures that a file holds: a scan pasted into a letter. Each picture once; small ones are left out."""
    from bot.readers import picture  # noqa: PLC0415 - only a file with pictures needs it

    seen: set[bytes] = set()
    for content in contents:
        data = content()
        mark = sha256(data).digest()
        if mark in seen or not _large(data):
            continue
        seen.add(mark)
        try:
            yield from (page for page in picture.read(data, task) if page.lines)
        except Unread as error:
            task.gap = error.reason
        if task.gap is not None:
            return


def _large(data: bytes) -> bool:
    try:
        with Image.open(BytesIO(data)) as file:
            return min(file.size) >= _SMALLEST
    except (OSError, ValueError, SyntaxError):
        return False
