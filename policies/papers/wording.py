"""What the text of a paper breaks, apart from what the paper is.

The judge was trained on what people write to one another; a form, a bill or a page of a newspaper is none of that, and
every other one would be found to break something (docs/papers.md has the figures). So a finding counts on a paper only
above a bar, which is the higher the more the paper looks like one of those kinds; pictures of a chat or of a forwarded
text have no such signs and keep nearly all of their findings.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Protocol

from policies.message import NO_CONTEXT, Context, Message
from policies.papers.document import Document
from policies.papers.pieces import pieces_of
from policies.verdict import Action, Finding, Verdict

DISCLOSURE = "disclosure"
# From which score on a finding is said, by the number of signs of a paper that may be shared (the last: that and more; never).
BARS = (0.7, 0.95, 1.01)
# On official papers, whose words are those of government: disclosure is said of them anyway, and plans are `security`.
_OFFICIAL_BAR = 0.97
_PLAIN_BAR = ("security",)
# Below this sureness the recogniser guessed, and so would the judge.
_LEAST_SURE = 0.6


class TextJudge(Protocol):
    """Whoever judges a text (policies.judge.Judge)."""

    def judge(self, message: Message, context: Context = ...) -> Verdict: ...


def findings_in(
    document: Document,
    judge: TextJudge,
    *,
    official: bool,
    shared: int,
    forwarded: bool,
    sent_on: date | None,
) -> Iterator[Finding]:
    """What the pieces of a document break, placed in `Document.text`; `shared`: signs of a paper that may be shared."""
    for piece in pieces_of(document):
        if piece.sureness < _LEAST_SURE:
            continue
        message = Message(piece.text, forwarded=forwarded, sent_on=sent_on)
        for found in judge.judge(message, NO_CONTEXT).findings:
            action = _action(found, official=official, shared=shared)
            if action is not None:
                yield replace(
                    found, action=action, start=piece.start + found.start, end=piece.start + found.end
                )


def _action(found: Finding, *, official: bool, shared: int) -> Action | None:
    """What a finding asks for on a paper; None when it does not count there."""
    if shared and found.clause == DISCLOSURE:
        return None  # what is published or one's own discloses nothing, whatever its words
    bar = BARS[min(shared, len(BARS) - 1)]
    if official:
        bar = max(bar, BARS[0] if found.clause in _PLAIN_BAR else _OFFICIAL_BAR)
    if found.score >= bar and found.action is Action.WARN:
        return Action.WARN
    # A finding that would be said in a chat is left to the admin where nothing speaks for a harmless paper.
    return Action.NOTE if found.action is Action.WARN and not shared and not official else None
