"""`para6 audit EXPORT`: an exported chat judged as a whole, told in a folder of files."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot.audit.counts import audit_object, aware, digest_counts
from bot.audit.output import make_folder, replacing
from bot.audit.run import Audit, run_audit
from bot.cli.check import DEFAULT_PACK, judge_of
from bot.cli.digest import Format, formatted
from bot.errors import InputError
from bot.texts import sentence
from handlers.events import RoomId
from handlers.records import DigestCounts, Language, Mode, Room

_DIGESTS = {Format.TEXT: "digest.txt", Format.JSON: "digest.json", Format.CSV: "digest.csv"}
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
                write=lambda audit: _write(folder, audit),
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


def _digest(found: Audit) -> DigestCounts:
    return digest_counts(found.counts, found.findings, found.gaps, found.unread)


def _write(folder: Path, found: Audit) -> None:
    first, last = found.counts.first, found.counts.last
    since = aware(first) if first else datetime.now(UTC)
    until = aware(last) if last else since
    room = Room(RoomId(f"audit:{found.chat.title}"), found.chat.title, Mode.REHEARSE)
    for form, name in _DIGESTS.items():
        with replacing(folder / name) as file:
            told = formatted(form, room, _digest(found), since, until)
            file.write(told if told.endswith("\n") else f"{told}\n")
    with replacing(folder / _RESULT) as file:
        json.dump(audit_object(found.chat, found.counts, found.findings), file, ensure_ascii=False, indent=1)
        file.write("\n")


def _tell(folder: Path, found: Audit) -> None:
    counts, digest = found.counts, _digest(found)
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
    warned = sum(digest.by_clause.values())
    _say(sentence("cli.audit_found", _EN).format(warned=warned, noted=digest.noted))
    for clause, times in sorted(digest.by_clause.items(), key=lambda item: (-item[1], item[0])):
        _say(sentence("cli.audit_clause", _EN).format(clause=sentence(f"clause.{clause}", _EN), n=times))
    for reason, times in sorted(digest.gaps.items()):
        if reason != "malformed":
            _say(sentence("cli.audit_unjudged", _EN).format(reason=sentence(f"gap.{reason}", _EN), n=times))
    if counts.unparsed:
        _say(sentence("cli.audit_unparsed", _EN).format(n=counts.unparsed))
    if counts.deleted:
        _say(sentence("cli.audit_deleted", _EN).format(n=len(counts.deleted)))
    files = ", ".join([_RESULT, *_DIGESTS.values(), *(page.name for page in found.pages[:1])])
    _say(sentence("cli.audit_where", _EN).format(folder=folder, files=files))


def _say(line: str) -> None:
    """One line; a title cannot steer the terminal."""
    typer.echo("".join(letter if letter.isprintable() else " " for letter in line))
