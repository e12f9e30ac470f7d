"""`make papers`: print, photograph and read the measured papers, judge them, and write docs/PAPERS.md.

Reading takes some minutes the first time; what was read is kept under build/papers/.
"""

import argparse
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.papers.prints import as_written, prints_of, sources_of
from corpus.papers.sources import Source
from policies.judge import Judge, load_judge
from policies.papers.document import Document
from policies.papers.official import Papers, load_papers, read_paper
from policies.papers.reading import PaperReading
from policies.verdict import Action

PACK = "om-2024-09-02"
DOCUMENT = Path("docs/PAPERS.md")
NOTES = Path(__file__).parent / "notes.md"


@dataclass(frozen=True, slots=True)
class Case:
    """A measured paper as it was met: `way` is a phone, or `text` for a file that carries its words."""

    source: Source
    way: str
    reading: PaperReading
    seconds: float

    @property
    def official(self) -> bool:
        """Whether it must be warned about."""
        return self.source.side == "official"

    @property
    def warned(self) -> frozenset[str]:
        """The clauses that are said in the chat."""
        return frozenset(
            one.clause for one in self.reading.verdict.findings if one.action is Action.WARN
        ) - also_ok(self.source)

    @property
    def hit(self) -> bool:
        """Warned about as what it is; for a paper that may be shared: warned about at all."""
        return "disclosure" in self.warned if self.official else bool(self.warned)


def also_ok(source: Source) -> frozenset[str]:
    """The clauses that a checker may add without being wrong: an advertisement passed on is arguably promotion."""
    return frozenset({"promotion"} if source.kind in {"advertisement", "brochure", "اشتہار"} else ())


def cases() -> list[Case]:
    """All measured papers, photographed and as files."""
    judge = load_judge(PACK)
    papers = load_papers(judge.packs)
    met = [(one.source, one.phone, one.document, one.seconds) for one in prints_of("measure")]
    met += [(one, "text", as_written(one), 0.0) for one in sources_of("measure")]
    return [
        Case(source, way, reading_of(document, judge, papers), seconds)
        for source, way, document, seconds in met
    ]


def reading_of(document: Document, judge: Judge, papers: Papers) -> PaperReading:
    """The reading of one document."""
    return read_paper(document, judge, papers)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's interval (95 %) of a share."""
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(found: Sequence[Case]) -> str:
    """The share of hits with its interval (95 %), and of how many."""
    if not found:
        return "n/a"
    hits = sum(case.hit for case in found)
    low, high = wilson(hits, len(found))
    return f"{hits / len(found):.3f} ({low:.2f}–{high:.2f}) of {len(found)}"


def table(title: str, found: Sequence[Case], by: Callable[[Case], str]) -> Iterable[str]:
    """A table of recall and false warnings by something."""
    yield f"| {title} | official: recall | may be shared: false warnings |"
    yield "|---|---|---|"
    for name in sorted({by(case) for case in found}):
        mine = [case for case in found if by(case) == name]
        yield (
            f"| {name} | {rate([case for case in mine if case.official])} "
            f"| {rate([case for case in mine if not case.official])} |"
        )
    yield ""


def kinds(found: Sequence[Case], *, official: bool) -> Iterable[str]:
    """A table of one side by kind of paper."""
    yield f"| kind | {'recall' if official else 'false warnings'} |"
    yield "|---|---|"
    mine = [case for case in found if case.official == official]
    for name in sorted({case.source.kind for case in mine}):
        yield f"| {name} | {rate([case for case in mine if case.source.kind == name])} |"
    yield ""


def report(found: Sequence[Case]) -> str:
    """docs/PAPERS.md."""
    seen = [case for case in found if case.way != "text"]
    official, free = ([case for case in seen if case.official == side] for side in (True, False))
    clauses = sorted({clause for case in free for clause in case.warned})
    told = ", ".join(f"{one} {sum(one in case.warned for case in free)}" for one in clauses) or "none"
    times = sorted(case.seconds for case in seen)
    script = {"en": "Latin", "ur": "Urdu"}
    lines = [
        NOTES.read_text(encoding="utf-8").strip(),
        "",
        "## Photographs",
        "",
        f"- recall of official, unpublished papers: {rate(official)}",
        f"- false warnings on papers that may be shared, any clause: {rate(free)}; by clause: {told}",
        f"- reading a page: median {statistics.median(times):.1f} s, nine of ten within {times[len(times) * 9 // 10]:.1f} s, two at a time on two cores that had other work",
        "",
        *table("script", seen, lambda case: script[case.source.script]),
        *table("way", seen, lambda case: case.way),
        "## Files that carry their words",
        "",
        *table(
            "script", [case for case in found if case.way == "text"], lambda case: script[case.source.script]
        ),
        "## By kind (photographs)",
        "",
        *kinds(seen, official=True),
        *kinds(seen, official=False),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Measure and write; `--missed` lists the ids of what went wrong, and writes nothing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--missed", action="store_true")
    found = cases()
    if parser.parse_args().missed:
        for case in found:
            if case.hit != case.official:
                print(
                    case.source.side, case.source.id, case.way, f"{case.reading.official:.2f}", *case.warned
                )
        return
    DOCUMENT.write_text(report(found), encoding="utf-8")
    print(f"{DOCUMENT}: {len(found)} papers")


if __name__ == "__main__":
    main()
