"""Looking for many forms in many lines at once, errors allowed.

Myers's bit-vector algorithm ("A fast bit-vector algorithm for approximate string matching", Journal of the ACM 46,
1999) counts, letter by letter, the least number of errors with which a form ends there. A form is one 64-bit word, so
numpy takes all forms and all lines in one step: a page in some milliseconds, however many forms there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policies.papers.signs import Form

# Letters of a line that are looked at: more than a printed line holds.
_LONGEST_LINE = 200
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Nearest:
    """For each line and form: the least errors, and the letter after which they were first reached (lines, forms)."""

    errors: NDArray[np.int16]
    ends: NDArray[np.int16]


class FormSearch:
    """Forms, ready to be looked for."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self.lengths: NDArray[np.int16] = np.array([len(form.letters) for form in forms], dtype=np.int16)
        alphabet = sorted({letter for form in forms for letter in form.letters})
        self._places = {letter: place for place, letter in enumerate(alphabet, 1)}
        self._masks: NDArray[np.uint64] = np.zeros((len(alphabet) + 1, len(forms)), dtype=np.uint64)
        for number, form in enumerate(forms):
            for place, letter in enumerate(form.letters):
                self._masks[self._places[letter], number] |= _ONE << np.uint64(place)
        self._high = (self.lengths - 1).astype(np.uint64)

    def nearest(self, lines: Sequence[str]) -> Nearest:
        """The nearest places of all forms in the shapes of some lines."""
        size = (len(lines), len(self.lengths))
        width = min(_LONGEST_LINE, max((len(line) for line in lines), default=0))
        letters = np.zeros((width, len(lines)), dtype=np.intp)
        for number, line in enumerate(lines):
            for place, letter in enumerate(line[:width]):
                letters[place, number] = self._places.get(letter, 0)
        plus = np.full(size, ~np.uint64(0), dtype=np.uint64)
        minus = np.zeros(size, dtype=np.uint64)
        errors = np.broadcast_to(self.lengths, size).copy()
        least, ends = errors.copy(), np.zeros(size, dtype=np.int16)
        for place in range(width):
            same = self._masks[letters[place]]
            down = same & plus
            down += plus
            down ^= plus
            down |= same
            more = ~(down | plus)
            more |= minus
            fewer = plus & down
            errors += (more >> self._high & _ONE).astype(np.int16)
            errors -= (fewer >> self._high & _ONE).astype(np.int16)
            more <<= _ONE
            fewer <<= _ONE
            same |= minus
            np.bitwise_and(more, same, out=minus)
            more |= same
            np.bitwise_not(more, out=more)
            np.bitwise_or(fewer, more, out=plus)
            better = errors < least
            if better.any():
                least[better] = errors[better]
                ends[better] = place + 1
        return Nearest(least, ends)
