"""`para6 eval`: how good the judge is on labelled messages."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from bot.cli.check import DEFAULT_PACK, judge_of
from bot.errors import InputError
from bot.texts import sentence
from handlers.records import Language
from policies.evaluation.figures import Figure, Figures, by, figures, tally
from policies.evaluation.lines import Line, read_lines
from policies.judge import Judge
from policies.message import Context, Message
from policies.verdict import Action


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(name="eval", help=sentence("cli.eval", Language.EN))
    def evaluate(
        corpus: list[Path] = typer.Argument(metavar="CORPUS…"),
        *,
        as_json: bool = typer.Option(False, "--json"),
        pack: str = typer.Option(DEFAULT_PACK, "--pack"),
    ) -> None:
        try:
            lines = read_lines(corpus)
        except ValueError as error:
            raise InputError(sentence("cli.eval_corpus", Language.EN).format(error=error)) from None
        measured = measure(judge_of(pack), lines)
        if as_json:
            typer.echo(json.dumps({name: as_object(found) for name, found in measured.items()}))
        else:
            for row in as_table(measured):
                typer.echo(row)


def warned_clauses(judge: Judge, line: Line) -> set[str]:
    """The clauses that would be warned about on a line."""
    verdict = judge.judge(Message(line.text), Context(line.thread))
    return {finding.clause for finding in verdict.findings if finding.action is Action.WARN}


def measure(judge: Judge, lines: Sequence[Line]) -> dict[str, Figures]:
    """Figures for all lines (`all`), and for each language and kind (`lang=en`, `kind=near`)."""
    counted = tally(lines, [warned_clauses(judge, line) for line in lines])
    measured = {"all": figures(counted)}
    for name, key in (("lang", lambda line: line.lang), ("kind", lambda line: line.kind)):
        for value, places in by(lines, key).items():
            measured[f"{name}={value}"] = figures(counted.some(places))
    return measured


def as_object(found: Figures) -> dict[str, Any]:
    """Figures as JSON: every measure as [value, low, high] of the 95 % interval, null where there is nothing to count."""
    return {
        "lines": found.lines,
        "macro_f1": _triple(found.macro_f1),
        "named_f1": _triple(found.named_f1),
        "violation_recall": _triple(found.violation_recall),
        "false_warnings": {kind: _triple(figure) for kind, figure in found.false_warnings.items()},
        "clauses": {
            clause: {"precision": _triple(p), "recall": _triple(r), "f1": _triple(f1), "lines": lines}
            for clause, (p, r, f1, lines) in found.clauses.items()
        },
    }


def _triple(figure: Figure) -> list[float] | None:
    if figure.value != figure.value:
        return None
    return [round(value, 4) for value in (figure.value, figure.low, figure.high)]


def as_table(measured: dict[str, Figures]) -> Iterator[str]:
    """Figures to read: per clause, then per language and kind."""
    whole = measured["all"]
    yield f"{'clause':<14}{'lines':>6}  {'precision':<20}{'recall':<20}{'F1':<20}"
    for clause, (precision, recall, f1, lines) in whole.clauses.items():
        yield f"{clause:<14}{lines:>6}  {_shown(precision):<20}{_shown(recall):<20}{_shown(f1):<20}".rstrip()
    yield ""
    yield (
        f"{'lines':<14}{'':>6}  {'F1, ten clauses':<20}{'F1, three named':<20}{'violations found':<20}"
        f"{'false on near':<20}{'false on benign':<20}"
    ).rstrip()
    for name, found in measured.items():
        near, benign = (found.false_warnings[kind] for kind in ("near", "benign"))
        cells = (found.macro_f1, found.named_f1, found.violation_recall, near, benign)
        yield f"{name:<14}{found.lines:>6}  {''.join(f'{_shown(cell):<20}' for cell in cells)}".rstrip()


def _shown(figure: Figure) -> str:
    if figure.value != figure.value:
        return "-"
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"
