"""Whether two papers are one: by their bytes, by what they say, by how they look. Pure functions over small things.

Looks alone are not enough: in a thumbnail all letters look alike. Words alone are not either: two orders of one office
differ in a name and a number. So a known published paper is met again when its bytes are the same, or when its words
are near and the numbers read on it are its own; a look that is near lets the words be a little farther
(docs/papers.md has the distances that were measured).
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from policies.papers.shape import shape, western_digits

# A grey thumbnail for `look_hash`: nine numbers a row, eight rows, row by row.
THUMBNAIL = (9, 8)
# Most bits in which two hashes of one paper differ: measured on papers sent on, shrunk, pressed and slightly cropped.
NEAR_WORDS = 13
NEAR_WORDS_WITH_LOOK = 15
NEAR_LOOK = 8
# From so many words on, words say which paper it is.
ENOUGH_WORDS = 12
# Share of the numbers read on a paper that must be the known one's.
OWN_NUMBERS = 0.6
_BITS = 64
_SHORTEST_WORD = 3
_NUMBER = re.compile(r"\d{3,}")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is kept of a paper to know it again. `look` is None without a picture, `words` with too few words.

    `numbers`: short hashes of its longer numbers (file numbers, years, sums).
    """

    look: int | None
    words: int | None
    numbers: frozenset[int] = field(default=frozenset(), repr=False)


def likeness_of(text: str, grey: Sequence[int] | None = None) -> Likeness:
    """What to keep of a paper, from its text and the thumbnail of its first page (72 greys)."""
    return Likeness(
        None if grey is None else look_hash(grey), words_hash(text), frozenset(number_hashes(text))
    )


def is_same_paper(known: Likeness, new: Likeness) -> bool:
    """Whether a new paper is a known one. False when either has too few words to tell."""
    if known.words is None or new.words is None:
        return False
    if new.numbers and len(new.numbers & known.numbers) < OWN_NUMBERS * len(new.numbers):
        return False
    apart = distance(known.words, new.words)
    if apart <= NEAR_WORDS:
        return True
    looks = None if known.look is None or new.look is None else distance(known.look, new.look)
    return apart <= NEAR_WORDS_WITH_LOOK and looks is not None and looks <= NEAR_LOOK


def byte_hash(content: bytes) -> str:
    """What names exactly these bytes (SHA-256, hex)."""
    return hashlib.sha256(content).hexdigest()


def look_hash(grey: Sequence[int]) -> int:
    """The difference hash of a thumbnail of 72 greys (0 to 255): one bit for each number that its neighbour exceeds.

    Raises ValueError for another number of greys.
    """
    columns, rows = THUMBNAIL
    if len(grey) != columns * rows:
        raise ValueError(f"a thumbnail has {columns * rows} greys, not {len(grey)}")
    made = 0
    for row in range(rows):
        for column in range(columns - 1):
            place = row * columns + column
            made = made << 1 | (grey[place] < grey[place + 1])
    return made


def words_hash(text: str) -> int | None:
    """The similarity hash of a text's words in their shape, spaces aside; None when there are too few to tell.

    Near texts give near hashes (Charikar, "Similarity estimation techniques from rounding algorithms", 2002). Words
    count by their shape (shape.py), so that a recogniser's usual errors change little.
    """
    words = {letters for word in text.split() if len(letters := shape(word).letters) >= _SHORTEST_WORD}
    if len(words) < ENOUGH_WORDS:
        return None
    votes = [0] * _BITS
    for word in words:
        drawn = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=_BITS // 8).digest(), "big")
        for bit in range(_BITS):
            votes[bit] += 1 if drawn >> bit & 1 else -1
    return sum(1 << bit for bit, vote in enumerate(votes) if vote > 0)


def distance(one: int, other: int) -> int:
    """In how many bits two hashes differ."""
    return (one ^ other).bit_count()


def number_hashes(text: str) -> set[int]:
    """Short hashes (32 bits) of the numbers of three digits and more in a text, whatever digits they are written in."""
    return {
        int.from_bytes(hashlib.blake2b(number.encode(), digest_size=4).digest(), "big")
        for number in _NUMBER.findall(western_digits(text))
    }
