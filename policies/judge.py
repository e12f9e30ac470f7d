"""The judge: a pure function from a message and what was said before it to a verdict.

No clock, no disk after loading, no network, no platform. The layers, each a module of its own: canonical words and
their sound (text/), roles of the lexicon (lexicon/), the statistical layer over both (model/), the relation that
explains a finding (reasons.py). What is found is placed in the original text by the words that led to it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from policies.message import NO_CONTEXT, Context, Message
from policies.model.scorer import Scorer
from policies.pack import Clause, Pack, load_packs, pack_folder
from policies.reasons import reason_for
from policies.verdict import NO_INSTRUMENT, Action, Finding, Verdict

# A finding points at this many words at the most.
_LONGEST_SPAN = 12
# The last texts before a message that can change its meaning.
_THREAD = 4


class Judge:
    """Judges each message by the instrument that was in force when it was sent.

    `packs` all read by the same lexicon and model; the first is for messages whose day is not known. The judge's only
    state is a bounded memory of word forms, which changes no verdict.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(packs)
        first = packs[0]
        if any(pack.weights is not first.weights for pack in packs):
            raise ValueError("packs that judge together must read by the same lexicon and model")
        self._scorer = Scorer(first.weights, first.lexicon)
        self._instruments = tuple(_Instrument.of(pack) for pack in packs)
        self._model = first.weights.version

    def judge(self, message: Message, context: Context = NO_CONTEXT) -> Verdict:
        """The verdict on one message. Pure: the same message and context give the same verdict."""
        instrument = self._in_force(message.sent_on)
        if instrument is None:
            return Verdict((), NO_INSTRUMENT, self._model)
        self._scorer.reader.make_room()
        reading = self._scorer.reader.read(message.text)
        if not reading.words:
            return Verdict((), instrument.pack.id, self._model)
        scores = self._scorer.score(
            message.text, reading, thread=context.thread[-_THREAD:], forwarded=message.forwarded
        )
        logits: list[float] = scores.logits.tolist()
        raised = [place for place, note in enumerate(instrument.note) if logits[place] >= note]
        if not raised:
            return Verdict((), instrument.pack.id, self._model)
        places = reading.places(message.text)
        roles = self._scorer.roles(reading)
        findings = []
        for number, parts in zip(raised, self._scorer.word_parts(reading, scores, raised), strict=True):
            clause = instrument.clauses[number]
            score = 1.0 / (1.0 + math.exp(-logits[number]))
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
        return Verdict(tuple(findings), instrument.pack.id, self._model)

    def _in_force(self, day: date | None) -> "_Instrument | None":
        if day is None:
            return self._instruments[0]
        return next((one for one in self._instruments if one.pack.in_force_on(day)), None)


@dataclass(frozen=True, slots=True)
class _Instrument:
    """A pack with its clauses by their place in the model's output, and the logits from which they are noted.

    Comparing logits saves the exponential for messages that are clear; a clause that is not of the pack is never met.
    """

    pack: Pack
    clauses: dict[int, Clause]
    note: tuple[float, ...]

    @classmethod
    def of(cls, pack: Pack) -> "_Instrument":
        places = {clause: place for place, clause in enumerate(pack.weights.clauses)}
        clauses = {places[clause.id]: clause for clause in pack.clauses}
        note = tuple(
            _logit(clauses[place].note) if place in clauses else math.inf
            for place in range(len(pack.weights.clauses))
        )
        return cls(pack, clauses, note)


def _logit(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


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
    """The judge of a pack by its id, and of the packs for other days. Raises ValueError for an unknown or broken one."""
    pack_folder(pack)
    packs = load_packs()
    first = packs.pop(pack)
    return Judge([first, *(other for other in packs.values() if other.weights is first.weights)])
