"""The digest as a page that stands alone: no script, no request to anywhere; the same page is what goes on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import median

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from bot.reports.days import Bar, Step, bars
from bot.reports.say import Say, clean
from handlers.desk import LOCAL
from handlers.records import Digest
from policies.pack import read_citations

_HALVED = 12  # more bars than this stand in two columns where there is room


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the first look, and the same number of the period before."""

    label: Markup
    value: str | Markup
    before: str | Markup | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One bar of a table; `part` is its length in percent of the longest."""

    label: Markup
    value: int
    part: int
    beside: int = (
        0  # messages judged, where the bar is a day's; findings of the period before, where it is a clause's
    )
    cite: str = ""


def page(digest: Digest) -> str:
    """The whole page."""
    say = Say(digest.language)
    return _template().render(
        say=say,
        digest=digest,
        counts=digest.counts,
        title=clean(digest.title),
        figures=_figures(digest, say),
        clauses=_clauses(digest, say),
        days=_halves(_days(digest, say)),
        step=_bars(digest)[0].name.lower(),
        actions=_actions(digest, say),
        gaps=_rows(sorted(digest.counts.gaps.items()), "gap.", say),
        median_s=median(digest.counts.act_seconds) if digest.counts.act_seconds else None,
        worst_s=max(digest.counts.act_seconds, default=None),
    )


def _figures(digest: Digest, say: Say) -> list[Figure]:
    counts, before = digest.counts, digest.earlier
    figures = [
        Figure(say("report.judged"), str(counts.judged), str(before.judged) if before else None),
        Figure(say("report.findings"), str(counts.findings), str(before.findings) if before else None),
    ]
    if digest.mode is None:
        return [*figures, Figure(say("report.noted"), str(counts.noted))]
    act = median(counts.act_seconds) if counts.act_seconds else None
    act_before = say.span(before.median_s) if before and before.median_s is not None else None
    return [
        *figures,
        Figure(say("report.warnings"), str(counts.warnings), str(before.warnings) if before else None),
        Figure(say("report.alerts"), str(counts.alerts), str(before.alerts) if before else None),
        Figure(say("report.open"), str(counts.alerts_open)),
        Figure(say("report.act_median"), say.span(act) if act is not None else "–", act_before),
    ]


def _clauses(digest: Digest, say: Say) -> list[Row]:
    by_clause = digest.counts.by_clause
    cites = read_citations(digest.pack)
    most = max(by_clause.values(), default=1)
    return [
        Row(
            say(f"clause.{clause}"),
            times,
            _part(times, most),
            beside=digest.earlier.by_clause.get(clause, 0) if digest.earlier else 0,
            cite=cites.get(clause, ""),
        )
        for clause, times in sorted(by_clause.items(), key=lambda item: (-item[1], item[0]))
    ]


def _bars(digest: Digest) -> tuple[Step, list[Bar]]:
    first, last = (at.astimezone(LOCAL).date() for at in (digest.since, digest.until))
    return bars(digest.counts.by_day, first, last)


def _days(digest: Digest, say: Say) -> list[Row]:
    step, made = _bars(digest)
    if len(made) < 2 or not digest.counts.judged:
        return []
    most = max(1, *(bar.findings for bar in made))
    return [
        Row(_span_of(bar, step, say), bar.findings, _part(bar.findings, most), beside=bar.judged)
        for bar in made
    ]


def _span_of(bar: Bar, step: Step, say: Say) -> Markup:
    first, last = bar.first, bar.last
    match step:
        case Step.DAY:
            return say.day(first)
        case Step.WEEK:
            return say(
                "report.week",
                day=first.day,
                month_key=f"month.{first.month}",
                to_day=last.day,
                to_month_key=f"month.{last.month}",
            )
        case Step.MONTH:
            return say("report.month", month_key=f"month.{first.month}", year=first.year)
        case Step.YEAR:
            return escape(first.year)


def _halves(rows: list[Row]) -> list[list[Row]]:
    """The rows in one table, or in two of the same length that can stand beside each other."""
    if len(rows) <= _HALVED:
        return [rows] if rows else []
    middle = (len(rows) + 1) // 2
    return [rows[:middle], rows[middle:]]


def _actions(digest: Digest, say: Say) -> list[Row]:
    counts = digest.counts
    if digest.mode is None:
        return []
    done = [
        ("warnings", counts.warnings),
        ("removed", counts.removed),
        ("rehearsed", counts.rehearsed),
        ("noted", counts.noted),
        ("covered", counts.covered),
        ("false_alarms", counts.false_alarms),
    ]
    return _rows([(name, times) for name, times in done if times], "report.", say)


def _rows(numbers: Sequence[tuple[str, int]], prefix: str, say: Say) -> list[Row]:
    most = max((times for _, times in numbers), default=1)
    return [Row(say(f"{prefix}{name}"), times, _part(times, most)) for name, times in numbers]


def _part(value: int, most: int) -> int:
    """Percent of the longest bar; what is not nothing can be seen."""
    return max(2, round(value * 100 / most)) if value and most else 0


def _load(name: str) -> str:
    return files("bot.reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_load),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("digest.html.j2")
