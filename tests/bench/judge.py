"""The judge beside what a group could use instead, on the same messages, turn about: single calls, one processor.

The others do less: presidio looks for patterns, spaCy's classifier gives one probability a clause; neither says where
and why. Each has its best case: presidio no language model, spaCy no pipeline but the classifier.
"""

import random
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import spacy
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language
from spacy.training import Example

from corpus.lines import CLAUSES, Line, check_lines, training_lines
from policies.judge import Judge
from policies.lexicon.entries import Entry, read_entries
from policies.lexicon.matcher import Lexicon
from policies.message import Message
from policies.pack import Pack, load_pack
from tests.bench.figures import Table, load, ms, percentile, ratio

_PACK = "om-2024-09-02"
_ROUNDS = 5
_WORDS = 300  # of the lexicon, as presidio's patterns
_CLASSIFIER_LINES = 2000
_CLASSIFIER_ROUNDS = 3
_TIMES = 10
_SEED = 6

Judging = Callable[[str], object]


@dataclass
class Timed:
    """One of those compared, with the time of each of its calls."""

    name: str
    call: Judging
    times: list[float] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        """Calls a second."""
        return len(self.times) / sum(self.times)


def turn_about(compared: Sequence[Timed], texts: Sequence[str]) -> None:
    """Every text by each of them, one after the other, in an order that changes from text to text."""
    chance = random.Random(_SEED)
    clock = time.perf_counter
    for text in texts:
        for one in chance.sample(compared, len(compared)):
            began = clock()
            one.call(text)
            one.times.append(clock() - began)


def judging(pack: Pack, texts: Sequence[str]) -> Judging:
    """A judge that has been at work for a while: it has met the words of these texts, as a bot has after a day."""
    judge = Judge([pack])
    for text in texts:
        judge.judge(Message(text))
    return lambda text: judge.judge(Message(text))


class _Blank(SpacyNlpEngine):
    """Presidio's engine without a language model."""

    def __init__(self) -> None:
        super().__init__()
        self.nlp = {"en": spacy.blank("en")}  # type: ignore[assignment] # declared as None, and filled in later


def presidio(pack: Pack) -> Judging:
    """Presidio's own pattern recognizers, and one a role for words of our lexicon."""
    words: dict[str, list[str]] = {}
    for entry in random.Random(_SEED).sample(pack.lexicon.entries, _WORDS):
        words.setdefault(entry.roles[0], []).append(" ".join(entry.forms[0].words))
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    for role, of_role in words.items():
        patterns = [Pattern(role, rf"\b{word}\b", 0.6) for word in of_role]
        registry.add_recognizer(PatternRecognizer(supported_entity=role.upper(), patterns=patterns))
    engine = AnalyzerEngine(registry=registry, nlp_engine=_Blank(), supported_languages=["en"])
    return lambda text: engine.analyze(text, language="en")


def classifier(lines: Sequence[Line]) -> Judging:
    """spaCy's bag-of-words classifier, several labels a text, trained on the corpus."""
    nlp: Language = spacy.blank("xx")
    nlp.add_pipe(
        "textcat_multilabel",
        config={
            "model": {
                "@architectures": "spacy.TextCatBOW.v3",
                "exclusive_classes": False,
                "ngram_size": 1,
                "no_output_layer": False,
            }
        },
    )
    examples = [
        Example.from_dict(
            nlp.make_doc(line.text), {"cats": {clause: float(clause in line.labels) for clause in CLAUSES}}
        )
        for line in lines
    ]
    nlp.initialize(lambda: examples)
    chance = random.Random(_SEED)
    for _ in range(_CLASSIFIER_ROUNDS):
        chance.shuffle(examples)
        for start in range(0, len(examples), 64):
            nlp.update(examples[start : start + 64])
    return nlp


def grown(pack: Pack) -> Pack:
    """The pack with its lexicon ten times over: to each entry nine of made-up words, as many and as long, same script."""
    chance = random.Random(_SEED)
    letters = {
        True: "abcdefghijklmnopqrstuvwxyz",
        False: "ابپتٹجچحخدڈرڑزسشصضطظعغفقکگلمنوہی",
    }

    def made_up(word: str) -> str:
        return "".join(chance.choices(letters[word.isascii()], k=max(4, len(word))))

    entries: list[Entry] = list(pack.lexicon.entries)
    for time_over in range(_TIMES - 1):
        lines = []
        for number, entry in enumerate(pack.lexicon.entries):
            cells: dict[bool, list[str]] = {True: [], False: []}
            for form in entry.forms:
                cells[all(word.isascii() for word in form.words)].append(" ".join(map(made_up, form.words)))
            columns = (
                f"made{time_over}_{number}",
                ",".join(entry.roles),
                "",
                *map("; ".join, (cells[False], cells[True])),
            )
            lines.append("\t".join(columns))
        entries += read_entries("made up", lines)
    return replace(pack, lexicon=Lexicon(entries))


def tables() -> list[Table]:
    """The judge beside others, and beside itself with ten times the lexicon."""
    lines = training_lines()
    known, texts = [line.text for line in lines], [line.text for line in check_lines()]
    pack = load_pack(_PACK)
    others = [
        Timed("presidio-analyzer, patterns only", presidio(pack)),
        Timed("spaCy's TextCatBOW", classifier(lines[:_CLASSIFIER_LINES])),
    ]
    ours = Timed("para6, the full judge", judging(pack, known))
    again = Timed("para6, messages it has met before", ours.call)
    for _ in range(_ROUNDS):
        ours.call = judging(pack, known)  # one that has not met these messages
        turn_about([ours, *others], texts)
        again.call = ours.call
        turn_about([again], texts)
    first = Table(
        "The judge beside others",
        ("what", "messages/s", "p99", "our throughput to its", "our p99 to its"),
        [
            (
                one.name,
                f"{one.a_second:,.0f}",
                ms(percentile(one.times, 99)),
                ratio(ours.a_second / one.a_second),
                ratio(percentile(ours.times, 99) / percentile(one.times, 99)),
            )
            for one in (ours, again, *others)
        ],
        f"{len(texts)} messages of corpus/check in three scripts, {_ROUNDS} rounds, message by message turn about "
        f"({load()}). Ratios hold from machine to machine, figures do not.",
    )
    return [first, _lexicon(pack, known, texts)]


def _lexicon(pack: Pack, known: Sequence[str], texts: Sequence[str]) -> Table:
    larger = grown(pack)
    compared = [
        Timed(f"{len(pack.lexicon.entries):,} concepts", judging(pack, known)),
        Timed(f"{len(larger.lexicon.entries):,} concepts", judging(larger, known)),
    ]
    for _ in range(_ROUNDS):
        for one, of_pack in zip(compared, (pack, larger), strict=True):
            one.call = judging(of_pack, known)
        turn_about(compared, texts)
    now, then = compared
    return Table(
        "The judge with ten times the lexicon",
        ("lexicon", "messages/s", "p99", "time a message to that of the shipped one"),
        [
            (
                one.name,
                f"{one.a_second:,.0f}",
                ms(percentile(one.times, 99)),
                ratio(now.a_second / one.a_second),
            )
            for one in (now, then)
        ],
        f"Nine made-up concepts to each of ours ({load()}). Required: at most 1.15x.",
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for table in tables():
        print(table.markdown())
