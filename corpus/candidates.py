"""The statistical layer's candidates, each trained on the same lines and asked for scores of lines it has not read.

The first four read the judge's own features; spaCy's classifiers read the text. What they reach is in docs/QUALITY.md.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import spacy
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import average_precision_score
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC
from spacy.training import Example
from thinc.api import fix_random_seed

from corpus.lines import CLAUSES, Line
from corpus.matrix import Doubles
from corpus.train_model import STRENGTH, targets

_EPOCHS = 8
_SEED = 6

Classifier = Any  # scikit-learn has no types

ON_FEATURES: dict[str, Callable[[], Classifier]] = {
    "support vector machine (chosen)": lambda: LinearSVC(
        C=STRENGTH, class_weight="balanced", random_state=_SEED
    ),
    "logistic regression": lambda: LogisticRegression(C=10, class_weight="balanced", max_iter=400, tol=1e-3),
    "ridge regression": lambda: RidgeClassifier(alpha=3, class_weight="balanced", solver="sparse_cg"),
    "complement naive Bayes": lambda: ComplementNB(alpha=0.3),
}
ON_TEXT = {
    "spaCy bag of words": {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "no_output_layer": False,
        "ngram_size": 2,
    },
    "spaCy convolutional network": {
        "@architectures": "spacy.TextCatReduce.v1",
        "exclusive_classes": False,
        "use_reduce_max": True,
        "use_reduce_mean": True,
        "use_reduce_first": False,
        "use_reduce_last": False,
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 96,
            "depth": 2,
            "embed_size": 8000,
            "window_size": 1,
            "maxout_pieces": 3,
            "subword_features": True,
        },
    },
}


def mean_average_precision(lines: Sequence[Line], scores: Doubles) -> float:
    """The mean over the clauses of the average precision, arguable lines left out; 0.0 to 1.0."""
    precisions = []
    for place, (certain, wanted) in enumerate(targets(lines)[: len(CLAUSES)]):
        if wanted.any():
            precisions.append(average_precision_score(wanted[certain], scores[certain, place]))
    return float(np.mean(precisions))


def scores_on_features(
    make: Callable[[], Classifier], matrix: csr_matrix, lines: Sequence[Line], asked: csr_matrix
) -> Doubles:
    """Train one classifier a clause on features; its scores for others, (asked lines, clauses)."""
    columns = []
    for certain, wanted in targets(lines)[: len(CLAUSES)]:
        model = make().fit(matrix[certain], wanted[certain])
        if isinstance(model, ComplementNB):
            columns.append(model.predict_log_proba(asked) @ np.array([-1.0, 1.0]))
        else:
            columns.append(model.decision_function(asked))
    return np.column_stack(columns)


def scores_on_text(architecture: dict[str, object], lines: Sequence[Line], asked: Sequence[Line]) -> Doubles:
    """Train spaCy's multi-label classifier with one architecture; its scores for others, (asked lines, clauses)."""
    fix_random_seed(_SEED)
    language = spacy.blank("xx")
    categories = language.add_pipe("textcat_multilabel", config={"model": architecture})
    examples = [
        Example.from_dict(
            language.make_doc(line.text),
            {"cats": {clause: float(clause in line.labels) for clause in CLAUSES}},
        )
        for line in lines
    ]
    optimizer = language.initialize(lambda: examples)
    chance = np.random.default_rng(_SEED)
    for _ in range(_EPOCHS):
        order = chance.permutation(len(examples))
        for start in range(0, len(order), 32):
            categories.update(  # type: ignore[attr-defined] # pipes are typed as callables
                [examples[place] for place in order[start : start + 32]], sgd=optimizer, drop=0.3
            )
    return np.array(
        [[doc.cats[clause] for clause in CLAUSES] for doc in language.pipe(line.text for line in asked)]
    )
