"""`make papers-model`: weigh the signs by the training papers and write the weights into the pack.

The weights set by hand in signs.tsv are the start and the pull: a logistic regression whose penalty draws each weight
to what was set by hand, so that some hundred papers can correct a weight but not invent one. The training papers were
written, set and photographed apart from those that are measured. They are kept as read (train/read.jsonl.gz), so this
takes seconds and gives the same bytes.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.papers.prints import as_written, kept_prints
from corpus.papers.sources import Source, load_sources
from policies.pack import pack_folder
from policies.papers.look import LAYOUT, Look, Looker
from policies.papers.official import SIGNS, WEIGHTS
from policies.papers.signs import Sign, read_signs
from policies.papers.weighing import BIAS

# The spread, in the logit, by which a weight may leave what was set by hand; found by trying on the training papers.
SPREAD = 0.7
BIAS_SPREAD = 2.0
BY_HAND_BIAS = -3.0
# One paper that may be shared weighs as much as this many official ones: below 1, as a missed leak is dearer. Chosen so
# that false warnings stay below three in a hundred (docs/PAPERS.md).
SHARED_WEIGHT = 0.4
_STEPS = 60

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A training paper's look."""

    source: Source
    way: str
    look: Look


def signs_of(pack: str) -> list[Sign]:
    """The signs of a pack."""
    path = pack_folder(pack) / "papers" / SIGNS
    return read_signs(SIGNS, path.read_text(encoding="utf-8").splitlines())


def training_rows(signs: Sequence[Sign]) -> list[Row]:
    """The looks of all training papers, as photographed and as written."""
    looker = Looker(signs)
    rows = [Row(one.source, one.phone, looker.look(one.document)) for one in kept_prints()]
    return rows + [Row(one, "text", looker.look(as_written(one))) for one in load_sources("train")]


def by_hand(signs: Sequence[Sign]) -> Doubles:
    """The weights before training: bias, signs, layout."""
    return np.array([BY_HAND_BIAS, *(sign.weight for sign in signs), *(0.0 for _ in LAYOUT)])


def matrix_of(rows: Sequence[Row], signs: Sequence[Sign]) -> Doubles:
    """One row a paper: 1 for the bias, then 1 or 0 for each sign and layout."""
    names = [*(sign.name for sign in signs), *LAYOUT]
    return np.array([[1.0, *(float(name in row.look.shown) for name in names)] for row in rows])


def fit(matrix: Doubles, official: Doubles, start: Doubles, *, spread: float = SPREAD) -> Doubles:
    """The most probable weights around `start` (Newton's method; the penalty makes it strictly concave)."""
    precision = np.full(len(start), spread**-2)
    precision[0] = BIAS_SPREAD**-2
    say = np.where(official > 0, 1.0, SHARED_WEIGHT)
    weights = start.copy()
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(matrix @ weights, -30, 30)))
        slope = matrix.T @ (say * (official - chance)) - precision * (weights - start)
        bend = (matrix * (say * chance * (1 - chance))[:, None]).T @ matrix + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return weights


def labels_of(rows: Sequence[Row]) -> Doubles:
    """1 for an official paper, 0 for one that may be shared."""
    return np.array([float(row.source.side == "official") for row in rows])


def write_weights(pack: str, signs: Sequence[Sign], weights: Doubles) -> None:
    """The weights into the pack, one a line."""
    names = [BIAS, *(sign.name for sign in signs), *LAYOUT]
    lines = ["# Made by `make papers-model` from corpus/papers/train; a sign and its weight in the logit."]
    lines += [f"{name}\t{weight:.3f}" for name, weight in zip(names, weights.tolist(), strict=True)]
    path = pack_folder(pack) / "papers" / WEIGHTS
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pack", default="om-2024-09-02")
    pack = parser.parse_args().pack
    signs = signs_of(pack)
    rows = training_rows(signs)
    write_weights(pack, signs, fit(matrix_of(rows, signs), labels_of(rows), by_hand(signs)))
    print(f"{len(signs)} signs and {len(LAYOUT)} of the layout weighed by {len(rows)} papers")


if __name__ == "__main__":
    main()
