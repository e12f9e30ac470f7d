"""The sources: texts of made-up papers, many to a file, with marks for how a line is set.

A paper begins with `=== id | kind | script | side`; `side` is `official` (must be warned about) or `free` (must not).
A line's first sign says how it is set: `^` centred, `^^` centred and bold, `>` on the right, `>>` the block of the
signature, `_` bold and underlined, `@` a stamp, `#` small print, `~` written by hand, `|` a row of a table,
`---` a rule. An empty line parts paragraphs; all else runs on in the paragraph before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent

Side = Literal["official", "free"]
_SETTINGS = ("^^", "^", ">>", ">", "_", "@", "#", "~", "|", "---")


@dataclass(frozen=True, slots=True)
class Source:
    """One paper. `lines`: (setting, text), setting "" for running text; `script` is `en` or `ur`."""

    id: str
    kind: str
    script: str
    side: Side
    lines: tuple[tuple[str, str], ...] = field(repr=False)


class SourceError(ValueError):
    """A source cannot be read; the message names file, line and what is wrong."""


def load_sources(folder: str) -> list[Source]:
    """The papers of `measure` or `train`, in the order of their files. Raises SourceError."""
    found: list[Source] = []
    for path in sorted((HERE / folder).glob("*.txt")):
        found += _read(path.name, path.read_text(encoding="utf-8"))
    names = [source.id for source in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"{folder}: {', '.join(twice)} stand there twice")
    return found


def _read(name: str, content: str) -> Iterator[Source]:
    head: tuple[str, ...] | None = None
    lines: list[tuple[str, str]] = []
    for number, raw in enumerate(content.splitlines(), 1):
        if raw.startswith("==="):
            if head:
                yield _source(head, lines)
            head = tuple(cell.strip() for cell in raw.strip("= ").split("|"))
            if len(head) != 4 or head[2] not in {"en", "ur"} or head[3] not in {"official", "free"}:
                raise SourceError(f"{name}, line {number}: wants id | kind | en or ur | official or free")
            lines = []
        elif head is None:
            if raw.strip():
                raise SourceError(f"{name}, line {number}: a line before the first paper")
        else:
            setting = next((one for one in _SETTINGS if raw.startswith(one)), "")
            lines.append((setting, raw.removeprefix(setting).strip()))
    if head:
        yield _source(head, lines)


def _source(head: tuple[str, ...], lines: list[tuple[str, str]]) -> Source:
    while lines and lines[-1] == ("", ""):
        lines.pop()
    side: Side = "official" if head[3] == "official" else "free"
    return Source(head[0], head[1], head[2], side, tuple(lines))
