"""`make model`: train the statistical layer of a pack from corpus/train and write it into the pack.

Two stages. Linear support vector machines (scikit-learn, liblinear with a fixed seed) over one vocabulary, one a clause
and two helpers: is it any violation, and does it only look like one (`near`)? Then the fusion, small neural networks
(three, differing by their seed, averaged) that read these twelve scores beside the roles found and the text's shape, and
give one calibrated probability a clause: a rumour that is asked about, or an insult that is quoted, is another matter
than one of both alone. The fusion learns from scores for lines of hands that the machines at hand have not read, since
the lines to be judged in life are by strangers too. The same corpus gives the same bytes.
"""

import argparse
import hashlib
import random
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from corpus.lines import CLAUSES, Line, training_lines
from corpus.matrix import SCALE, Counted, Extractor, Vocabulary, make_matrix, make_vocabulary
from policies.lexicon.compiled import write_compiled
from policies.model.features import BLOCKS
from policies.model.weights import Block, Fusion, Named, Weights, save_weights
from policies.pack import load_lexicon, pack_folder

STRENGTH = 0.4  # inverse of the regularisation: found by trying on corpus/check
HIDDEN = 32  # units of each network of the fusion
FUSION_ALPHA = 1.0  # its regularisation; with HIDDEN and EPOCHS found by trying on corpus/check
EPOCHS = 12
SEEDS = (0, 1, 2)
HELPERS = ("violation", "near")
FOLDS = 5
_SEED = 6
# How large the fusion's two kinds of input are beside one another.
_SPREAD, _MARK = 2.0, 0.7

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """Linear functions of some features: `coefficients` (outputs, features), `bias` (outputs,)."""

    coefficients: Doubles
    bias: Doubles

    def scores(self, matrix: csr_matrix | Doubles) -> Doubles:
        """The raw scores, (lines, outputs)."""
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


def targets(lines: Sequence[Line]) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each clause and helper: which lines are certain (a clause is not arguable there), and which are positive."""
    sets = [
        (
            np.array([clause in line.labels or clause not in line.also_ok for line in lines]),
            np.array([clause in line.labels for line in lines]),
        )
        for clause in CLAUSES
    ]
    everything = np.ones(len(lines), dtype=bool)
    sets.append((everything, np.array([bool(line.labels) for line in lines])))
    sets.append((everything, np.array([line.kind == "near" for line in lines])))
    return sets


def fit(matrix: csr_matrix, lines: Sequence[Line], strength: float = STRENGTH) -> Linear:
    """Fit each clause and helper."""
    coefficients, bias = [], []
    for certain, wanted in targets(lines):
        model = LinearSVC(C=strength, class_weight="balanced", random_state=_SEED)
        model.fit(matrix[certain], wanted[certain])
        coefficients.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return Linear(np.array(coefficients), np.array(bias))


def hand_of(line: Line) -> str:
    """Who wrote a line: what stands before the number in its id."""
    return line.id.partition("-")[0]


def folds_of(lines: Sequence[Line]) -> NDArray[np.intp]:
    """The fold of each line: all lines of a hand are in one fold, and the folds are about as large."""
    sizes = Counter(map(hand_of, lines))
    loads = [0] * FOLDS
    fold_of: dict[str, int] = {}
    for hand, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        fold_of[hand] = loads.index(min(loads))
        loads[fold_of[hand]] += size
    return np.array([fold_of[hand_of(line)] for line in lines])


def unseen_scores(matrix: csr_matrix, lines: Sequence[Line], strength: float = STRENGTH) -> Doubles:
    """The raw scores of every line by a model that has not read its hand, (lines, clauses and helpers)."""
    folds = folds_of(lines)
    scores = np.zeros((len(lines), len(CLAUSES) + len(HELPERS)))
    for fold in sorted(set(folds)):
        inside = folds != fold
        model = fit(
            matrix[inside], [line for line, keep in zip(lines, inside, strict=True) if keep], strength
        )
        scores[~inside] = model.scores(matrix[~inside])
    return scores


def doubted(lines: Sequence[Line]) -> tuple[list[int], Doubles]:
    """Which line stands for each sample of the fusion, and its targets (samples, clauses).

    A line with arguable clauses stands there twice, once with them and once without: as likely as not. One of ordinary
    life stands there twice too, for a room holds far more of it than the corpus does.
    """
    places, wanted = [], []
    for place, line in enumerate(lines):
        for also in ((), line.also_ok) if line.also_ok or line.kind == "benign" else ((),):
            places.append(place)
            wanted.append([float(clause in line.labels or clause in also) for clause in CLAUSES])
    return places, np.array(wanted)


def fuse(scores: Doubles, counted: Sequence[Counted], lines: Sequence[Line]) -> Fusion:
    """The fusion: from unseen raw scores, roles and shape to the logit of each clause's probability."""
    roles = sorted({name for line in counted for name in line["roles"] if not name.startswith("c:")})
    flags = sorted({name for line in counted for name in line["flags"]})
    column = {name: place for place, name in enumerate([*roles, *flags])}
    middle, spread = scores.mean(axis=0), scores.std(axis=0)
    marks = np.zeros((len(lines), len(column)), dtype=np.float32)
    for row, line in enumerate(counted):
        known = [column[name] for name in (*line["roles"], *line["flags"]) if name in column]
        marks[row, known] = _MARK
    places, wanted = doubted(lines)
    inputs = np.hstack([_SPREAD * (scores - middle) / spread, marks])[places]
    parts = []
    for seed in SEEDS:
        network = MLPClassifier(
            (HIDDEN,),
            alpha=FUSION_ALPHA,
            learning_rate_init=2e-3,
            max_iter=EPOCHS,
            batch_size=128,
            random_state=seed,
        )
        with warnings.catch_warnings():
            # It is stopped after so many epochs on purpose, long before it has learned the corpus by heart.
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(inputs, wanted)
        parts.append(network)
    first = np.hstack([part.coefs_[0] for part in parts])
    bias = np.hstack([part.intercepts_[0] for part in parts])
    of_scores = first[: scores.shape[1]] * (_SPREAD / spread)[:, None]
    of_marks = first[scores.shape[1] :] * _MARK
    return Fusion(
        of_scores=of_scores.astype(np.float32),
        roles=Named(tuple(roles), of_marks[: len(roles)].astype(np.float32)),
        flags=Named(tuple(flags), of_marks[len(roles) :].astype(np.float32)),
        bias=(bias - middle @ of_scores).astype(np.float32),
        output=(np.vstack([part.coefs_[1] for part in parts]) / len(parts)).astype(np.float32),
        offset=np.mean([part.intercepts_[1] for part in parts], axis=0).astype(np.float32),
    )


def pack_weights(model: Linear, vocabulary: Vocabulary, fusion: Fusion, version: str) -> Weights:
    """The model in the form in which it is shipped."""
    blocks = {}
    first = 0
    for name in BLOCKS:
        idf = vocabulary.idf[name]
        part = model.coefficients[:, first : first + len(idf)]
        first += len(idf)
        rows = np.column_stack([(part * SCALE[name] * idf).T, idf**2]).astype(np.float32)
        blocks[name] = Block(
            vocabulary.place[name], rows, vocabulary.unknown[name] ** 2, vocabulary.floor[name]
        )
    return Weights(CLAUSES, blocks, model.bias.astype(np.float32), fusion, version)


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
    fusion = fuse(unseen_scores(matrix, taught), counted, taught)
    return pack_weights(fit(matrix, taught), vocabulary, fusion, corpus_version(lines))


def main() -> None:
    """Train and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pack", default="om-2024-09-02")
    chosen = options.parse_args()
    lines = training_lines()
    entries = write_compiled(pack_folder(chosen.pack))
    weights = train(lines, chosen.pack)
    target = pack_folder(chosen.pack) / "model.npz"
    save_weights(weights, target)
    features = sum(len(block.place) for block in weights.blocks.values())
    print(
        f"{len(lines)} lines, {entries} lexicon entries, {features} features, {target.stat().st_size / 1e6:.1f} MB, version {weights.version}"
    )


if __name__ == "__main__":
    main()
