"""`make model`: train the statistical layer of a pack from corpus/train and write it into the pack.

Ten logistic regressions (scikit-learn, lbfgs: no randomness) over one vocabulary; calibrated on predictions for lines
that the fold at hand has not seen. The same corpus gives the same bytes.
"""

import argparse
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from corpus.lines import CLAUSES, Line, training_lines
from corpus.matrix import SCALE, Extractor, Vocabulary, make_matrix, make_vocabulary
from policies.model.features import BLOCKS
from policies.model.weights import Block, Weights, save_weights
from policies.pack import load_lexicon, pack_folder

STRENGTH = 10.0  # inverse of the regularisation, chosen by cross-validation (docs/QUALITY.md)
FOLDS = 5
_SEED = 6

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """Ten linear functions of the features: `coefficients` (clauses, features), `bias` (clauses,)."""

    coefficients: Doubles
    bias: Doubles

    def scores(self, matrix: csr_matrix) -> Doubles:
        """The raw scores, (lines, clauses)."""
        return np.asarray(matrix @ self.coefficients.T + self.bias)


def with_strangers(lines: Sequence[Line]) -> list[Line]:
    """The lines, and a third of those without a thread once more behind texts of other lines.

    In a room something was always said before; the model must learn that it mostly does not matter.
    """
    chance = random.Random(_SEED)
    calm = [line.text for line in lines if line.kind == "benign"]
    alone = [line for line in lines if not line.thread]
    again = chance.sample(alone, len(alone) // 3)
    return [
        *lines,
        *(replace(line, thread=tuple(chance.sample(calm, chance.randint(1, 3)))) for line in again),
    ]


def fit(matrix: csr_matrix, lines: Sequence[Line], strength: float = STRENGTH) -> Linear:
    """Fit each clause on the lines where it is not arguable."""
    coefficients, bias = [], []
    for clause in CLAUSES:
        certain = np.array([clause in line.labels or clause not in line.also_ok for line in lines])
        wanted = np.array([clause in line.labels for line in lines])
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=400, tol=1e-3)
        model.fit(matrix[certain], wanted[certain])
        coefficients.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return Linear(np.array(coefficients), np.array(bias))


def fold_of(line: Line) -> int:
    """The fold of a line, by its id: a line and its repetition stay together."""
    return hashlib.sha256(line.id.encode()).digest()[0] % FOLDS


def unseen_scores(matrix: csr_matrix, lines: Sequence[Line], strength: float = STRENGTH) -> Doubles:
    """The raw scores of every line by a model that has not seen it, (lines, clauses)."""
    folds = np.array([fold_of(line) for line in lines])
    scores = np.zeros((len(lines), len(CLAUSES)))
    for fold in range(FOLDS):
        inside = folds != fold
        model = fit(
            matrix[inside], [line for line, keep in zip(lines, inside, strict=True) if keep], strength
        )
        scores[~inside] = model.scores(matrix[~inside])
    return scores


def calibrate(scores: Doubles, lines: Sequence[Line]) -> tuple[Doubles, Doubles]:
    """Platt's slope and offset of each clause, from unseen scores."""
    slope, offset = [], []
    for place, clause in enumerate(CLAUSES):
        certain = np.array([clause in line.labels or clause not in line.also_ok for line in lines])
        wanted = np.array([clause in line.labels for line in lines])
        model = LogisticRegression(C=1e6).fit(scores[certain, place : place + 1], wanted[certain])
        slope.append(model.coef_[0, 0])
        offset.append(model.intercept_[0])
    return np.array(slope), np.array(offset)


def pack_weights(
    model: Linear, vocabulary: Vocabulary, slope: Doubles, offset: Doubles, version: str
) -> Weights:
    """The model in the form in which it is shipped."""
    blocks = {}
    first = 0
    for name in BLOCKS:
        idf = vocabulary.idf[name]
        part = model.coefficients[:, first : first + len(idf)]
        first += len(idf)
        rows = np.column_stack([(part * SCALE[name] * idf).T, idf**2]).astype(np.float32)
        blocks[name] = Block(vocabulary.place[name], rows, vocabulary.unknown[name] ** 2)
    return Weights(
        CLAUSES,
        blocks,
        model.bias.astype(np.float32),
        slope.astype(np.float32),
        offset.astype(np.float32),
        version,
    )


def corpus_version(lines: Sequence[Line]) -> str:
    """A short name for exactly these lines."""
    whole = "\n".join(
        f"{line.id}\t{line.text}\t{line.labels}\t{line.also_ok}\t{line.thread}" for line in lines
    )
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def train(lines: Sequence[Line], pack: str) -> Weights:
    """Everything from lines to weights."""
    taught = with_strangers(lines)
    extractor = Extractor(load_lexicon(pack))
    counted = [extractor.count(line) for line in taught]
    vocabulary = make_vocabulary(counted)
    matrix = make_matrix(counted, vocabulary)
    slope, offset = calibrate(unseen_scores(matrix, taught), taught)
    return pack_weights(fit(matrix, taught), vocabulary, slope, offset, corpus_version(lines))


def main() -> None:
    """Train and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pack", default="om-2024-09-02")
    chosen = options.parse_args()
    lines = training_lines()
    weights = train(lines, chosen.pack)
    target = pack_folder(chosen.pack) / "model.npz"
    save_weights(weights, target)
    features = sum(len(block.place) for block in weights.blocks.values())
    print(
        f"{len(lines)} lines, {features} features, {target.stat().st_size / 1e6:.1f} MB, version {weights.version}"
    )


if __name__ == "__main__":
    main()
