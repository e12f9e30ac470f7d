"""The judge: a pure function from a message and what was said before it to a verdict.

No clock, no disk after loading, no network, no platform. The layers, each a module of its own: canonical words and
their sound (text/), roles of the lexicon (lexicon/), the statistical layer over both (model/), the relation that
explains a finding (reasons.py). What is found is placed in the original text by the words that led to it.
"""

import math
from collections.abc import Sequence

import numpy as np

from policies.message import NO_CONTEXT, Context, Message
from policies.model.scorer import Scorer
from policies.pack import Pack, load_pack
from policies.reasons import reason_for
from policies.verdict import Action, Finding, Verdict

# A finding points at this many words at the most.
_LONGEST_SPAN = 12
# The last texts before a message that can change its meaning.
_THREAD = 4


class Judge:
    """Judges by one pack. Its only state is a bounded memory of word forms, which changes no verdict."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._scorer = Scorer(pack.weights, pack.lexicon)
        # Thresholds as logits: comparing those saves the exponential for the messages that are clear.
        self._note = np.array([_logit(clause.note) for clause in pack.clauses], dtype=np.float32)
        self._model = pack.weights.version

    def judge(self, message: Message, context: Context = NO_CONTEXT) -> Verdict:
        """The verdict on one message. Pure: the same message and context give the same verdict."""
        self._scorer.reader.make_room()
        reading = self._scorer.reader.read(message.text)
        if not reading.words:
            return Verdict((), self.pack.id, self._model)
        logits = self._scorer.logits(
            message.text, reading, thread=context.thread[-_THREAD:], forwarded=message.forwarded
        )
        raised = np.flatnonzero(logits >= self._note).tolist()
        if not raised:
            return Verdict((), self.pack.id, self._model)
        places = self._scorer.reader.places(message.text)
        roles = self._scorer.roles(reading)
        findings = []
        for number, parts in zip(raised, self._scorer.word_parts(reading, raised), strict=True):
            clause = self.pack.clauses[number]
            score = 1.0 / (1.0 + math.exp(-float(logits[number])))
            first, last = _span(parts)
            findings.append(
                Finding(
                    clause.id,
                    Action.WARN if score >= clause.warn else Action.NOTE,
                    score,
                    places[first][0],
                    places[last - 1][1],
                    clause.cite,
                    reason_for(clause.id, roles),
                )
            )
        findings.sort(key=lambda finding: -finding.score)
        return Verdict(tuple(findings), self.pack.id, self._model)


def _logit(probability: float) -> float:
    return float(np.log(probability / (1.0 - probability)))


def _span(parts: Sequence[float]) -> tuple[int, int]:
    """The run of words that adds most to the score (first, last exclusive), at most twelve words long."""
    level = max(0.0, sum(parts) / len(parts) * 0.5)
    best, first, last = -math.inf, 0, 1
    start, running = 0, 0.0
    for place, part in enumerate(parts):
        if running <= 0 or place - start >= _LONGEST_SPAN:
            start, running = place, 0.0
        running += part - level
        if running > best:
            best, first, last = running, start, place + 1
    return first, last


def load_judge(pack: str) -> Judge:
    """The judge of a pack by its id. Raises ValueError for an unknown or broken one."""
    return Judge(load_pack(pack))
