"""`para6 check --file PATH…`: documents read beside this process, judged, and explained."""

import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import typer

from bot.readers.pool import PROCESSES, read_file
from bot.readers.unread import Unread
from bot.texts import sentence
from handlers.records import Language
from policies.judge import Judge
from policies.papers.document import Document
from policies.papers.official import load_papers, read_paper
from policies.papers.reading import PaperReading

_EN = Language.EN


def check_files(judge: Judge, paths: Sequence[Path], sent_on: date | None, *, as_json: bool) -> int:
    """Judge files one by one, in their order; the exit code: 2 when one could not be read, 1 when one would be warned about."""
    from bot.cli.check import explain

    papers = load_papers(judge.packs)
    unread = warned = False
    with ThreadPoolExecutor(PROCESSES) as readers:
        for path, read in zip(paths, readers.map(_read, paths), strict=True):
            if isinstance(read, str):
                unread = True
                if as_json:
                    _say(json.dumps({"id": path.name, "error": read}, ensure_ascii=False))
                else:
                    typer.echo(f"para6: {_plain(str(path))}: {read}", err=True)
                continue
            began = time.perf_counter()
            reading = read_paper(read, judge, papers, sent_on=sent_on)
            warned = warned or reading.verdict.action == "warn"
            if as_json:
                took_ms = (time.perf_counter() - began) * 1000
                _say(json.dumps(file_object(read, reading, took_ms), ensure_ascii=False))
            else:
                _say(_told(read, reading))
                explain(judge, reading.verdict)
    return 2 if unread else 1 if warned else 0


def _read(path: Path) -> Document | str:
    """The document in a file, or why there is none."""
    try:
        return read_file(path)
    except Unread as error:
        return sentence(f"unread.{error.reason}", _EN)
    except OSError as error:
        return sentence("cli.file_not_opened", _EN).format(error=os.strerror(error.errno or 0))


def file_object(document: Document, reading: PaperReading, took_ms: float) -> dict[str, Any]:
    """A file as `check --file --json` promises it; `gap` stands there when only a part could be read."""
    from bot.cli.check import as_object

    told = as_object(document.name, document.text, reading.verdict, took_ms)
    told |= {
        "pages": len(document.pages),
        "read": document.read,
        "official": round(reading.official, 3),
    }
    return told if document.gap is None else told | {"gap": document.gap}


def _told(document: Document, reading: PaperReading) -> str:
    line = sentence("cli.file_read", _EN).format(
        name=document.name,
        pages=len(document.pages),
        read=sentence(f"cli.read_{document.read}", _EN),
        official=f"{reading.official:.2f}",
    )
    return line if document.gap is None else f"{line} {sentence(f'unread.{document.gap}', _EN)}"


def _say(line: str) -> None:
    typer.echo(_plain(line))


def _plain(line: str) -> str:
    """A line in which a file's name cannot steer the terminal, nor break standard output."""
    told = "".join(letter if letter.isprintable() else " " for letter in line)
    return told.encode("utf-8", "replace").decode("utf-8")
