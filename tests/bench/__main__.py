"""`make bench`: measure the judge, the way of a message, the audit, reading and the start, print the tables and write docs/BENCHMARKS.md."""

import platform
import warnings
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import audit, judge, reading, start, way
from tests.bench.figures import Table, load

PAGE = Path(__file__).parent.parent.parent / "docs" / "BENCHMARKS.md"

_HEAD = """# Benchmarks

Written by `make bench` on {day}, Python {python}, {load} at the beginning. What holds from machine to machine are the
ratios; how busy the machine was stands beside each table.

"""


def main() -> None:
    """Print each table as soon as it is measured, then write the page."""
    warnings.simplefilter("ignore")  # presidio and spaCy tell of what their next versions change
    head = _HEAD.format(
        day=datetime.now(UTC).date().isoformat(), python=platform.python_version(), load=load()
    )
    parts: list[str] = []

    def say(table: Table) -> None:
        parts.append(table.markdown())
        print(parts[-1], flush=True)

    print(head)
    say(start.table())
    say(way.table())
    say(audit.table())
    say(reading.table())
    for table in judge.tables():
        say(table)
    PAGE.write_text(head + "\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
