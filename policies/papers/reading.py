"""What is said of a paper: whether it is official and not published, what led to it, and what its text breaks."""

from dataclasses import dataclass
from typing import Literal

from policies.verdict import Verdict

# What a paper may be called to the member: `reason.disclosure.<name>` of `locale/`, the most telling first.
REASONS = ("paper_marked", "paper_records", "paper_case", "paper_note", "paper_letter")

Reason = Literal[
    "",
    "disclosure.paper_marked",
    "disclosure.paper_records",
    "disclosure.paper_case",
    "disclosure.paper_note",
    "disclosure.paper_letter",
]


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign seen on a paper: its name, and its line as numbers of page and line, from 0."""

    sign: str
    page: int
    line: int


@dataclass(frozen=True, slots=True)
class PaperReading:
    """A document that was judged. `official` (0.0 to 1.0): how surely it is an official paper that is not published.

    Offsets of the verdict's findings are code points of `Document.text`. `reason` is "" when it is no such paper;
    `seen` are the signs that spoke for it, the strongest first.
    """

    official: float
    verdict: Verdict
    reason: Reason
    seen: tuple[Seen, ...]
