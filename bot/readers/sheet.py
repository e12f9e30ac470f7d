"""Sheets: XLSX and CSV, a row a line; hidden sheets are read as well."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from io import BytesIO, StringIO

from openpyxl import load_workbook

from bot.readers.plain import delimiter_of, text_of
from bot.readers.rows import CELLS, paged, pictures
from bot.readers.task import Task
from bot.readers.zips import open_package, part
from policies.papers.document import Page

_MOST_ROWS = 20_000  # of one sheet
_MOST_CELLS = 100


def read(data: bytes, task: Task) -> Iterator[Page]:
    """The sheets of a workbook, then the pictures in it."""
    package = open_package(data)
    book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    for sheet in book.worksheets:
        rows = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_CELLS, values_only=True)
        yield from paged(((_row(row), 0.0, 1.0) for row in rows), task)
        if (sheet.max_row or 0) > _MOST_ROWS and task.gap is None:
            task.gap = "too_large"
        if task.gap is not None and task.gap != "too_large":
            return
    names = [name for name in package.namelist() if name.startswith("xl/media/")]
    yield from pictures((partial(part, package, name) for name in names), task)


def _row(row: tuple[object, ...]) -> str:
    return CELLS.join(told for value in row if (told := _cell(value)))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # an identity card's number, not 3.52e12
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split())


def read_csv(data: bytes, task: Task) -> Iterator[Page]:
    """The rows of a table in text."""
    text = text_of(data)
    delimiter = delimiter_of(data) or ","
    csv.field_size_limit(task.limits.characters)
    rows = csv.reader(StringIO(text.replace("\0", " "), newline=""), delimiter=delimiter)
    yield from paged(
        ((CELLS.join(cell.strip() for cell in row if cell.strip()), 0.0, 1.0) for row in rows), task
    )
