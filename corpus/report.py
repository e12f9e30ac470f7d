"""`make quality`: measure everything anew and write docs/QUALITY.md and the gate that `make test` holds the judge to."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bot.cli.evaluate import as_table, measure
from corpus.candidates import (
    ON_FEATURES,
    ON_TEXT,
    mean_average_precision,
    scores_on_features,
    scores_on_text,
)
from corpus.lines import CLAUSES, HERE, Line, check_lines, training_lines
from corpus.matrix import Extractor, make_matrix, make_vocabulary
from corpus.train_model import with_strangers
from policies.evaluation.figures import Figures
from policies.judge import load_judge
from policies.model.features import BLOCKS
from policies.pack import load_lexicon

PACK = "om-2024-09-02"
PAGE = HERE.parent / "docs" / "QUALITY.md"
GATE = HERE / "gate.json"
# How far the figures on corpus/check may fall before `make test` fails.
MARGIN = 0.02
_SIZES = (500, 1000, 2000, 4000, 8000)
_SEED = 6


class Bench:
    """The corpus counted once, for all that is measured on it."""

    def __init__(self, lines: Sequence[Line], check: Sequence[Line]) -> None:
        self.lines, self.check = list(lines), list(check)
        extractor = Extractor(load_lexicon(PACK))
        self.counted = [extractor.count(line) for line in self.lines]
        self.asked = [extractor.count(line) for line in self.check]

    def reached(self, chosen: Sequence[int], name: str, blocks: Sequence[str] = BLOCKS) -> float:
        """Mean average precision on the check lines of a candidate trained on some lines, looking at some blocks."""
        lines = [self.lines[place] for place in chosen]
        vocabulary = make_vocabulary([self.counted[place] for place in chosen])
        matrix = make_matrix([self.counted[place] for place in chosen], vocabulary, blocks)
        asked = make_matrix(self.asked, vocabulary, blocks)
        return mean_average_precision(self.check, scores_on_features(ON_FEATURES[name], matrix, lines, asked))


def learning_curve(bench: Bench) -> Iterator[tuple[int, float]]:
    """Lines and what the chosen candidate reaches with as many."""
    order = np.random.default_rng(_SEED).permutation(len(bench.lines)).tolist()
    chosen = next(iter(ON_FEATURES))
    for size in [size for size in _SIZES if size < len(order)] + [len(order)]:
        yield size, bench.reached(order[:size], chosen)


def page() -> str:
    """The whole page."""
    lines, check = with_strangers(training_lines()), check_lines()
    bench = Bench(lines, check)
    everything = range(len(lines))
    chosen = next(iter(ON_FEATURES))
    whole = bench.reached(everything, chosen)
    judge = load_judge(PACK)
    measured = measure(judge, check)
    write_gate(measured["all"])
    said = notes()
    parts = [
        "# How good the verdicts are",
        said["head"],
        f"Pack {PACK}, model {judge.packs[0].weights.version}; {len(training_lines())} training lines, {len(check)} check lines.",
        "```text\n" + "\n".join(as_table(measured)) + "\n```",
        said["figures"],
        "## The learning curve",
        said["curve"],
        table(("lines", "reached"), [(str(size), f"{value:.3f}") for size, value in learning_curve(bench)]),
        "## What each layer is worth",
        f"All blocks together reach {whole:.3f}; without one of them:",
        table(
            ("without", "reached", "difference"),
            [
                (block, f"{value:.3f}", f"{value - whole:+.3f}")
                for block in BLOCKS
                for value in [bench.reached(everything, chosen, [one for one in BLOCKS if one != block])]
            ],
        ),
        "## Candidates for the statistical layer",
        table(
            ("candidate", "reached"),
            [
                *((name, f"{bench.reached(everything, name):.3f}") for name in ON_FEATURES),
                *(
                    (
                        name,
                        f"{mean_average_precision(check, scores_on_text(how, training_lines(), check)):.3f}",
                    )
                    for name, how in ON_TEXT.items()
                ),
            ],
        ),
        said["errors"],
    ]
    return "\n\n".join(parts) + "\n"


def notes() -> dict[str, str]:
    """What is said beside the figures, by hand: the parts of corpus/quality_notes.md, by their headings."""
    parts = (HERE / "quality_notes.md").read_text(encoding="utf-8").split("\n# ")
    return {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in parts[1:]}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def write_gate(found: Figures) -> None:
    """Keep what was reached, so that the next change cannot lose it unseen."""
    reached = {
        "macro_f1": found.macro_f1.value,
        "named_f1": found.named_f1.value,
        "violation_recall": found.violation_recall.value,
        **{f"false_on_{kind}": figure.value for kind, figure in found.false_warnings.items()},
        **{clause: found.clauses[clause][2].value for clause in CLAUSES},
    }
    rounded = {name: round(value, 4) for name, value in reached.items()}
    GATE.write_text(json.dumps({"margin": MARGIN, "reached": rounded}, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Write the page."""
    Path(PAGE).write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(HERE.parent)} and {GATE.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
