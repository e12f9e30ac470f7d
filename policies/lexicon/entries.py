"""Reading the lexicon's files: one concept a line, its roles, and its forms in three scripts.

Columns, tab-separated: concept, roles, en, ur, ru, note (docs/lexicon.md). A form may begin with `=` (exactly these
letters) and end with `*` (any ending). A bad line is refused with file and line number.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.text.canonical import canonical
from policies.text.key import key

COLUMNS = ("concept", "roles", "en", "ur", "ru", "note")

_IDENT = re.compile(r"[a-z0-9_]{1,60}")
_URDU = re.compile("[\u0600-\u06ff]")
_LONGEST_PHRASE = 5
_SHORTEST_STEM = 4
# A key of fewer classes is shared by too many words to stand for one of them.
_SHORTEST_KEY = 3


class LexiconError(ValueError):
    """A line of a lexicon file cannot be used; the message names file, line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a concept. `words` are canonical; `open_end`: the last word may go on.

    `keys`: words of these sounds count as well (empty: only the letters do); `inflects`: English endings are allowed.
    """

    words: tuple[str, ...]
    keys: tuple[str, ...] = ()
    open_end: bool = False
    inflects: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One concept of the lexicon."""

    concept: str
    roles: tuple[str, ...]
    forms: tuple[Form, ...]


def read_entries(name: str, lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of one file. Raises LexiconError for the first bad line."""
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if not line.strip() or line.startswith("#") or line.split("\t")[0] == "concept":
            continue
        try:
            yield _entry(line)
        except ValueError as error:
            raise LexiconError(f"{name}, line {number}: {error}") from None


def _entry(line: str) -> Entry:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) not in {len(COLUMNS) - 1, len(COLUMNS)}:
        raise ValueError(f"needs {len(COLUMNS)} columns, has {len(cells)}")
    concept, roles = cells[0], tuple(role.strip() for role in cells[1].split(",") if role.strip())
    if not _IDENT.fullmatch(concept):
        raise ValueError("the concept is not lower-case letters, digits and _")
    if not roles or not all(_IDENT.fullmatch(role) for role in roles):
        raise ValueError("needs roles of lower-case letters and _, separated by commas")
    english, urdu, roman = ([form.strip() for form in cell.split(";") if form.strip()] for cell in cells[2:5])
    forms = (
        *(_form(form, script="en") for form in english),
        *(_form(form, script="ur") for form in urdu),
        *(_form(form, script="ru") for form in roman),
    )
    if not forms:
        raise ValueError("has no forms")
    return Entry(concept, roles, forms)


def _form(written: str, *, script: str) -> Form:
    exact = written.startswith("=")
    bare = written.removeprefix("=").strip()
    open_end = bare.endswith("*")
    words = canonical(bare.rstrip("*")).words
    if not words:
        raise ValueError("a form has no letters")
    if len(words) > _LONGEST_PHRASE:
        raise ValueError(f"a form has more than {_LONGEST_PHRASE} words")
    if script == "ur" and not _URDU.search(bare):
        raise ValueError("a form in the ur column has no Urdu letters")
    if open_end and len(words[-1]) < _SHORTEST_STEM:
        open_end, exact = False, True
    free = not exact and not open_end
    keys = tuple(map(key, words)) if script != "en" and free else ()
    if any(len(sound.rstrip("-")) < _SHORTEST_KEY for sound in keys):
        keys = ()
    return Form(words, keys, open_end, inflects=script == "en" and free)
