"""Where the corpus is: training lines, and lines to develop by."""

from pathlib import Path

from policies.clauses import CLAUSES
from policies.evaluation.lines import Line, read_lines

HERE = Path(__file__).parent

__all__ = ["CLAUSES", "HERE", "Line", "check_lines", "read_lines", "training_lines"]


def training_lines() -> list[Line]:
    """The training corpus, whole."""
    return read_lines(sorted((HERE / "train").glob("*.jsonl")))


def check_lines() -> list[Line]:
    """The development set, by hands that wrote no training line."""
    return read_lines(sorted((HERE / "check").glob("*.jsonl")))
