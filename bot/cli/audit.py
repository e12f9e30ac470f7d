"""`para6 audit EXPORT`: an exported chat judged as a whole, told in a folder of files."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot.audit.counts import audit_object, aware, digest_counts
from bot.audit.output import make_folder, replacing, replacing_bytes
from bot.audit.run import Audit, run_audit
from bot.cli.check import DEFAULT_PACK, judge_of
from bot.errors import InputError
from bot.reports.errors import ReportError
from bot.reports.forms import Form, written
from bot.texts import sentence
from handlers.events import RoomId
from handlers.figures import DigestCounts
from handlers.next_steps import audit_steps
from handlers.records import Digest, Language

_DIGESTS = {form: f"digest.{form.suffix}" for form in Form}
_RESULT = "audit.json"
_EN = Language.EN


class OrderOption(StrEnum):
    """What `--order` takes."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.audit", Language.EN))
    def audit(
        export: Path = typer.Argument(..., metavar="EXPORT"),
        out: Path = typer.Option(None, "--out", metavar="DIR"),
        order: OrderOption = typer.Option(None, "--order"),
        pack: str = typer.Option(DEFAULT_PACK, "--pack"),
        paper: bool = typer.Option(True, "--paper/--no-paper", help=sentence("cli.audit_paper", _EN)),
    ) -> None:
        folder = out or export.resolve().parent / f"{export.resolve().stem}-audit"

        def made() -> Path:
            if export.resolve().parent == folder.resolve() and export.name in {_RESULT, *_DIGESTS.values()}:
                raise InputError(sentence("cli.audit_over_itself", _EN))
            make_folder(folder)
            return folder

        with _progress() as told:
            found = run_audit(
                export,
                judge_of(pack),
                asked=order.value if order else None,
                folder=made,
                told=told,
                write=lambda audit: _write(
                    folder, audit, [form for form in Form if paper or not form.binary]
                ),
            )
        _tell(folder, found)
        raise typer.Exit(1 if any(one.warned for one in found.findings) else 0)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _read, _size: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    # No thread of its own refreshes the bar: helpers are forked while it is up.
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(sentence("cli.audit_progress", _EN), total=None)

        def told(read: int, size: int) -> None:
            bar.update(task, completed=min(read, size), total=size, refresh=True)

        yield told


def _counts(found: Audit) -> DigestCounts:
    return digest_counts(found.counts, found.findings, found.gaps, found.unread)


def _digest(found: Audit) -> Digest:
    """The digest as of the chat's last message: an export judged again says the same, to the byte."""
    first, last = found.counts.first, found.counts.last
    since = aware(first) if first else datetime.fromtimestamp(0, UTC)
    until = aware(last) if last else since
    counts = _counts(found)
    return Digest(
        RoomId(f"audit:{found.chat.title}"),
        found.chat.title,
        _EN,
        since,
        until,
        until,
        counts,
        steps=audit_steps(counts, language=_EN),
    )


def _write(folder: Path, found: Audit, forms: Sequence[Form]) -> None:
    digest = _digest(found)
    for form in forms:
        name = _DIGESTS[form]
        try:
            told = written(form, digest)
        except ReportError as error:  # the other forms say the same
            _say(sentence("cli.audit_not_drawn", _EN).format(file=name, error=error))
            continue
        with replacing_bytes(folder / name) as file:
            file.write(told)
    with replacing(folder / _RESULT) as result:
        json.dump(
            audit_object(found.chat, found.counts, found.findings), result, ensure_ascii=False, indent=1
        )
        result.write("\n")


def _tell(folder: Path, found: Audit) -> None:
    counts, digest = found.counts, _counts(found)
    if found.resumed:
        _say(sentence("cli.audit_resumed", _EN).format(n=found.resumed))
    _say(
        sentence("cli.audit_read", _EN).format(
            title=found.chat.title,
            format=found.chat.format,
            messages=counts.messages,
            senders=len(counts.senders),
            system=counts.system,
        )
    )
    _say(sentence("cli.audit_found", _EN).format(warned=digest.findings, noted=digest.noted))
    for clause, times in sorted(digest.by_clause.items(), key=lambda item: (-item[1], item[0])):
        _say(sentence("cli.audit_clause", _EN).format(clause=sentence(f"clause.{clause}", _EN), n=times))
    for reason, times in sorted(digest.gaps.items()):
        if reason != "malformed":
            _say(sentence("cli.audit_unjudged", _EN).format(reason=sentence(f"gap.{reason}", _EN), n=times))
    if counts.unparsed:
        _say(sentence("cli.audit_unparsed", _EN).format(n=counts.unparsed))
    if counts.deleted:
        _say(sentence("cli.audit_deleted", _EN).format(n=len(counts.deleted)))
    names = [_RESULT, *_DIGESTS.values(), *(page.name for page in found.pages[:1])]
    files = ", ".join(name for name in names if (folder / name).exists())
    _say(sentence("cli.audit_where", _EN).format(folder=folder, files=files))


def _say(line: str) -> None:
    """One line; a title cannot steer the terminal."""
    typer.echo("".join(letter if letter.isprintable() else " " for letter in line))
