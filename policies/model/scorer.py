"""The linear model at work: from a reading to one probability a clause, and what each word adds to it."""

from collections.abc import Iterable, Sequence

import numpy as np

from policies.lexicon.matcher import Lexicon
from policies.model.features import char_features, role_features, shape_flags
from policies.model.reading import Reader, Reading, Word
from policies.model.weights import Block, Floats, Weights
from policies.text.manner import manner

# Blocks of which a word carries its own part; pairs and the rest are added message by message.
_OF_WORDS = ("chars", "words", "sounds")


class Scorer:
    """Scores texts by trained weights. One a process; not for several threads at once."""

    def __init__(self, weights: Weights, lexicon: Lexicon) -> None:
        self._weights = weights
        self._lexicon = lexicon
        self._width = len(weights.clauses) + 1
        self._table = np.zeros((4096, len(_OF_WORDS) * self._width), dtype=np.float32)
        self.reader = Reader(lexicon, on_new=self._remember)
        self._roles_of = [(f"c:{entry.concept}", *entry.roles) for entry in lexicon.entries]
        self._role_rows: dict[frozenset[str], Floats] = {}

    def logits(
        self, text: str, reading: Reading, *, thread: Sequence[str] = (), forwarded: bool = False
    ) -> Floats:
        """The calibrated logit of each clause, in the order of the weights' clauses."""
        weights = self._weights
        words = reading.words
        total = weights.bias.copy()
        if words:
            sums = (
                self._table[[word.number for word in words]].sum(axis=0).reshape(len(_OF_WORDS), self._width)
            )
            sums[1] += self._pairs(weights.blocks["words"], [word.canonical for word in words])
            sums[2] += self._pairs(weights.blocks["sounds"], [word.sound for word in words])
            total += self._normal(sums)
        total += self._normal(self._role_sums(reading))
        flags = shape_flags(
            [word.canonical for word in words],
            repairs={repair for word in words for repair in word.repairs},
            forwarded=forwarded,
            manner=manner(text),
            text=text,
        )
        total += self._normal(self._sum(weights.blocks["flags"], flags))
        if thread:
            total += self._normal(self._sum(weights.blocks["thread"], self.thread_features(thread)))
        return weights.slope * total + weights.offset

    def thread_features(self, thread: Sequence[str]) -> list[str]:
        """What is looked at of the texts before."""
        features: list[str] = []
        for text in thread:
            reading = self.reader.read(text)
            features += [word.sound for word in reading.words]
            features += [f"r:{role}" for role in sorted(self.roles(reading))]
        return features

    def roles(self, reading: Reading) -> set[str]:
        """The roles (and concepts, as `c:…`) that occur in a reading."""
        return {role for match in reading.matches for role in self._roles_of[match.entry]}

    def word_parts(self, reading: Reading, clause: int) -> Floats:
        """What each word adds to one clause's score: its letters, itself, its sound and its roles; shape (words,)."""
        words = reading.words
        if not words:
            return np.zeros(0, dtype=np.float32)
        rows = self._table[[word.number for word in words]].reshape(len(words), len(_OF_WORDS), self._width)
        lengths = np.sqrt(np.maximum(rows[:, :, -1].sum(axis=0), 1e-6))
        parts = (rows[:, :, clause] / lengths).sum(axis=1)
        block = self._weights.blocks["roles"]
        for match in reading.matches:
            for role in self._roles_of[match.entry]:
                row = block.place.get(role)
                if row is not None:
                    parts[match.first : match.last] += (
                        block.rows[row, clause] / 4 / (match.last - match.first)
                    )
        return np.asarray(parts, dtype=np.float32)

    def _role_sums(self, reading: Reading) -> Floats:
        roles = frozenset(self.roles(reading))
        known = self._role_rows.get(roles)
        if known is None:
            if len(self._role_rows) > 20_000:
                self._role_rows.clear()
            singles = [role for role in roles if not role.startswith("c:")]
            concepts = [role for role in roles if role.startswith("c:")]
            known = self._sum(self._weights.blocks["roles"], [*concepts, *role_features(singles)])
            self._role_rows[roles] = known
        return known

    def _remember(self, word: Word) -> None:
        if word.number >= len(self._table):
            grown = np.zeros((2 * len(self._table), self._table.shape[1]), dtype=np.float32)
            grown[: len(self._table)] = self._table
            self._table = grown
        blocks = self._weights.blocks
        parts = (
            self._sum(blocks["chars"], char_features(word.canonical)),
            self._sum(blocks["words"], (word.canonical,)),
            self._sum(blocks["sounds"], (word.sound,)),
        )
        self._table[word.number] = np.concatenate(parts)

    def _sum(self, block: Block, features: Iterable[str]) -> Floats:
        place = block.place
        found = [place.get(feature, -1) for feature in features]
        rows = [row for row in found if row >= 0]
        total = block.rows[rows].sum(axis=0) if rows else np.zeros(self._width, dtype=np.float32)
        total[-1] += block.unknown * (len(found) - len(rows))
        return np.asarray(total)

    def _pairs(self, block: Block, items: Sequence[str]) -> Floats:
        return self._sum(block, map(" ".join, zip(["^", *items], [*items, "$"], strict=True)))

    @staticmethod
    def _normal(sums: Floats) -> Floats:
        """The score of sums whose last column is the squared length: each block has length one."""
        scored = sums[..., :-1] / np.sqrt(np.maximum(sums[..., -1:], 1e-6))
        return np.asarray(scored.sum(axis=0) if scored.ndim == 2 else scored)
