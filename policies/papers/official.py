"""A document in, a reading out: is it an official paper that is not published, and what does its text break?

Pure: no disk after loading, no network, no pictures. What a file holds was read before, by bot/readers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from policies.message import Context, Message
from policies.pack import Clause, Pack
from policies.papers.document import Document
from policies.papers.pieces import pieces_of
from policies.papers.reading import PaperReading
from policies.verdict import Finding, Verdict

DISCLOSURE = "disclosure"


class TextJudge(Protocol):
    """Whoever judges a text (policies.judge.Judge)."""

    def judge(self, message: Message, context: Context = ...) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Papers:
    """What official papers are known by. `clauses`: the clause on disclosure of each instrument, by pack id."""

    clauses: Mapping[str, Clause]


def load_papers(packs: Sequence[Pack]) -> Papers:
    """What packs that judge together (`Judge.packs`) know of papers. Raises ValueError for a bad line in their files."""
    return Papers({pack.id: clause for pack in packs for clause in pack.clauses if clause.id == DISCLOSURE})


def read_paper(
    document: Document,
    judge: TextJudge,
    papers: Papers,  # noqa: ARG001 - the signs follow
    *,
    forwarded: bool = False,
    sent_on: date | None = None,
) -> PaperReading:
    """The reading of a document that was sent on a day (None: by the configured instrument)."""
    nothing = judge.judge(Message("", sent_on=sent_on))
    best: dict[str, Finding] = {}
    for piece in pieces_of(document):
        verdict = judge.judge(Message(piece.text, forwarded=forwarded, sent_on=sent_on))
        for found in verdict.findings:
            if found.clause not in best or best[found.clause].score < found.score:
                best[found.clause] = Finding(
                    found.clause,
                    found.action,
                    found.score,
                    piece.start + found.start,
                    piece.start + found.end,
                    found.cite,
                    found.reason,
                )
    findings = tuple(sorted(best.values(), key=lambda finding: -finding.score))
    return PaperReading(0.0, Verdict(findings, nothing.pack, nothing.model), "", ())
