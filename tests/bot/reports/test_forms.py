"""A digest in every form: what each says, and that nothing in it can run."""

import csv
import io
import json
from datetime import date, timedelta
from itertools import pairwise

import pypdfium2
import pytest
from PIL import Image

from bot.reports.days import Step, bars
from bot.reports.forms import Form, written
from bot.reports.table import tame
from handlers.figures import DayCounts
from handlers.records import Language
from tests.bot.reports.sample import NOW, TITLES, empty, sample

LANGUAGES = list(Language)
EVIL = '=HYPERLINK("http://x.example","y")<script>alert(1)</script>\u202e'


def rows(digest_csv: bytes) -> list[list[str]]:
    """The table as a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(digest_csv.decode())))


def test_json_and_csv_say_the_same() -> None:
    """Every plain figure of the object is a row of the table."""
    told = json.loads(written(Form.JSON, sample()))
    table = {(figure, of): value for figure, of, value in rows(written(Form.CSV, sample()))[1:]}
    plain = {name: value for name, value in told.items() if isinstance(value, int)}
    assert len(plain) > 12
    assert {name: table[name, ""] for name in plain} == {name: str(value) for name, value in plain.items()}
    assert table["by_clause", "political"] == "6"
    assert table["by_day", "2026-11-20 findings"] == "3"
    assert table["gaps", "attachment"] == "7"
    assert told["act_median_s"] == 320
    assert "Tariq" not in json.dumps(told)


@pytest.mark.parametrize("cell", ["=1+1", "+92", "-5", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u200f=1", "＝1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    """What a spreadsheet would run gets an apostrophe; a number stays one."""
    assert tame(cell) == f"'{cell}"
    assert tame(-5) == -5
    assert tame("a=b") == "a=b"


def test_no_row_begins_like_a_formula() -> None:
    """A title that somebody wrote to be run is text."""
    table = rows(written(Form.CSV, sample(title=EVIL)))
    assert len(table) > 40
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_title_is_never_markup_and_turns_nothing_round() -> None:
    """It is escaped, stands in <bdi>, and loses its marks of direction."""
    told = written(Form.HTML, sample(title=EVIL)).decode()
    assert "<script" not in told
    assert "&lt;script&gt;" in told
    assert "\u202e" not in told


def test_a_title_of_any_kind_can_be_drawn() -> None:
    """An export may call itself anything: half a letter, thousands of letters."""
    paper = written(Form.PDF, sample(title="\ud800" + "x" * 4000))
    with pypdfium2.PdfDocument(paper) as document:
        assert document.get_metadata_value("Title").endswith("xxx…")
        assert len(document) <= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_told(language: Language) -> None:
    """Nothing is left over of a sentence's fields; an empty digest is as whole as a full one."""
    for digest in (sample(language), sample(language, 30), empty(language)):
        told = written(Form.HTML, digest).decode()
        assert "{" not in told.split("</style>")[1]
        assert (
            f'lang="{language.value.replace("_", "-")}" dir="{"rtl" if language is Language.UR else "ltr"}"'
            in told
        )
        text = written(Form.TEXT, digest).decode()
        assert "{" not in text
    assert "No. 7-3/2026-Coord" in written(Form.HTML, sample(language)).decode()


@pytest.mark.parametrize("language", [Language.EN, Language.UR])
def test_paper_has_a_title_numbers_and_the_time(language: Language) -> None:
    """A4, numbered sheets, the title in the file's own description."""
    paper = written(Form.PDF, sample(language, 30))
    with pypdfium2.PdfDocument(paper) as document:
        assert TITLES[language].split()[0] in document.get_metadata_value("Title")
        assert 2 <= len(document) <= 4
        assert document[0].get_size() == pytest.approx((595.3, 841.9), abs=1)
        said = [page.get_textpage().get_text_bounded() for page in document]
    assert all(f"{number} / {len(said)}" in page for number, page in enumerate(said, 1))
    assert "14:05" in said[0]
    if language is Language.EN:
        assert "As of 24 Nov 2026, 14:05, Pakistan time" in said[0]


def test_picture_is_the_first_sheet() -> None:
    """Sharp enough for a phone, small enough for a slow line."""
    drawn = written(Form.PNG, sample(Language.UR))
    picture = Image.open(io.BytesIO(drawn))
    assert (picture.format, picture.size) == ("PNG", (1092, 1544))
    assert len(drawn) < 150_000


def test_chart_of_a_message_reads_the_same_from_both_sides() -> None:
    """Full blocks only: eighths would be cut from the left in Urdu as well."""
    for language in LANGUAGES:
        told = written(Form.TEXT, sample(language)).decode()
        bars_told = [line for line in told.splitlines() if "█" in line]
        assert len(bars_told) == 5
        assert max(line.count("█") for line in bars_told) == 10
        assert not set(told) & set("▏▎▍▌▋▊▉▐")


@pytest.mark.parametrize(
    ("days", "step", "number"),
    [(1, Step.DAY, 1), (31, Step.DAY, 31), (60, Step.WEEK, 10), (400, Step.MONTH, 14), (3000, Step.YEAR, 9)],
)
def test_bars_of_any_period(days: int, step: Step, number: int) -> None:
    """A day, a week from Monday, a month or a year a bar; nothing is counted twice or lost."""
    last = NOW.date()
    first = last - timedelta(days=days - 1)
    by_day: dict[date, DayCounts] = {first + timedelta(days=n): DayCounts(2, 1) for n in range(days)}
    found, made = bars(by_day, first, last)
    assert (found, len(made)) == (step, number)
    assert (made[0].first, made[-1].last) == (first, last)
    assert sum(bar.judged for bar in made) == 2 * days
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(made))
