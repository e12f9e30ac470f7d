"""Times and tables: what every benchmark reports in."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page: what it shows, its columns, its rows, and what to know about it."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""

    def markdown(self) -> str:
        """As it stands in docs/BENCHMARKS.md."""
        lines = [
            f"## {self.title}",
            "",
            "| " + " | ".join(self.columns) + " |",
            "|" + "---|" * len(self.columns),
            *("| " + " | ".join(row) + " |" for row in self.rows),
        ]
        if self.note:
            lines += ["", self.note]
        return "\n".join(lines) + "\n"


def percentile(times_s: Sequence[float], per_cent: float) -> float:
    """A percentile of times, in their unit."""
    return float(np.percentile(np.asarray(times_s), per_cent))


def ms(time_s: float) -> str:
    """A time in milliseconds, as precise as it deserves."""
    value = time_s * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 1 else f"{value:.3f} ms"


def ratio(value: float) -> str:
    """How many times."""
    return f"{value:.1f}x" if value >= 10 else f"{value:.2f}x"


def load() -> str:
    """How busy the machine is: the load average of the last minute, and its processors."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
