"""The corpus keeps its promises: form, size, shares, no line twice, none taken from the sets that it is measured by."""

from collections import Counter
from pathlib import Path

import pytest

from corpus.duplicates import corpus_files, near_duplicates, shingles
from corpus.lines import CLAUSES, HERE, Line, check_lines, read_lines, training_lines
from policies.evaluation.lines import LANGUAGES, VIOLATIONS

SHARED = HERE.parent.parent / "shared" / "corpus"


@pytest.fixture(scope="module")
def training() -> list[Line]:
    return training_lines()


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: path.name)
def test_lines_are_of_the_promised_form(path: Path) -> None:
    """Ids run on without gaps, labels and kind agree, nothing is both required and arguable."""
    lines = read_lines([path])
    hand = lines[0].id.partition("-")[0]
    assert [line.id for line in lines] == [f"{hand}-{number:04}" for number in range(1, len(lines) + 1)]
    for line in lines:
        assert bool(line.labels) == (line.kind in VIOLATIONS), line.id
        assert not set(line.labels) & set(line.also_ok), line.id
        urdu = any("\u0600" <= letter <= "\u06ff" for letter in line.text)
        assert urdu or line.lang != "ur" or not any(map(str.isalpha, line.text)), line.id


def test_training_corpus_is_large_and_even(training: list[Line]) -> None:
    """At least 8,000 lines, every clause 400 times, half without violation and half of these `near`, four manners alike."""
    clean = [line for line in training if not line.labels]
    assert len(training) >= 8000
    clauses = Counter(clause for line in training for clause in line.labels)
    assert {clause: clauses[clause] for clause in CLAUSES if clauses[clause] < 400} == {}
    assert len(clean) >= len(training) / 2
    manners = Counter(line.lang for line in training)
    for manner in LANGUAGES:
        assert 0.2 < manners[manner] / len(training) < 0.3


def test_hands_of_training_and_check_are_others(training: list[Line]) -> None:
    """Who wrote a training line wrote no check line."""
    check = check_lines()
    assert len(check) >= 1000
    assert not {line.id.partition("-")[0] for line in training} & {
        line.id.partition("-")[0] for line in check
    }


def test_no_line_stands_twice(training: list[Line]) -> None:
    """Neither the same words nor nearly the same, within the corpus or between its parts."""
    everything = [*training, *check_lines()]
    assert len({line.id for line in everything}) == len(everything)
    assert list(near_duplicates(everything)) == []


def test_no_line_is_taken_from_the_shared_sets(training: list[Line]) -> None:
    """Where the sets to measure by lie beside the checkout, nothing of them is found in the corpus."""
    others = sorted(SHARED.rglob("*.jsonl"))
    if SHARED.is_dir():
        assert others
        assert list(near_duplicates([*training, *check_lines()], read_lines(others))) == []


def test_near_duplicates_are_found() -> None:
    """Another spelling, another order of emojis, one word more: still the same message."""

    def line(ident: str, text: str) -> Line:
        return Line(ident, text, "ru", (), (), "benign")

    lines = [
        line("a", "kal subah nau baje office mein meeting hai sab log waqt pe aana"),
        line("b", "Kal subha nao bajay office me meeting hai, sab log waqt par aana 😂"),
        line("c", "aaj barish ho rahi hai pakoray banao aur chai rakho jaldi se"),
        line("d", "ok sir noted"),
        line("e", "ok sir noted"),
    ]
    assert [(pair.one, pair.other) for pair in near_duplicates(lines)] == [("a", "b")]
    assert not shingles("ok sir noted")
