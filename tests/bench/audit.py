"""The audit of a long chat: seconds and memory of `para6 audit` on 100,000 made-up messages of a WhatsApp group."""

import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from corpus.lines import check_lines
from tests.bench.figures import Table, load

_MESSAGES = 100_000
_SHORT = ("Ok sir", "Noted", "👍", "Thanks", "Jee sir", "Salam", "Ameen", "Received")
_EVERY_S = 0.1
# How a group talks, as shares: short answers, media, ordinary messages; the rest are violations.
_SHARES = ((0.35, "short"), (0.50, "media"), (0.97, "ordinary"), (1.0, "violation"))


def table() -> Table:
    """A row for a group's ordinary talk, one for nothing but whole messages, half of which are violations."""
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, shares in (
            ("as groups talk", _SHARES),
            ("whole messages only", ((0.5, "ordinary"), (1.0, "violation"))),
        ):
            export = Path(folder) / f"{len(rows)}.txt"
            _write(export, shares)
            took_s, own, whole = _measure(export)
            rows.append(
                (
                    name,
                    f"{took_s:.1f} s",
                    f"{_MESSAGES / took_s:,.0f}",
                    f"{own / 2**20:.0f} MiB",
                    f"{whole / 2**20:.0f} MiB",
                )
            )
    return Table(
        "The audit of a chat",
        (
            "100,000 messages",
            "from call to exit",
            "messages/s",
            "memory of the audit",
            "with its helper, shared pages twice",
        ),
        rows,
        f"A WhatsApp export; digest and transcript are written ({load()}). Required: 30 s and 400 MB on two cores.",
    )


def _write(path: Path, shares: tuple[tuple[float, str], ...]) -> None:
    dice, at = random.Random(11), datetime(2025, 1, 20, 8)  # noqa: DTZ001 - exports have no zone
    lines = check_lines()
    kinds = {
        "short": _SHORT,
        "media": ("<Media omitted>",),
        "ordinary": tuple(line.text for line in lines if not line.labels),
        "violation": tuple(line.text for line in lines if line.labels),
    }
    with path.open("w", encoding="utf-8") as file:
        for _ in range(_MESSAGES):
            at += timedelta(seconds=dice.randrange(600))
            drawn = dice.random()
            kind = next(kind for upto, kind in shares if drawn < upto)
            file.write(f"{at:%d/%m/%Y, %H:%M} - Member {dice.randrange(200)}: {dice.choice(kinds[kind])}\n")


def _measure(export: Path) -> tuple[float, int, int]:
    """Seconds, and the most bytes that the audit and it with its helper held."""
    own = whole = 0
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "audit", str(export)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            try:
                audit = psutil.Process(process.pid)
                mine = audit.memory_info().rss
                own, whole = (
                    max(own, mine),
                    max(whole, mine + sum(one.memory_info().rss for one in audit.children())),
                )
            except psutil.Error:
                pass
            time.sleep(_EVERY_S)
    assert process.returncode == 1, "the audit did not end as it should"
    return time.perf_counter() - began, own, whole


if __name__ == "__main__":
    print(table().markdown())
