"""Precision, recall and F1 from labelled lines and the clauses raised on them, with bootstrap intervals.

A clause counts as raised when it is warned about. A raised clause is right if it is in the line's labels, passed over
if it is in `also_ok`, and a false warning otherwise. A violation is found when any right or arguable clause is raised.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policies.clauses import CLAUSES
from policies.evaluation.lines import Line

NAMED = ("political", "sectarian", "disclosure")
_RESAMPLES = 1000
_SEED = 6

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tally:
    """What every line adds, (lines, columns): right, false and missed a clause; violation, found; clean lines and false ones of both kinds."""

    right: Counts
    false: Counts
    missed: Counts
    violations: Counts
    found: Counts
    clean: dict[str, Counts]
    alarmed: dict[str, Counts]

    def some(self, chosen: Sequence[int]) -> "Tally":
        """The same for some of the lines."""
        return Tally(
            self.right[chosen],
            self.false[chosen],
            self.missed[chosen],
            self.violations[chosen],
            self.found[chosen],
            {kind: counts[chosen] for kind, counts in self.clean.items()},
            {kind: counts[chosen] for kind, counts in self.alarmed.items()},
        )


def tally(lines: Sequence[Line], raised: Sequence[Set[str]]) -> Tally:
    """Compare what was raised on each line with what should have been."""
    shape = (len(lines), len(CLAUSES))
    right, false, missed = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    violations, found = np.zeros(len(lines)), np.zeros(len(lines))
    clean = {kind: np.zeros(len(lines)) for kind in ("near", "benign")}
    alarmed = {kind: np.zeros(len(lines)) for kind in ("near", "benign")}
    for row, (line, got) in enumerate(zip(lines, raised, strict=True)):
        wanted, arguable = set(line.labels), set(line.also_ok)
        for column, clause in enumerate(CLAUSES):
            right[row, column] = clause in wanted and clause in got
            missed[row, column] = clause in wanted and clause not in got
            false[row, column] = clause in got and clause not in wanted | arguable
        if wanted:
            violations[row] = 1
            found[row] = bool(got & (wanted | arguable))
        elif not arguable and line.kind in clean:
            clean[line.kind][row] = 1
            alarmed[line.kind][row] = bool(got)
    return Tally(right, false, missed, violations, found, clean, alarmed)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with the interval in which 95 % of the resampled corpora lie; NaN when there is nothing to count."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All measures of a set of lines. Shares and F1 are 0.0 to 1.0; `clauses`: precision, recall, F1 and lines of each."""

    lines: int
    macro_f1: Figure
    named_f1: Figure
    violation_recall: Figure
    false_warnings: dict[str, Figure]
    clauses: dict[str, tuple[Figure, Figure, Figure, int]]


def figures(counted: Tally) -> Figures:
    """The measures of a tally."""
    lines = len(counted.violations)
    chance = np.random.default_rng(_SEED)
    # Row 0 is the corpus as it is; the others draw as many lines from it, with repetition.
    weights = np.vstack([np.ones(lines), chance.multinomial(lines, np.full(lines, 1 / lines), _RESAMPLES)])
    right, false, missed = (weights @ part for part in (counted.right, counted.false, counted.missed))
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(right + false > 0, right / (right + false), 0.0)
        recall = np.where(right + missed > 0, right / (right + missed), 0.0)
        f1 = np.where(right + missed > 0, 2 * right / (2 * right + false + missed), np.nan)
        share: Callable[[Counts, Counts], Figure] = lambda part, whole: _figure(  # noqa: E731 - one expression, used twice
            (weights @ part) / (weights @ whole)
        )
        present = counted.right.sum(axis=0) + counted.missed.sum(axis=0) > 0
        named = np.array([clause in NAMED for clause in CLAUSES])
        return Figures(
            lines=lines,
            macro_f1=_figure(_mean(f1[:, present])),
            named_f1=_figure(_mean(f1[:, present & named])),
            violation_recall=share(counted.found, counted.violations),
            false_warnings={
                kind: share(counted.alarmed[kind], counted.clean[kind]) for kind in counted.clean
            },
            clauses={
                clause: (
                    _figure(precision[:, column]),
                    _figure(recall[:, column]),
                    _figure(f1[:, column]),
                    int(right[0, column] + missed[0, column]),
                )
                for column, clause in enumerate(CLAUSES)
                if present[column]
            },
        )


def _mean(values: Counts) -> Counts:
    """The mean of each row, leaving out what there is nothing to count of."""
    there = ~np.isnan(values)
    return np.asarray(np.where(there, values, 0.0).sum(axis=1) / there.sum(axis=1))


def _figure(values: Counts) -> Figure:
    drawn = values[1:][~np.isnan(values[1:])]
    low, high = np.quantile(drawn, (0.025, 0.975)) if drawn.size else (np.nan, np.nan)
    return Figure(float(values[0]), float(low), float(high))


def by(lines: Sequence[Line], key: Callable[[Line], str]) -> dict[str, list[int]]:
    """The places of the lines that share a language or a kind."""
    groups: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        groups.setdefault(key(line), []).append(place)
    return dict(sorted(groups.items()))
