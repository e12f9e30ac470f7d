"""The digest as JSON and as CSV: the same numbers, for other programs and for spreadsheets."""

import csv
import io
import json
from datetime import datetime
from statistics import median
from typing import Any

from bot.texts import render
from handlers.records import Digest

# A spreadsheet takes a cell that begins so for a formula and runs it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def facts(digest: Digest) -> dict[str, Any]:
    """Everything a digest says, as plain values; times are ISO 8601, spans seconds, days the officers' own."""
    counts, earlier = digest.counts, digest.earlier
    return {
        "room": digest.room,
        "title": digest.title,
        "since": digest.since.isoformat(),
        "until": digest.until.isoformat(),
        "made_at": digest.made_at.isoformat(),
        "mode": digest.mode.value if digest.mode else None,
        "judged": counts.judged,
        "findings": counts.findings,
        "by_clause": dict(counts.by_clause),
        "by_day": {
            day.isoformat(): {"judged": one.judged, "findings": one.findings}
            for day, one in sorted(counts.by_day.items())
        },
        "noted": counts.noted,
        "warnings": counts.warnings,
        "removed": counts.removed,
        "rehearsed": counts.rehearsed,
        "covered": counts.covered,
        "alerts": counts.alerts,
        "alerts_open": counts.alerts_open,
        "oldest_open": _instant(counts.oldest_open),
        "waiting": [
            {"raised_at": alert.raised_at.isoformat(), "clauses": list(alert.clauses)}
            for alert in digest.waiting
        ],
        "act_median_s": median(counts.act_seconds) if counts.act_seconds else None,
        "act_worst_s": max(counts.act_seconds, default=None),
        "false_alarms": counts.false_alarms,
        "appeals": counts.appeals,
        "appeals_upheld": counts.appeals_upheld,
        "appeals_overturned": counts.appeals_overturned,
        "appeals_open": counts.appeals_open,
        "permissions_expiring": [
            {"reference": one.reference, "until": one.until.isoformat()}
            for one in counts.permissions_expiring
        ],
        "gaps": dict(counts.gaps),
        "missing": list(digest.missing),
        "before": {
            "judged": earlier.judged,
            "findings": earlier.findings,
            "by_clause": dict(earlier.by_clause),
            "alerts": earlier.alerts,
            "warnings": earlier.warnings,
            "false_alarms": earlier.false_alarms,
            "act_median_s": earlier.median_s,
        }
        if earlier
        else None,
        "steps": [render(step, ()).text.removeprefix("• ") for step in digest.steps],
    }


def as_json(digest: Digest) -> str:
    """The facts as a JSON object."""
    return json.dumps(facts(digest), ensure_ascii=False, indent=2)


def as_csv(digest: Digest) -> str:
    """The facts as rows of figure, of, value; no cell is a formula to a spreadsheet."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["figure", "of", "value"])
    for name, value in facts(digest).items():
        for of, one in _rows(value):
            writer.writerow([name, tame(of), tame(one)])
    return table.getvalue()


def tame(cell: Any) -> Any:
    """A cell that no spreadsheet runs: text that could be a formula gets an apostrophe in front."""
    if isinstance(cell, str) and cell.lstrip(" \u200e\u200f\u2066\u2067\u2068\ufeff").startswith(_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


def _rows(value: Any) -> list[tuple[str, Any]]:
    """The rows of one fact: itself, or what it is made of, as (of, value)."""
    if isinstance(value, dict):
        rows = []
        for key, one in value.items():
            rows += [(f"{key} {of}".rstrip(), part) for of, part in _rows(one)]
        return rows
    if isinstance(value, list):
        return [(str(number), _joined(one)) for number, one in enumerate(value, start=1)]
    return [("", value)]


def _joined(value: Any) -> Any:
    """What stands in one cell: the parts of a listed thing, after one another."""
    if isinstance(value, dict):
        return ", ".join(" ".join(one) if isinstance(one, list) else str(one) for one in value.values())
    return value


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
