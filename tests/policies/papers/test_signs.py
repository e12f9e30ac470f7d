"""Signs are found in spite of a recogniser's errors, only where they must stand, and a bad line is refused by number."""

import random

import pytest

from policies.papers.document import Document, Line, Page
from policies.papers.look import Looker
from policies.papers.search import FormSearch
from policies.papers.shape import shape
from policies.papers.signs import Form, SignError, read_signs
from policies.papers.weighing import WeightError, read_weights


def looker(*rows: str) -> Looker:
    """A looker for some lines of a file of signs."""
    return Looker(read_signs("signs.tsv", rows))


def paper(*lines: str) -> Document:
    """A page of some lines without places."""
    return Document("a.txt", "plain", (Page(tuple(Line(line) for line in lines)),))


def errors_of(form: str, text: str) -> tuple[int, int]:
    """The least errors and the place where they are first reached, by the textbook's table."""
    before = list(range(len(form) + 1))
    best = (len(form), 0)
    for place, letter in enumerate(text, 1):
        now = [0]
        for number, wanted in enumerate(form, 1):
            now.append(min(before[number] + 1, now[-1] + 1, before[number - 1] + (wanted != letter)))
        if now[-1] < best[0]:
            best = (now[-1], place)
        before = now
    return best


def test_the_search_counts_as_the_textbook_does() -> None:
    """Random forms and lines, up to the longest form: the same errors at the same place."""
    chance = random.Random(1)
    forms = [
        Form("".join(chance.choice("abc") for _ in range(size)), 0, urdu=False)
        for size in (2, 3, 7, 20, 40, 62)
    ]
    lines = ["".join(chance.choice("abcd") for _ in range(size)) for size in (0, 1, 5, 30, 80)]
    nearest = FormSearch(forms).nearest(lines)
    for row, line in enumerate(lines):
        for column, form in enumerate(forms):
            found = (int(nearest.errors[row, column]), int(nearest.ends[row, column]))
            assert found == errors_of(form.letters, line)


@pytest.mark.parametrize(
    ("sign", "line", "met"),
    [
        pytest.param(
            "any\t1\t1\tOffice Memorandum", "0FFICE MEMORANDUN", True, id="letters taken for others"
        ),
        pytest.param("any\t1\t1\tOffice Memorandum", "OFFI CE MEMOR ANDUM", True, id="parted anew"),
        pytest.param("any\t1\t1\tOffice Memorandum", "officer's random memo", False, id="other words"),
        pytest.param("any\t1\t1\tحکومت پاکستان", "جکومت یاکستان", True, id="dots lost"),
        pytest.param("any\t1\t1\tحکومت پاکستان", "حکو متپا کستان", True, id="Urdu parted anew"),
        pytest.param("any\t1\t1\tحکومت پاکستان", "پاکستان کی حکمت عملی", False, id="other Urdu words"),
        pytest.param("alone\t1\t1\tSecret", "SECRET", True, id="a marking of its own"),
        pytest.param(
            "alone\t1\t1\tSecret", "The Secretary has kept it secret from us", False, id="a word in a line"
        ),
        pytest.param("any\t1\t1\tSecret", "Secretariat", False, id="the head of another word"),
        pytest.param("start\t1\t1\tSubject", "Subject: leave", True, id="at the start"),
        pytest.param("start\t1\t1\tSubject", "on the said subject", False, id="not at the start"),
        pytest.param(
            "any\t1\t1\t/\\d{5}-\\d{7}-\\d/", "۳۴۱۰۱-۰۰۰۰۰۰۱-۱", True, id="a pattern in Urdu digits"
        ),
        pytest.param("any\t2\t1\tBrief facts", "Brief facts", False, id="not in enough lines"),
    ],
)
def test_a_sign_is_met(sign: str, line: str, met: bool) -> None:
    """Near misses included."""
    look = looker(f"it\t{sign}\t").look(paper("something before", line, "something after"))
    assert ("it" in look.shown) == met


def test_a_form_may_go_on_in_the_next_line() -> None:
    """Running text is broken where the page ends, not where a form does."""
    look = looker("it\tany\t1\t1\tapproval of the competent authority\t").look(
        paper("This has the approval of the", "competent authority, please.")
    )
    assert [(one.page, one.line) for one in look.seen] == [(0, 0)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Bad Name\tany\t1\t1\tform", "line 2: the sign is not"),
        ("it\tnowhere\t1\t1\tform", "line 2: where is none of"),
        ("it\tany\t0\t1\tform", "line 2: times is no number"),
        ("it\tany\t1\tmuch\tform", "line 2: could not convert"),
        ("it\tany\t1\t1\t", "line 2: has no forms"),
        ("it\tany\t1\t1\t؟؟", "line 2: a form has 0 letters"),
        ("it\tany\t1\t1\t/(/", "line 2: a pattern is none"),
        ("it\tany", "line 2: needs 6 columns"),
        ("one\tany\t1\t1\tform", "line 2: the sign stands there twice"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(line: str, said: str) -> None:
    """Whoever edits the file is told where."""
    with pytest.raises(SignError, match=said):
        read_signs("signs.tsv", ["one\tany\t1\t1\tsome form\t", line])


def test_weights_belong_to_their_signs() -> None:
    """A sign without a weight, and a weight without a sign, are refused with what to do."""
    with pytest.raises(WeightError, match="make papers-model"):
        read_weights("weights.tsv", ["bias\t-1", "one\t2"], ["one", "two"])
    with pytest.raises(WeightError, match="line 2"):
        read_weights("weights.tsv", ["bias\t-1", "one two"], ["one"])


def test_the_shape_keeps_where_words_begin() -> None:
    """Spaces and points go, their places stay."""
    found = shape("Ofﬁce, No. 1")
    assert "office"[:2].translate(str.maketrans("oi", "ol")) == found.letters[:2]
    assert 0 in found.borders
    assert len(found.letters) in found.borders
