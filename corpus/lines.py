"""Reading labelled messages: JSON Lines, one message a line (format: docs/corpus.md)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CLAUSES = (
    "disclosure",
    "political",
    "sectarian",
    "disparaging",
    "unauthentic",
    "government",
    "ideology",
    "security",
    "order",
    "promotion",
)
LANGUAGES = ("en", "ur", "ru", "mx")
KINDS = ("plain", "subtle", "forward", "evasive", "near", "benign")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled message. `also_ok`: clauses that a checker may add without being wrong."""

    id: str
    text: str
    lang: str
    labels: tuple[str, ...]
    also_ok: tuple[str, ...]
    kind: str
    thread: tuple[str, ...] = ()


def read_lines(paths: Iterable[Path]) -> list[Line]:
    """All lines of some files, in order. Raises ValueError naming file and line of the first bad one."""
    found = []
    for path in paths:
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if raw.strip():
                try:
                    found.append(_line(json.loads(raw)))
                except (ValueError, KeyError, TypeError) as error:
                    raise ValueError(f"{path.name}, line {number}: {type(error).__name__}") from None
    if not found:
        raise ValueError("no lines to read")
    return found


def _line(raw: dict[str, object]) -> Line:
    line = Line(
        id=str(raw["id"]),
        text=str(raw["text"]),
        lang=str(raw["lang"]),
        labels=tuple(map(str, raw["labels"])),  # type: ignore[call-overload] # a list, or TypeError for the caller
        also_ok=tuple(map(str, raw.get("also_ok", ()))),  # type: ignore[call-overload] # as above
        kind=str(raw["kind"]),
        thread=tuple(map(str, raw.get("thread", ()))),  # type: ignore[call-overload] # as above
    )
    if (
        line.lang not in LANGUAGES
        or line.kind not in KINDS
        or not set(line.labels + line.also_ok) <= set(CLAUSES)
    ):
        raise ValueError("unknown language, kind or clause")
    return line


def training_lines() -> list[Line]:
    """The training corpus, whole."""
    return read_lines(sorted((HERE / "train").glob("*.jsonl")))


def check_lines() -> list[Line]:
    """The development set, by hands that wrote no training line."""
    return read_lines(sorted((HERE / "check").glob("*.jsonl")))
