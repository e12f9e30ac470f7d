"""A document in, a reading out: is it an official paper that is not published, and what does its text break?

Pure: no disk after loading, no network, no pictures. What a file holds was read before, by bot/readers. An official
paper is known by its signs (look.py) and what they say together (weighing.py); its text is judged in pieces
(wording.py), by a higher bar than a chat's, since the judge was trained on what people say and not on papers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policies.message import Message
from policies.pack import Clause, Pack, pack_folder
from policies.papers.document import Document
from policies.papers.look import LAYOUT, Look, Looker
from policies.papers.reading import PaperReading, Reason, Seen
from policies.papers.signs import read_signs
from policies.papers.weighing import Scale, read_weights
from policies.papers.wording import DISCLOSURE, TextJudge, findings_in
from policies.verdict import Action, Finding, Verdict

# A weight, in the logit, from which on one sign settles that a paper may be shared.
_SETTLES = -3.0

# Below, a few common words are all there is: every other private letter would be noted.
_LEAST_NOTED = 0.35

SIGNS, WEIGHTS = "signs.tsv", "weights.tsv"

# The signs that say what kind of paper it is, the most telling first; any other paper is a letter or an order.
_REASONS: tuple[tuple[Reason, frozenset[str]], ...] = (
    ("disclosure.paper_marked", frozenset({"marking_secret", "kind_intelligence"})),
    ("disclosure.paper_records", frozenset({"cnic_list", "record_list"})),
    ("disclosure.paper_case", frozenset({"kind_fir", "kind_evidence"})),
    (
        "disclosure.paper_note",
        frozenset(
            {"kind_summary", "kind_note", "kind_minutes", "kind_draft", "kind_cabinet", "say_paragraph"}
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Papers:
    """What official papers are known by. `clauses`: the clause on disclosure of each instrument, by pack id.

    `shared`: the signs that speak for a paper that may be shared.
    """

    clauses: Mapping[str, Clause]
    looker: Looker
    scale: Scale
    shared: frozenset[str]


def load_papers(packs: Sequence[Pack]) -> Papers:
    """What packs that judge together (`Judge.packs`) know of papers. Raises ValueError for a bad line in their files."""
    folders = [pack_folder(pack.id) / "papers" for pack in packs]
    folder = next((one for one in folders if (one / SIGNS).is_file()), None)
    if folder is None:
        raise ValueError(f"no pack of {', '.join(pack.id for pack in packs)} has signs of papers")
    signs = read_signs(SIGNS, (folder / SIGNS).read_text(encoding="utf-8").splitlines())
    lines = (folder / WEIGHTS).read_text(encoding="utf-8").splitlines()
    scale = read_weights(WEIGHTS, lines, [*(sign.name for sign in signs), *LAYOUT])
    clauses = {pack.id: clause for pack in packs for clause in pack.clauses if clause.id == DISCLOSURE}
    return Papers(clauses, Looker(signs), scale, frozenset(sign.name for sign in signs if sign.weight < 0))


def read_paper(
    document: Document,
    judge: TextJudge,
    papers: Papers,
    *,
    forwarded: bool = False,
    sent_on: date | None = None,
) -> PaperReading:
    """The reading of a document that was sent on a day (None: by the configured instrument)."""
    nothing = judge.judge(Message("", sent_on=sent_on))
    clause = papers.clauses.get(nothing.pack)
    look = papers.looker.look(document)
    seen = _speaking(look, papers)
    # Without a single sign that speaks for it nothing is official, however little speaks against it.
    official = papers.scale.weigh(look.shown) if seen else 0.0
    best: dict[str, Finding] = {}
    reason: Reason = ""
    if clause is not None and official >= max(clause.note, _LEAST_NOTED):
        reason = _reason(look)
        start, end = _place(document, seen)
        action = Action.WARN if official >= clause.warn else Action.NOTE
        cited = Finding(DISCLOSURE, action, official, start, end, clause.cite, reason)
        best[DISCLOSURE] = cited
    if clause is not None:
        known = best[DISCLOSURE].action is Action.WARN if best else False
        for found in findings_in(
            document,
            judge,
            official=known,
            shared=_shared(look, papers),
            forwarded=forwarded,
            sent_on=sent_on,
        ):
            if found.clause not in best or best[found.clause].score < found.score:
                best[found.clause] = found
    findings = tuple(sorted(best.values(), key=lambda finding: -finding.score))
    return PaperReading(
        official, Verdict(findings, nothing.pack, nothing.model), reason, seen if reason else ()
    )


def _speaking(look: Look, papers: Papers) -> tuple[Seen, ...]:
    """The signs that speak for an official paper, the weightiest first, each where it stands first."""
    first: dict[str, Seen] = {}
    for one in look.seen:
        if papers.scale.weights[one.sign] > 0:
            first.setdefault(one.sign, one)
    return tuple(
        sorted(first.values(), key=lambda one: (-papers.scale.weights[one.sign], one.page, one.line))
    )


def _shared(look: Look, papers: Papers) -> int:
    """How many signs of a paper that may be shared there are; one that settles it alone counts as two."""
    return sum(2 if papers.scale.weights[name] <= _SETTLES else 1 for name in look.shown & papers.shared)


def _reason(look: Look) -> Reason:
    return next(
        (reason for reason, signs in _REASONS if not signs.isdisjoint(look.shown)), "disclosure.paper_letter"
    )


def _place(document: Document, seen: Sequence[Seen]) -> tuple[int, int]:
    """Where the weightiest sign's line stands in the document's text; the first line when there is only a layout."""
    page, line = (seen[0].page, seen[0].line) if seen else (0, 0)
    start = sum(len(one.text) + 2 for one in document.pages[:page])
    lines = document.pages[page].lines if document.pages else ()
    start += sum(len(one.text) + 1 for one in lines[:line])
    return start, start + (len(lines[line].text) if lines else 0)
