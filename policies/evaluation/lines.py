"""Labelled messages: JSON Lines, one message a line (format: docs/corpus.md)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policies.clauses import CLAUSES

LANGUAGES = ("en", "ur", "ru", "mx")
VIOLATIONS = ("plain", "subtle", "forward", "evasive")
KINDS = (*VIOLATIONS, "near", "benign")


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled message. `also_ok`: clauses that a checker may add without being wrong."""

    id: str
    text: str = field(repr=False)
    lang: str
    labels: tuple[str, ...]
    also_ok: tuple[str, ...]
    kind: str
    thread: tuple[str, ...] = field(default=(), repr=False)


def read_lines(paths: Iterable[Path]) -> list[Line]:
    """All lines of some files, in order. Raises ValueError naming file and line of the first bad one."""
    found = []
    for path in paths:
        for number, raw in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if raw.strip():
                try:
                    found.append(_line(json.loads(raw)))
                except (ValueError, KeyError, TypeError) as error:
                    why = str(error) if type(error) is ValueError else type(error).__name__
                    raise ValueError(f"{path.name}, line {number}: {why}") from None
    if not found:
        raise ValueError("no lines to read")
    return found


def _line(raw: Mapping[str, object]) -> Line:
    line = Line(
        id=str(raw["id"]),
        text=str(raw["text"]),
        lang=str(raw["lang"]),
        labels=_words(raw["labels"]),
        also_ok=_words(raw.get("also_ok", [])),
        kind=str(raw["kind"]),
        thread=_words(raw.get("thread", [])),
    )
    if line.lang not in LANGUAGES:
        raise ValueError("unknown language")
    if line.kind not in KINDS:
        raise ValueError("unknown kind")
    if not {*line.labels, *line.also_ok} <= set(CLAUSES):
        raise ValueError("unknown clause")
    return line


def _words(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise TypeError("not a list")
    return tuple(map(str, raw))
