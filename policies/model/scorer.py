"""The linear model at work: from a reading to one probability a clause, and what each word adds to it.

A remembered word carries the sums of its own features for every block, so a message costs a look-up a word, one sum
over rows, look-ups for its pairs, and one sum over a square table of roles.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from policies.lexicon.matcher import Lexicon
from policies.model.features import BLOCKS, Shape, char_features, shape_flags, shape_of
from policies.model.reading import Reader, Reading, Word
from policies.model.weights import Block, Floats, Named, Weights

# Blocks of which a word carries its own part; pairs and the rest are added message by message.
_OF_WORDS = ("chars", "words", "sounds", "thread")
_REMEMBERED_THREADS = 2000


class Scorer:
    """Scores texts by trained weights. One a process; not for several threads at once."""

    def __init__(self, weights: Weights, lexicon: Lexicon) -> None:
        self._width = len(weights.bias) + 1
        self._blocks = {name: _with_stranger(block) for name, block in weights.blocks.items()}
        self._bias = weights.bias
        self._fusion = weights.fusion
        self._table = np.zeros((4096, len(_OF_WORDS) * self._width), dtype=np.float32)
        self.reader = Reader(lexicon, on_new=self._remember)
        self._roles = _Roles(
            self._blocks["roles"], self._blocks["role_pairs"], weights.fusion.roles, lexicon, self._width
        )
        self._pairs = _Pairs(self._blocks["sound_pairs"])
        self._floors = np.array([self._blocks[name].floor for name in BLOCKS], dtype=np.float32)
        # A block of which a text has nothing must not divide by nothing.
        self._floors = np.maximum(self._floors, np.float32(1e-6))
        self._flags_hidden = dict(zip(weights.fusion.flags.names, weights.fusion.flags.rows, strict=True))
        self._shape_sums: dict[Shape, tuple[Floats, Floats]] = {}
        self._thread_sums: dict[str, Floats] = {}

    def score(
        self, text: str, reading: Reading, *, thread: Sequence[str] = (), forwarded: bool = False
    ) -> "Scores":
        """The calibrated logit of each clause, in the order of the weights' clauses."""
        width = self._width
        sums = np.zeros((len(BLOCKS), width), dtype=np.float32)
        # A repeated word counts once.
        numbers = list(dict.fromkeys([word.number for word in reading.words]))
        rows = np.add.reduce(self._table.take(numbers, 0), 0)
        sums[:3] = rows[: 3 * width].reshape(3, width)
        self._pairs.add(sums[3], reading.sounds)
        hidden_of_roles = self._roles.add(sums[4:6], {entry for _, _, entry in reading.matches})
        shape = shape_of(reading, text, answering=bool(thread), forwarded=forwarded)
        sums[7], hidden_of_shape = self._of_shape(shape)
        for before in thread:
            sums[6] += self._of_thread(before)
        weighed = 1.0 / np.sqrt(sums[:, -1] + self._floors)
        outputs = weighed @ sums[:, :-1] + self._bias
        hidden = outputs @ self._fusion.of_scores + hidden_of_shape
        if hidden_of_roles is not None:
            hidden += hidden_of_roles
        return Scores(np.maximum(hidden, 0.0) @ self._fusion.output + self._fusion.offset, weighed)

    def roles(self, reading: Reading) -> set[str]:
        """The roles (and concepts, as `c:…`) that occur in a reading."""
        of_entry = self._roles.of_entry
        return {role for _, _, entry in reading.matches for role in of_entry[entry]}

    def word_parts(self, reading: Reading, scores: "Scores", clauses: Sequence[int]) -> list[list[float]]:
        """What each word adds to the score of some clauses: its letters, itself, its sound and its roles."""
        width = self._width
        rows = self._table.take([word.number for word in reading.words], 0)
        letters, word, sound = scores.weighed[:3].tolist()
        parts: list[list[float]] = [
            (
                rows[:, clause] * letters
                + rows[:, width + clause] * word
                + rows[:, 2 * width + clause] * sound
            ).tolist()
            for clause in clauses
        ]
        worth = self._roles.worth
        for first, last, entry in reading.matches:
            of_entry, share = worth[entry], 1 / (last - first)
            for row, clause in zip(parts, clauses, strict=True):
                for place in range(first, last):
                    row[place] += of_entry[clause] * share
        return parts

    def _of_thread(self, text: str) -> Floats:
        """The sums of one of the texts before; the last ones are remembered, since each is before several messages."""
        known = self._thread_sums.get(text)
        if known is None:
            if len(self._thread_sums) >= _REMEMBERED_THREADS:
                self._thread_sums.clear()
            reading = self.reader.read(text)
            known = self._sum(self._blocks["thread"], [f"r:{role}" for role in sorted(self.roles(reading))])
            if reading.words:
                numbers = [word.number for word in reading.words]
                known = known + np.add.reduce(self._table.take(numbers, 0), 0)[3 * self._width :]
            self._thread_sums[text] = known
        return known

    def _of_shape(self, shape: Shape) -> tuple[Floats, Floats]:
        """A shape's sums in its block, and what it adds to the hidden units, their bias included."""
        known = self._shape_sums.get(shape)
        if known is None:
            flags = shape_flags(shape)
            hidden = [self._flags_hidden[flag] for flag in flags if flag in self._flags_hidden]
            known = (
                self._sum(self._blocks["flags"], flags),
                np.sum([self._fusion.bias, *hidden], axis=0, dtype=np.float32),
            )
            self._shape_sums[shape] = known
        return known

    def _remember(self, word: Word) -> None:
        if word.number >= len(self._table):
            grown = np.zeros((2 * len(self._table), self._table.shape[1]), dtype=np.float32)
            grown[: len(self._table)] = self._table
            self._table = grown
        blocks, width = self._blocks, self._width
        row = self._table[word.number]
        row[:width] = self._sum(blocks["chars"], char_features(word.canonical))
        row[width : 2 * width] = blocks["words"].row(word.canonical)
        row[2 * width : 3 * width] = blocks["sounds"].row(word.sound)
        row[3 * width :] = blocks["thread"].row(word.sound)

    def _sum(self, block: "_Known", features: Sequence[str]) -> Floats:
        rows = [row for row in map(block.place.get, features) if row is not None]
        total = np.add.reduce(block.rows.take(rows, 0), 0) if rows else np.zeros(self._width, np.float32)
        total[-1] += block.stranger[-1] * (len(features) - len(rows))
        return np.asarray(total)


class Scores(NamedTuple):
    """The logits of the clauses, and what a block's sums were multiplied with, in the order of the blocks."""

    logits: Floats
    weighed: Floats


@dataclass(frozen=True, slots=True)
class _Known:
    """A block with the row of a feature that it does not hold: `stranger`."""

    place: Mapping[str, int]
    rows: Floats
    stranger: Floats
    floor: float

    def row(self, feature: str) -> Floats:
        known = self.place.get(feature)
        return self.stranger if known is None else np.asarray(self.rows[known])


def _with_stranger(block: Block) -> _Known:
    stranger = np.zeros(block.rows.shape[1], dtype=np.float32)
    stranger[-1] = block.unknown
    return _Known(block.place, block.rows, stranger, block.floor)


class _Roles:
    """The blocks of roles as tables: one row a concept, one a role, one a pair of roles."""

    def __init__(
        self, block: _Known, pair_block: _Known, hidden: Named, lexicon: Lexicon, width: int
    ) -> None:
        self.of_entry = [(f"c:{entry.concept}", *entry.roles) for entry in lexicon.entries]
        names = sorted({role for entry in lexicon.entries for role in entry.roles})
        place = {name: number for number, name in enumerate(names)}
        self._numbers = [tuple(place[role] for role in entry.roles) for entry in lexicon.entries]
        self._count = len(names)
        # One table: first the concepts, then the roles.
        self._first_role = len(lexicon.entries)
        self._singles = np.array(
            [*(block.row(f"c:{entry.concept}") for entry in lexicon.entries), *map(block.row, names)]
        )
        pairs = np.zeros((len(names), len(names), width), dtype=np.float32)
        pairs[(*np.triu_indices(len(names), 1), -1)] = pair_block.stranger[-1]
        for feature, number in pair_block.place.items():
            one, _, other = feature.partition("+")
            if one in place and other in place:
                pairs[place[one], place[other]] = pair_block.rows[number]
        self._pairs = pairs.reshape(len(names) ** 2, width)
        known = dict(zip(hidden.names, hidden.rows, strict=True))
        nothing = np.zeros(hidden.rows.shape[1], dtype=np.float32)
        self._hidden = np.array([known.get(name, nothing) for name in names])
        # What a concept and its roles say for a clause by themselves, as a share of the whole text's score.
        self.worth: list[list[float]] = [
            (
                self._singles[[entry, *(self._first_role + number for number in numbers)]].sum(axis=0) / 4
            ).tolist()
            for entry, numbers in enumerate(self._numbers)
        ]

    def add(self, sums: Floats, entries: set[int]) -> Floats | None:
        """Add what the entries of a text are worth to its sums of roles (row 0) and of pairs of roles (row 1).

        Returns what their roles add to the hidden units of the fusion, None for nothing.
        """
        if not entries:
            return None
        numbers, first, count = self._numbers, self._first_role, self._count
        roles = sorted({number for entry in entries for number in numbers[entry]})
        sums[0] += np.add.reduce(self._singles.take([*entries, *[first + role for role in roles]], 0), 0)
        if len(roles) > 1:
            pairs = [one * count + other for one, other in itertools.combinations(roles, 2)]
            sums[1] += np.add.reduce(self._pairs.take(pairs, 0), 0)
        return np.asarray(np.add.reduce(self._hidden.take(roles, 0), 0))


class _Pairs:
    """The block of neighbouring sounds, looked up by the numbers of the two: no string is built on the way of a message."""

    def __init__(self, block: _Known) -> None:
        self._number = {"^": 0, "$": 1}
        self._place: dict[int, int] = {}
        pairs = [feature.split(" ") for feature in block.place]
        for pair in pairs:
            for sound in pair:
                self._number.setdefault(sound, len(self._number))
        self._base = len(self._number) + 1
        self._place = {
            self._number[one] * self._base + self._number[other]: row
            for (one, other), row in zip(pairs, block.place.values(), strict=True)
        }
        self._rows = block.rows
        self._unknown = float(block.stranger[-1])

    def add(self, sums: Floats, sounds: list[str]) -> None:
        """Add to the block's sums those of the sounds of a text, its borders taking part."""
        stranger, base, place = self._base - 1, self._base, self._place
        get = self._number.get
        numbers = [0, *[get(sound, stranger) for sound in sounds], 1]
        found = [place.get(one * base + other) for one, other in itertools.pairwise(numbers)]
        rows = [row for row in found if row is not None]
        if rows:
            sums += np.add.reduce(self._rows.take(rows, 0), 0)
        sums[-1] += self._unknown * (len(found) - len(rows))
