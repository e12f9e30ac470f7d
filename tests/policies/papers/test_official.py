"""What is said of papers: official ones by what they are, others not at all, and what a text breaks by a higher bar."""

from datetime import date

import pytest

from corpus.papers.prints import as_written
from corpus.papers.sources import load_sources
from policies.judge import Judge, load_judge
from policies.message import NO_CONTEXT, Context, Message
from policies.papers.document import Document, Line, Page
from policies.papers.official import Papers, load_papers, read_paper
from policies.verdict import NO_INSTRUMENT, Action, Finding, Verdict

BLATANT = "Vote for PTI, bring back Imran Khan, share with all"


@pytest.fixture(scope="module")
def judge() -> Judge:
    """The pack's judge."""
    return load_judge("om-2024-09-02")


@pytest.fixture(scope="module")
def papers(judge: Judge) -> Papers:
    """What the pack knows of papers."""
    return load_papers(judge.packs)


def document(*pages: tuple[str, ...], sureness: float = 1.0) -> Document:
    """A document of some lines a page."""
    return Document(
        "a.pdf", "pdf", tuple(Page(tuple(Line(line, sureness=sureness) for line in lines)) for lines in pages)
    )


class Loud:
    """A judge that finds `clause` in every text, with one score."""

    def __init__(self, clause: str, score: float) -> None:
        self._found = (clause, score)

    def judge(self, message: Message, context: Context = NO_CONTEXT) -> Verdict:
        """One finding in anything that is said."""
        clause, score = self._found
        found = Finding(clause, Action.WARN, score, 0, len(message.text), "Rule", f"{clause}.general")
        return Verdict((found,) if message.text else (), "om-2024-09-02", "loud")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("sugar-summary", "disclosure.paper_marked"),
        ("leave-note", "disclosure.paper_note"),
        ("nadra-list", "disclosure.paper_records"),
        ("fir-theft", "disclosure.paper_case"),
        ("canal-pc1", "disclosure.paper_letter"),
        ("u-fir-chori", "disclosure.paper_case"),
        ("u-ikhrajat-summary", "disclosure.paper_note"),
        ("u-nahar-funds", "disclosure.paper_letter"),
    ],
)
def test_an_official_paper_is_warned_about_by_what_it_is(
    name: str, reason: str, judge: Judge, papers: Papers
) -> None:
    """With the reason of its kind, and a place in its text."""
    source = next(one for one in load_sources("measure") if one.id == name)
    paper = as_written(source)
    reading = read_paper(paper, judge, papers)
    found = next(one for one in reading.verdict.findings if one.clause == "disclosure")
    assert reading.official > 0.5
    assert (found.action, found.reason, reading.reason) == (Action.WARN, reason, reason)
    line = paper.pages[reading.seen[0].page].lines[reading.seen[0].line].text
    assert paper.text[found.start : found.end] == line


@pytest.mark.parametrize(
    "name",
    [
        "om-itself",
        "gazette-sro",
        "press-pid",
        "cnic-copy",
        "bill-electricity",
        "f-shadi",
        "f-tender",
        "f-nazm",
    ],
)
def test_a_paper_that_may_be_shared_is_not_warned_about(name: str, judge: Judge, papers: Papers) -> None:
    """Neither for what it is nor for its words."""
    source = next(one for one in load_sources("measure") if one.id == name)
    reading = read_paper(as_written(source), judge, papers)
    assert reading.verdict.action == "clear"
    assert reading.reason == ""


def test_the_second_page_is_placed_in_the_whole_text(judge: Judge, papers: Papers) -> None:
    """Offsets go over the empty line between pages."""
    paper = document(("Cover",), (), ("SUMMARY FOR THE PRIME MINISTER", "approval is solicited"))
    reading = read_paper(paper, judge, papers)
    found = reading.verdict.findings[0]
    assert paper.text[found.start : found.end] == "SUMMARY FOR THE PRIME MINISTER"


def test_a_picture_of_a_forwarded_text_is_judged_as_text(judge: Judge, papers: Papers) -> None:
    """A poster breaks what its words break."""
    reading = read_paper(document((BLATANT,)), judge, papers)
    assert [(one.clause, one.action) for one in reading.verdict.findings][:1] == [("political", Action.WARN)]
    assert reading.official < 0.4


def test_what_the_recogniser_guessed_is_not_judged(papers: Papers) -> None:
    """Noise breaks no clause."""
    unsure = document(("nonsense that was read from a shadow",), sureness=0.4)
    assert read_paper(unsure, Loud("sectarian", 0.99), papers).verdict.findings == ()


@pytest.mark.parametrize(
    ("lines", "score", "actions"),
    [
        pytest.param(("hello friends",), 0.8, [Action.WARN], id="nothing speaks for a paper"),
        pytest.param(("hello friends",), 0.6, [Action.NOTE], id="left to the admin"),
        pytest.param(("GROCERY STORE", "Invoice 12", "thank you, come again"), 0.8, [], id="a receipt"),
        pytest.param(("Press release", "told reporters", "staff reporter"), 0.95, [], id="a newspaper"),
    ],
)
def test_the_bar_rises_with_the_signs_of_a_harmless_paper(
    lines: tuple[str, ...], score: float, actions: list[Action], papers: Papers
) -> None:
    """The more it looks published or private, the surer the judge must be."""
    found = read_paper(document(lines), Loud("government", score), papers).verdict.findings
    assert [one.action for one in found] == actions


def test_before_any_instrument_nothing_is_found(judge: Judge, papers: Papers) -> None:
    """A paper sent before the instructions were in force falls under none."""
    paper = document(("SECRET", "SUMMARY FOR THE PRIME MINISTER"))
    verdict = read_paper(paper, judge, papers, sent_on=date(2019, 1, 1)).verdict
    assert (verdict.findings, verdict.pack) == ((), NO_INSTRUMENT)


def test_an_empty_document_is_no_paper(judge: Judge, papers: Papers) -> None:
    """Nothing read, nothing said."""
    reading = read_paper(Document("a.jpg", "picture", ()), judge, papers)
    assert (reading.official, reading.verdict.findings) == (0.0, ())
