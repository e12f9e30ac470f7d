"""What the model looks at, by name; training and judging both count these and nothing else.

A word that is repeated counts once for `chars`, `words` and `sounds`: laughing at length says no more than laughing.

Blocks, each brought to about length one on its own (a short text to less: little was said): `chars` (3 to 5 letters of a word, its borders included), `words`,
`sounds` and `sound_pairs` (neighbours), `roles` (concepts and roles of the lexicon) and `role_pairs` (roles that occur
together), `thread` (sounds and roles of what was said before) and `flags` (what had to be undone, forwarding, shape).
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from policies.model.reading import Reading

BLOCKS = ("chars", "words", "sounds", "sound_pairs", "roles", "role_pairs", "thread", "flags")

_GRAM_FROM, _GRAM_TO = 3, 5
_LONGEST_WORD = 40  # letters of a word that are looked at; longer ones are no words


def char_features(word: str) -> list[str]:
    """The letter groups of a word, with `<` and `>` for its borders."""
    bordered = f"<{word[:_LONGEST_WORD]}>"
    return [
        bordered[start : start + size]
        for size in range(_GRAM_FROM, _GRAM_TO + 1)
        for start in range(len(bordered) - size + 1)
    ]


def pair_features(items: Sequence[str]) -> Iterator[str]:
    """Neighbours, joined by a space; the text's own borders take part."""
    previous = "^"
    for item in items:
        yield f"{previous} {item}"
        previous = item
    yield f"{previous} $"


def role_pairs(roles: Iterable[str]) -> Iterator[str]:
    """Each pair of roles that occur together (order does not matter)."""
    for one, other in itertools.combinations(sorted(set(roles)), 2):
        yield f"{one}+{other}"


class Shape(NamedTuple):
    """Marks of a whole text. `answering`: something was said before it, without which a short one says little."""

    repairs: frozenset[str]
    manner: str
    length: int  # the number of words, as the power of two above it, 6 at the most
    answering: bool
    forwarded: bool
    question: bool
    star: bool
    several_lines: bool
    number: bool
    link: bool
    quote: bool


def shape_of(reading: Reading, text: str, *, answering: bool, forwarded: bool) -> Shape:
    """The shape of a text that was read."""
    return Shape(
        reading.repairs,
        reading.manner,
        min(6, len(reading.words).bit_length()),
        answering,
        forwarded,
        "?" in text or "؟" in text,
        "*" in text,
        "\n" in text,
        any([word.is_number for word in reading.words]),  # noqa: C419 - a list is faster than a generator
        "http" in text or ".pk" in text,
        '"' in text or "“" in text or "'" in text,
    )


def shape_flags(shape: Shape) -> list[str]:
    """A shape as features."""
    flags = [f"repair_{repair}" for repair in sorted(shape.repairs)]
    flags.append(f"manner_{shape.manner}")
    flags.append(f"length_{shape.length}")
    flags.append(f"{'answer' if shape.answering else 'alone'}_{shape.length}")
    flags += [
        name
        for name in ("forwarded", "star", "several_lines", "number", "link", "quote")
        if getattr(shape, name)
    ]
    if shape.question:
        flags.append("question_mark")
    return flags
