"""What the model looks at, by name; training and judging both count these and nothing else.

A word that is repeated counts once for `chars`, `words` and `sounds`: laughing at length says no more than laughing.

Blocks, each brought to about length one on its own (a short text to less: little was said): `chars` (3 to 5 letters of a word, its borders included), `words`,
`sounds` and `sound_pairs` (neighbours), `roles` (concepts and roles of the lexicon) and `role_pairs` (roles that occur
together), `thread` (sounds and roles of what was said before) and `flags` (what had to be undone, forwarding, shape).
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence

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


def shape_flags(
    words: Sequence[str], *, repairs: Iterable[str], forwarded: bool, answering: bool, manner: str, text: str
) -> list[str]:
    """Marks of the whole text; `answering`: something was said before it, without which a short one says little."""
    length = min(6, len(words).bit_length())
    flags = [f"repair_{repair}" for repair in sorted(repairs)]
    flags.append(f"manner_{manner}")
    flags.append(f"length_{length}")
    flags.append(f"{'answer' if answering else 'alone'}_{length}")
    if forwarded:
        flags.append("forwarded")
    if "?" in text or "؟" in text:
        flags.append("question_mark")
    if "*" in text:
        flags.append("star")
    if "\n" in text:
        flags.append("several_lines")
    if any(word.isdigit() for word in words):
        flags.append("number")
    if "http" in text or ".pk" in text:
        flags.append("link")
    if '"' in text or "“" in text or "'" in text:
        flags.append("quote")
    return flags
