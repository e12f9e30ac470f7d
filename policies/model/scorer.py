"""The linear model at work: from a reading to one probability a clause, and what each word adds to it.

A remembered word carries the sums of its own features for every block, so a message costs a look-up a word, one sum
over rows, look-ups for its pairs, and one sum over a square table of roles.
"""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from policies.lexicon.matcher import Lexicon
from policies.model.features import BLOCKS, char_features, shape_flags
from policies.model.reading import Reader, Reading, Word
from policies.model.weights import Block, Floats, Weights

# Blocks of which a word carries its own part; pairs and the rest are added message by message.
_OF_WORDS = ("chars", "words", "sounds", "thread")
_REMEMBERED_THREADS = 2000


class Scorer:
    """Scores texts by trained weights. One a process; not for several threads at once."""

    def __init__(self, weights: Weights, lexicon: Lexicon) -> None:
        self._weights = weights
        self._width = len(weights.bias) + 1
        self._table = np.zeros((4096, len(_OF_WORDS) * self._width), dtype=np.float32)
        self.reader = Reader(lexicon, on_new=self._remember)
        self._roles = _Roles(weights.blocks["roles"], weights.blocks["role_pairs"], lexicon, self._width)
        self._pairs = _Pairs(weights.blocks["sound_pairs"], self._width)
        self._floors = np.array([[weights.blocks[name].floor] for name in BLOCKS], dtype=np.float32)
        self._flag_sums: dict[tuple[str, ...], Floats] = {}
        self._thread_sums: dict[str, Floats] = {}

    def logits(
        self, text: str, reading: Reading, *, thread: Sequence[str] = (), forwarded: bool = False
    ) -> Floats:
        """The calibrated logit of each clause, in the order of the weights' clauses."""
        weights, width = self._weights, self._width
        sums = np.zeros((len(BLOCKS), width), dtype=np.float32)
        if reading.words:
            # A repeated word counts once.
            numbers = list(dict.fromkeys([word.number for word in reading.words]))
            rows = self._table[numbers].sum(axis=0)
            sums[:3] = rows[: 3 * width].reshape(3, width)
            sums[3] = self._pairs.sums(reading.sounds)
        self._roles.add(sums[4:6], {match.entry for match in reading.matches})
        flags = shape_flags(
            reading.spelt,
            repairs=reading.repairs,
            forwarded=forwarded,
            answering=bool(thread),
            manner=reading.manner,
            text=text,
        )
        sums[7] = self._of_flags(tuple(flags))
        for before in thread:
            sums[6] += self._of_thread(before)
        scored = sums[:, :-1] / np.sqrt(sums[:, -1:] + self._floors)
        return np.asarray(weights.fusion @ (scored.sum(axis=0) + weights.bias) + weights.offset)

    def roles(self, reading: Reading) -> set[str]:
        """The roles (and concepts, as `c:…`) that occur in a reading."""
        return {role for match in reading.matches for role in self._roles.of_entry[match.entry]}

    def word_parts(self, reading: Reading, clauses: Sequence[int]) -> list[list[float]]:
        """What each word adds to the score of some clauses: its letters, itself, its sound and its roles."""
        words, width = reading.words, self._width
        rows = self._table[[word.number for word in words], : 3 * width].reshape(len(words), 3, width)
        lengths = np.sqrt(rows[:, :, -1].sum(axis=0) + self._floors[:3, 0])
        parts: list[list[float]] = (rows[:, :, clauses] / lengths[:, None]).sum(axis=1).T.tolist()
        worth = self._roles.worth
        for match in reading.matches:
            of_entry, share = worth[match.entry], 1 / (match.last - match.first)
            for row, clause in zip(parts, clauses, strict=True):
                for place in range(match.first, match.last):
                    row[place] += of_entry[clause] * share
        return parts

    def _of_thread(self, text: str) -> Floats:
        """The sums of one of the texts before; the last ones are remembered, since each is before several messages."""
        known = self._thread_sums.get(text)
        if known is None:
            if len(self._thread_sums) >= _REMEMBERED_THREADS:
                self._thread_sums.clear()
            reading = self.reader.read(text)
            known = self._sum(self._weights.blocks["thread"], self._thread_roles(reading))
            if reading.words:
                known = known + self._table[[word.number for word in reading.words], 3 * self._width :].sum(
                    axis=0
                )
            self._thread_sums[text] = known
        return known

    def _thread_roles(self, reading: Reading) -> list[str]:
        return [f"r:{role}" for role in sorted(self.roles(reading))]

    def _of_flags(self, flags: tuple[str, ...]) -> Floats:
        known = self._flag_sums.get(flags)
        if known is None:
            known = self._flag_sums[flags] = self._sum(self._weights.blocks["flags"], flags)
        return known

    def _remember(self, word: Word) -> None:
        if word.number >= len(self._table):
            grown = np.zeros((2 * len(self._table), self._table.shape[1]), dtype=np.float32)
            grown[: len(self._table)] = self._table
            self._table = grown
        blocks = self._weights.blocks
        self._table[word.number] = np.concatenate(
            (
                self._sum(blocks["chars"], char_features(word.canonical)),
                self._sum(blocks["words"], (word.canonical,)),
                self._sum(blocks["sounds"], (word.sound,)),
                self._sum(blocks["thread"], (word.sound,)),
            )
        )

    def _sum(self, block: Block, features: Iterable[str]) -> Floats:
        place = block.place
        found = [place.get(feature, -1) for feature in features]
        rows = [row for row in found if row >= 0]
        total = block.rows[rows].sum(axis=0) if rows else np.zeros(self._width, dtype=np.float32)
        total[-1] += block.unknown * (len(found) - len(rows))
        return np.asarray(total)


class _Roles:
    """The blocks of roles as tables: one row a concept, one a role, one a pair of roles."""

    def __init__(self, block: Block, pair_block: Block, lexicon: Lexicon, width: int) -> None:
        self.of_entry = [(f"c:{entry.concept}", *entry.roles) for entry in lexicon.entries]
        names = sorted({role for entry in lexicon.entries for role in entry.roles})
        place = {name: number for number, name in enumerate(names)}
        self._numbers = [tuple(place[role] for role in entry.roles) for entry in lexicon.entries]
        self._count = len(names)

        def row(feature: str) -> Floats:
            known = block.place.get(feature)
            if known is not None:
                return np.asarray(block.rows[known])
            stranger = np.zeros(width, dtype=np.float32)
            stranger[-1] = block.unknown
            return stranger

        self._concepts = np.array([row(f"c:{entry.concept}") for entry in lexicon.entries])
        self._singles = np.array([row(name) for name in names])
        pairs = np.zeros((len(names), len(names), width), dtype=np.float32)
        pairs[(*np.triu_indices(len(names), 1), -1)] = pair_block.unknown
        for feature, number in pair_block.place.items():
            one, _, other = feature.partition("+")
            if one in place and other in place:
                pairs[place[one], place[other]] = pair_block.rows[number]
        self._pairs = pairs.reshape(len(names) ** 2, width)
        # What a concept and its roles say for an output by themselves, as a share of the whole text's score.
        self.worth: list[list[float]] = [
            ((self._concepts[entry] + self._singles[list(numbers)].sum(axis=0)) / 4).tolist()
            for entry, numbers in enumerate(self._numbers)
        ]

    def add(self, sums: Floats, entries: set[int]) -> None:
        """Add what the entries of a text are worth to its sums of roles (row 0) and of pairs of roles (row 1)."""
        if not entries:
            return
        roles = np.array(
            sorted({number for entry in entries for number in self._numbers[entry]}), dtype=np.intp
        )
        sums[0] += self._concepts[list(entries)].sum(axis=0) + self._singles[roles].sum(axis=0)
        if len(roles) > 1:
            squares = (roles[:, None] * self._count + roles).ravel()
            sums[1] += self._pairs[squares].sum(axis=0)


class _Pairs:
    """The block of neighbouring sounds, looked up by the numbers of the two: no string is built on the way of a message."""

    def __init__(self, block: Block, width: int) -> None:
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
        self._unknown = block.unknown
        self._none = np.zeros(width, dtype=np.float32)

    def sums(self, sounds: list[str]) -> Floats:
        """The block's sums for the sounds of a text, its borders taking part."""
        stranger, base, place = self._base - 1, self._base, self._place
        get = self._number.get
        numbers = [0, *[get(sound, stranger) for sound in sounds], 1]
        found = [place.get(one * base + other) for one, other in itertools.pairwise(numbers)]
        rows = [row for row in found if row is not None]
        total = self._rows[rows].sum(axis=0) if rows else self._none.copy()
        total[-1] += self._unknown * (len(found) - len(rows))
        return np.asarray(total)
