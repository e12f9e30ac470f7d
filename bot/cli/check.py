"""`para6 check`: judge a message, or a stream of them, and explain."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import typer

from bot.cli.files import check_files
from bot.errors import ConfigError, InputError
from bot.texts import render, sentence
from handlers.message import LONGEST_BYTES
from handlers.records import Language
from handlers.wording import clause_line
from policies.judge import Judge, load_judge
from policies.message import Context, Message
from policies.verdict import NO_INSTRUMENT, Finding, Verdict

DEFAULT_PACK = "om-2024-09-02"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.check", Language.EN))
    def check(
        text: list[str] = typer.Argument(None, metavar="[TEXT…]"),
        file: list[Path] = typer.Option([], "--file", metavar="PATH…"),
        jsonl: str = typer.Option("", "--jsonl", metavar="FILE"),
        *,
        as_json: bool = typer.Option(False, "--json"),
        sent_on: str = typer.Option("", "--sent-on", metavar="YYYY-MM-DD"),
        pack: str = typer.Option(DEFAULT_PACK, "--pack"),
    ) -> None:
        judge = judge_of(pack)
        if jsonl:
            raise typer.Exit(check_stream(judge, jsonl))
        if file:
            paths = [*file, *(Path(one) for one in text or ())]  # `--file one two three`
            raise typer.Exit(check_files(judge, paths, _asked_day(sent_on), as_json=as_json))
        if not text:
            raise InputError(sentence("cli.check_what", Language.EN))
        asked = {"id": "text", "text": " ".join(text), **({"sent_on": sent_on} if sent_on else {})}
        line = check_line(judge, asked)
        if "error" in line:
            raise InputError(str(line["error"]))
        if as_json:
            typer.echo(json.dumps(line, ensure_ascii=False))
        else:
            explain(judge, judge.judge(Message(" ".join(text), sent_on=_day(sent_on))))
        raise typer.Exit(1 if line["verdict"] == "warn" else 0)


def judge_of(pack: str) -> Judge:
    """The judge of a pack. Raises ConfigError naming the packs there are."""
    try:
        return load_judge(pack)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def explain(judge: Judge, verdict: Verdict) -> None:
    """A verdict in words."""
    if verdict.pack == NO_INSTRUMENT:
        typer.echo(sentence("cli.no_instrument", Language.EN))
        return
    typer.echo(sentence(f"check.{verdict.action}", Language.EN))
    for finding in verdict.findings:
        typer.echo(f"{render(clause_line(finding, Language.EN), ()).text} [{finding.score:.2f}]")
    pack = next(pack for pack in judge.packs if pack.id == verdict.pack)
    if verdict.findings and not pack.admin_liable:
        typer.echo(sentence("cli.admin_not_liable", Language.EN).format(instrument=pack.title))


def _asked_day(written: str) -> date | None:
    """As `_day`. Raises InputError."""
    problem = _problem_of_day(written or None)
    if problem:
        raise InputError(problem)
    return _day(written)


def _day(written: str) -> date | None:
    """A day as YYYY-MM-DD; None for nothing written. Raises ValueError for anything else."""
    return date.fromisoformat(written) if written else None


def as_object(ident: object, text: str, verdict: Verdict, ms: float) -> dict[str, Any]:
    """A verdict as a line of `check --jsonl`; `because` is the reason and the words that led to it."""
    return {
        "id": ident,
        "verdict": verdict.action,
        "ms": round(ms, 3),
        "findings": [
            {
                "clause": finding.clause,
                "action": finding.action.value,
                "score": round(finding.score, 4),
                "start": finding.start,
                "end": finding.end,
                "cite": finding.cite,
                "because": _because(finding, text),
            }
            for finding in verdict.findings
        ],
    }


@cache
def _reason(reason: str) -> str:
    return sentence(f"reason.{reason}", Language.EN)


def _because(finding: Finding, text: str) -> str:
    words = " ".join(text[finding.start : finding.end].split())
    return f"{_reason(finding.reason)}: {words}" if words else _reason(finding.reason)


def check_stream(judge: Judge, path: str) -> int:
    """One JSON object a line in, one out, in order, as they come; exit 2 when a line was bad."""
    bad = False
    for line in _lines(path):
        if not line.strip():
            continue
        answer = check_line(judge, _read(line))
        bad = bad or "error" in answer
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 2 if bad else 0


def check_line(judge: Judge, line: object) -> dict[str, Any]:
    """Judge one parsed line; {"id", "error"} when it is not of the promised form."""
    if not isinstance(line, dict):
        return {"id": None, "error": "not a JSON object"}
    ident, text = line.get("id"), line.get("text")
    problem = _problem(line)
    if problem:
        return {"id": ident if isinstance(ident, str | int | float) else None, "error": problem}
    thread = line.get("thread") or ()
    began = time.perf_counter()
    message = Message(
        str(text), forwarded=bool(line.get("forwarded")), sent_on=_day(str(line.get("sent_on") or ""))
    )
    verdict = judge.judge(message, Context(tuple(thread)))
    return as_object(ident, str(text), verdict, (time.perf_counter() - began) * 1000)


def _problem(line: dict[str, Any]) -> str | None:
    ident, text, thread = line.get("id"), line.get("text"), line.get("thread")
    if ident is None or not isinstance(ident, str | int | float):
        return "id is missing or is neither text nor number"
    if not isinstance(text, str):
        return "text is missing or is no text"
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        return "text is longer than 64 KiB"
    if thread is not None and not (isinstance(thread, list) and all(isinstance(one, str) for one in thread)):
        return "thread is no list of texts"
    if not isinstance(line.get("forwarded", False), bool):
        return "forwarded is neither true nor false"
    return _problem_of_day(line.get("sent_on"))


def _problem_of_day(sent_on: object) -> str | None:
    try:
        _day("" if sent_on is None else str(sent_on))
    except ValueError:
        return "sent_on is no day as YYYY-MM-DD"
    return None


def _read(line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def _lines(path: str) -> Iterator[bytes]:
    if path == "-":
        yield from iter(sys.stdin.buffer.readline, b"")
        return
    try:
        with Path(path).open("rb") as file:
            yield from file
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from None
