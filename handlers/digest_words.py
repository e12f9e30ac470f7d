"""The digest as a message: a line a number, and a small chart of text.

The chart is full blocks only: they have no direction, so a line reads the same from either side.
"""

from datetime import timedelta
from statistics import median

from handlers.desk import LOCAL
from handlers.figures import DigestCounts
from handlers.records import Digest, Language, Notice

_BLOCK, _NOTHING = "█", "·"
_WIDEST = 10  # blocks; more would wrap on a phone
_DAYS = 8  # up to so many days have a bar each; beyond that a bar is a week
_WEEKS = 6


def digest_notice(digest: Digest) -> Notice:
    """The digest in words; numbers are plain."""
    counts, language = digest.counts, digest.language
    lines = [
        *_found(digest),
        *_chart(digest),
        *_acted(counts, language),
        *_appeals(counts, language),
        *_gaps(counts, language),
    ]
    if digest.steps:
        lines.append(Notice("digest.next", language, {}, digest.steps))
    fields: dict[str, str | int] = {
        "room": digest.title,
        "since_at": int(digest.since.timestamp()),
        "until_at": int(digest.until.timestamp()),
    }
    return Notice("digest.head", language, fields, tuple(lines))


def _found(digest: Digest) -> list[Notice]:
    counts, language = digest.counts, digest.language
    lines = [
        Notice("digest.judged", language, {"n": counts.judged}),
        Notice("digest.findings", language, {"n": counts.findings}),
    ]
    for clause, times in sorted(counts.by_clause.items(), key=lambda item: (-item[1], item[0])):
        lines.append(Notice("digest.clause", language, {"clause_key": f"clause.{clause}", "n": times}))
    earlier = digest.earlier
    if earlier is not None:
        fields: dict[str, str | int] = {"judged": earlier.judged, "findings": earlier.findings}
        lines.append(Notice("digest.before", language, fields))
    return lines


def _chart(digest: Digest) -> list[Notice]:
    """A bar a day, or a week where there are more; nothing when nothing was found or it is a single day."""
    language, by_day = digest.language, digest.counts.by_day
    first, last = digest.since.astimezone(LOCAL).date(), digest.until.astimezone(LOCAL).date()
    days = (last - first).days + 1
    step = 1 if days <= _DAYS else 7
    if not digest.counts.findings or days < 2 or days > _WEEKS * 7:
        return []
    bars = []
    for back in range(0, days, step):  # from the end, so that the last bar is a whole week
        end = last - timedelta(days=back)
        start = max(first, end - timedelta(days=step - 1))
        found = sum(counts.findings for day, counts in by_day.items() if start <= day <= end)
        bars.append((start, found))
    bars.reverse()
    most = max(found for _, found in bars)
    lines = [Notice("digest.by_day" if step == 1 else "digest.by_week", language)]
    for start, found in bars:
        bar = _BLOCK * max(1, round(found * _WIDEST / most)) if found else _NOTHING
        fields: dict[str, str | int] = {
            "day": start.day,
            "month_key": f"month.{start.month}",
            "bar": bar,
            "n": found,
        }
        lines.append(Notice("digest.bar", language, fields))
    return lines


def _acted(counts: DigestCounts, language: Language) -> list[Notice]:
    lines = []
    if counts.noted:
        lines.append(Notice("digest.noted", language, {"n": counts.noted}))
    lines.append(Notice("digest.warnings", language, {"n": counts.warnings}))
    if counts.removed:
        lines.append(Notice("digest.removed", language, {"n": counts.removed}))
    lines.append(Notice("digest.alerts", language, {"n": counts.alerts, "open": counts.alerts_open}))
    if counts.oldest_open is not None:
        lines.append(Notice("digest.oldest", language, {"time_at": int(counts.oldest_open.timestamp())}))
    if counts.act_seconds:
        fields: dict[str, str | int] = {
            "median": _duration(median(counts.act_seconds)),
            "worst": _duration(max(counts.act_seconds)),
        }
        lines.append(Notice("digest.act", language, fields))
    if counts.false_alarms:
        lines.append(Notice("digest.false_alarms", language, {"n": counts.false_alarms}))
    return lines


def _appeals(counts: DigestCounts, language: Language) -> list[Notice]:
    lines = []
    if counts.appeals or counts.appeals_open:
        fields: dict[str, str | int] = {
            "n": counts.appeals,
            "upheld": counts.appeals_upheld,
            "overturned": counts.appeals_overturned,
            "open": counts.appeals_open,
        }
        lines.append(Notice("digest.appeals", language, fields))
    if counts.covered:
        lines.append(Notice("digest.covered", language, {"n": counts.covered}))
    return lines


def _gaps(counts: DigestCounts, language: Language) -> list[Notice]:
    lines = [
        Notice("digest.gap", language, {"reason_key": f"gap.{reason}", "n": times})
        for reason, times in sorted(counts.gaps.items())
    ]
    return lines or [Notice("digest.no_gaps", language)]


def _duration(seconds: float) -> str:
    """h:mm:ss, which every reader of these languages knows."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
