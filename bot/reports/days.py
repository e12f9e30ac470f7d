"""The days of a period in bars: a bar a day for a month, a bar a week for half a year, beyond that months and years."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from handlers.figures import DayCounts

_DAYS, _WEEKS, _MONTHS = 31, 26, 36  # the most bars of each kind


class Step(Enum):
    """What one bar stands for."""

    DAY = auto()
    WEEK = auto()
    MONTH = auto()
    YEAR = auto()


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the days from `first` to `last` (inclusive) and what was counted on them."""

    first: date
    last: date
    judged: int
    findings: int


def bars(by_day: Mapping[date, DayCounts], first: date, last: date) -> tuple[Step, list[Bar]]:
    """The bars of a period, the oldest first; days on which nothing came are bars without length."""
    step = _step(first, last)
    made = []
    for start, end in _pieces(step, first, last):
        inside = [counts for day, counts in by_day.items() if start <= day <= end]
        made.append(Bar(start, end, sum(c.judged for c in inside), sum(c.findings for c in inside)))
    return step, made


def _step(first: date, last: date) -> Step:
    days = (last - first).days + 1
    if days <= _DAYS + 1:  # 30 times 24 hours touch 31 days
        return Step.DAY
    if days <= _WEEKS * 7:
        return Step.WEEK
    if (last.year - first.year) * 12 + last.month - first.month < _MONTHS:
        return Step.MONTH
    return Step.YEAR


def _pieces(step: Step, first: date, last: date) -> Iterator[tuple[date, date]]:
    start = first
    while start <= last:
        match step:
            case Step.DAY:
                after = start + timedelta(days=1)
            case Step.WEEK:  # weeks begin on Monday
                after = start + timedelta(days=7 - start.weekday())
            case Step.MONTH:
                after = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
            case Step.YEAR:
                after = date(start.year + 1, 1, 1)
        yield start, min(last, after - timedelta(days=1))
        start = after
