"""The signs of papers, read from a pack's papers/signs.tsv: what each is met as, where, and how much it says.

Columns, tab-separated: sign, where, times, weight, forms, note. A bad line is refused with its number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from policies.papers.shape import is_urdu, shape

Where = Literal["any", "top", "alone", "start", "short"]
COLUMNS = ("sign", "where", "times", "weight", "forms", "note")
# The search counts errors in the 64 bits of a word.
LONGEST = 62
_SHORTEST = 2
_IDENT = re.compile(r"[a-z_]{2,40}")
_PATTERN = re.compile(r"^/.*/$")
# Letters of a form for each error that is allowed: a recogniser misreads more of Urdu.
_LETTERS_AN_ERROR = {"latin": 6, "urdu": 4}
_EXACT_BELOW = 6


class SignError(ValueError):
    """A line of the signs cannot be used; the message names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way a sign is met: letters in their shape, and how many of them may be wrong, missing or too many."""

    letters: str
    errors: int
    urdu: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. `times`: in how many lines at least; `weight`: what it says by hand, in the logit."""

    name: str
    where: Where
    times: int
    weight: float
    forms: tuple[Form, ...] = field(repr=False)
    patterns: tuple[re.Pattern[str], ...] = field(repr=False)


def read_signs(name: str, lines: Iterable[str]) -> list[Sign]:
    """The signs of one file. Raises SignError for the first bad line, and for a file without any."""
    found: list[Sign] = []
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if not line.strip() or line.startswith("#") or line.split("\t")[0] == "sign":
            continue
        try:
            sign = _sign(line)
        except ValueError as error:
            raise SignError(f"{name}, line {number}: {error}") from None
        if any(one.name == sign.name for one in found):
            raise SignError(f"{name}, line {number}: the sign stands there twice")
        found.append(sign)
    if not found:
        raise SignError(f"{name}: holds no sign")
    return found


def _sign(line: str) -> Sign:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) not in {len(COLUMNS) - 1, len(COLUMNS)}:
        raise ValueError(f"needs {len(COLUMNS)} columns, has {len(cells)}")
    name, where, times, weight, written = cells[:5]
    if not _IDENT.fullmatch(name):
        raise ValueError("the sign is not lower-case letters and _")
    if where not in get_args(Where):
        raise ValueError(f"where is none of {', '.join(get_args(Where))}")
    if not times.isdigit() or not int(times):
        raise ValueError("times is no number from 1 on")
    forms = [form.strip() for form in written.split(";") if form.strip()]
    if not forms:
        raise ValueError("has no forms")
    return Sign(
        name,
        where,  # type: ignore[arg-type] # checked above
        int(times),
        float(weight),
        tuple(_form(form) for form in forms if not _PATTERN.match(form)),
        tuple(_pattern(form) for form in forms if _PATTERN.match(form)),
    )


def _form(written: str) -> Form:
    letters = shape(written).letters
    if not _SHORTEST <= len(letters) <= LONGEST:
        raise ValueError(
            f"a form has {len(letters)} letters; from {_SHORTEST} to {LONGEST} can be looked for"
        )
    urdu = is_urdu(letters)
    errors = (
        0 if len(letters) < _EXACT_BELOW else len(letters) // _LETTERS_AN_ERROR["urdu" if urdu else "latin"]
    )
    return Form(letters, errors, urdu)


def _pattern(written: str) -> re.Pattern[str]:
    try:
        return re.compile(written[1:-1])
    except re.error as error:
        raise ValueError(f"a pattern is none: {error}") from None
