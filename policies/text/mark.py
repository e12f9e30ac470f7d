"""A text's mark: sixty-four bits by which it is known again when a few of its words have changed, and nothing else.

A simhash (M. Charikar, 2002) over keyed hashes of its different words and pairs of neighbours: without the key nobody can try
words against it, and with it no text can be read out of it.
"""

import itertools
import re
from hashlib import blake2b

import numpy as np

from policies.text.canonical import folded

# Of 64 bits; two unlike texts differ in about 32.
_NEAR = 8
_BITS = 64
_WORD = re.compile(r"[^\W_]+")


def canonical_text(text: str) -> str:
    """The words of a text whatever its signs, spaces, case and letter forms are."""
    return " ".join(_WORD.findall(folded(text)))


def words_mark(canonical_words: str, key: bytes) -> str:
    """The mark of a canonical text, 16 hexadecimal digits; "" when it holds no word. `key`: up to 64 bytes."""
    words = canonical_words.split()
    if not words:
        return ""
    features = {*words, *(f"{one} {other}" for one, other in itertools.pairwise(words))}
    hashes = b"".join(blake2b(feature.encode(), digest_size=8, key=key).digest() for feature in features)
    bits = np.unpackbits(np.frombuffer(hashes, np.uint8).reshape(-1, 8), axis=1)
    return np.packbits(bits.sum(axis=0) * 2 > len(features)).tobytes().hex()


def same_words(one: str, other: str) -> bool:
    """Whether two marks are of one text, a few words apart."""
    return distance(one, other) <= _NEAR


def distance(one: str, other: str) -> int:
    """In how many bits two marks of the same length differ; all of them when one is none."""
    if not one or len(one) != len(other):
        return _BITS
    return (int(one, 16) ^ int(other, 16)).bit_count()


def bands(mark: str) -> tuple[int, int, int, int]:
    """A mark in four parts of 16 bits: marks of one text mostly share at least one, others hardly ever."""
    one, two, three, four = (int(mark[start : start + 4], 16) for start in range(0, 16, 4))
    return one, two, three, four
