"""In what order the lines of a page are read."""

from collections import Counter
from collections.abc import Sequence

from policies.papers.document import Line

_BESIDE = 0.4  # share of the lines that stand beside others when a page is set in columns


def in_order(lines: Sequence[Line]) -> list[Line]:
    """The lines from top to bottom; a page in columns keeps the order in which its lines came."""
    rows = Counter(round(line.y, 2) for line in lines)
    beside = sum(times for times in rows.values() if times > 1)
    if beside > _BESIDE * len(lines):
        return list(lines)
    return sorted(lines, key=lambda line: round(line.y + line.height / 2, 2))
