"""The figures: counted as promised, checked against sums done by hand."""

from pathlib import Path

import pytest

from policies.evaluation.figures import by, figures, tally
from policies.evaluation.lines import Line, read_lines


def line(
    ident: str, labels: tuple[str, ...] = (), also_ok: tuple[str, ...] = (), kind: str = "plain"
) -> Line:
    return Line(ident, "text", "en", labels, also_ok, kind)


LINES = [
    line("a", ("political",), ("government",)),
    line("b", ("political",)),
    line("c", ("disclosure",)),
    line("d", (), (), "near"),
    line("e", (), ("order",), "near"),
    line("f", (), (), "benign"),
]
RAISED = [{"government"}, {"political"}, {"political"}, {"security"}, {"order"}, set()]


def test_counting_by_hand() -> None:
    """Right, false and missed; an arguable clause finds a violation and is no false warning."""
    found = figures(tally(LINES, RAISED))
    precision, recall, f1, lines = found.clauses["political"]
    assert (precision.value, recall.value, f1.value, lines) == (0.5, 0.5, 0.5, 2)
    assert found.clauses["disclosure"][2].value == 0.0
    assert found.macro_f1.value == pytest.approx(0.25)
    assert found.violation_recall.value == pytest.approx(2 / 3)
    assert found.false_warnings["near"].value == 1.0  # only d counts: e is arguable
    assert found.false_warnings["benign"].value == 0.0
    assert set(found.clauses) == {"political", "disclosure"}


def test_interval_holds_the_value_and_is_the_same_each_time() -> None:
    """Resampling is seeded; more lines give a narrower interval."""
    few = figures(tally(LINES, RAISED)).violation_recall
    many = figures(tally(LINES * 30, RAISED * 30)).violation_recall
    assert few == figures(tally(LINES, RAISED)).violation_recall
    assert few.low <= few.value <= few.high
    assert many.high - many.low < few.high - few.low


def test_groups_are_counted_apart() -> None:
    """A share of the lines has the figures that it would have alone."""
    counted = tally(LINES, RAISED)
    groups = by(LINES, lambda one: one.kind)
    assert list(groups) == ["benign", "near", "plain"]
    part, alone = figures(counted.some(groups["plain"])), figures(tally(LINES[:3], RAISED[:3]))
    assert (part.clauses, part.macro_f1, part.violation_recall) == (
        alone.clauses,
        alone.macro_f1,
        alone.violation_recall,
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("not json", "line 1"),
        ('{"id": "a", "text": "t", "lang": "en", "labels": [], "kind": "near"}\n{"id": "b"}', "line 2"),
        ('{"id": "a", "text": "t", "lang": "fr", "labels": [], "kind": "near"}', "language"),
        ('{"id": "a", "text": "t", "lang": "en", "labels": ["x"], "kind": "near"}', "clause"),
        ('{"id": "a", "text": "t", "lang": "en", "labels": "political", "kind": "near"}', "line 1"),
        ("", "no lines"),
    ],
)
def test_bad_corpus_is_named_by_line(tmp_path: Path, content: str, why: str) -> None:
    """The first bad line is named; its text is not."""
    path = tmp_path / "made.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=why):
        read_lines([path])
