"""Training's view of the features: the same names as policies/model/features.py, counted into sparse matrices."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from corpus.lines import Line
from policies.lexicon.matcher import Lexicon
from policies.model.features import BLOCKS, char_features, pair_features, role_pairs, shape_flags, shape_of
from policies.model.reading import Reader

Counted = dict[str, Counter[str]]
Doubles = NDArray[np.float64]

# A feature seen in fewer lines than this is left out.
_LEAST = {
    "chars": 4,
    "words": 3,
    "sounds": 3,
    "sound_pairs": 3,
    "roles": 2,
    "role_pairs": 3,
    "thread": 3,
    "flags": 2,
}
# How much each block weighs beside the others, before training: found by trying on corpus/check.
SCALE = {
    "chars": 0.9,
    "words": 0.9,
    "sounds": 0.8,
    "sound_pairs": 1.4,
    "roles": 0.9,
    "role_pairs": 0.3,
    "thread": 0.7,
    "flags": 0.2,
}
# The share of a block's mean length that is added to every text's.
FLOOR = 0.7


class Extractor:
    """Counts the features of lines, by name."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._reader = Reader(lexicon)
        self._roles_of = [(f"c:{entry.concept}", *entry.roles) for entry in lexicon.entries]

    def count(self, line: Line) -> Counted:
        """The features of one line, block by block."""
        reading = self._reader.read(line.text)
        sounds = reading.sounds
        roles = {role for _, _, entry in reading.matches for role in self._roles_of[entry]}
        concepts = {role for role in roles if role.startswith("c:")}
        flags = shape_flags(shape_of(reading, line.text, answering=bool(line.thread), forwarded=False))
        # A repeated word counts once; two surfaces of one word (Vote, vote) are two, as they are for the judge.
        distinct = list({word.number: word for word in reading.words}.values())
        return {
            "chars": Counter(gram for word in distinct for gram in char_features(word.canonical)),
            "words": Counter(word.canonical for word in distinct),
            "sounds": Counter(word.sound for word in distinct),
            "sound_pairs": Counter(pair_features(sounds)),
            "roles": Counter(roles),
            "role_pairs": Counter(role_pairs(roles - concepts)),
            "thread": Counter(self._of_thread(line.thread)),
            "flags": Counter(flags),
        }

    def _of_thread(self, thread: Sequence[str]) -> list[str]:
        features: list[str] = []
        for text in thread:
            reading = self._reader.read(text)
            features += reading.sounds
            roles = {role for _, _, entry in reading.matches for role in self._roles_of[entry]}
            features += [f"r:{role}" for role in sorted(roles)]
        return features


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that count, block by block, with their idf.

    A feature that was not kept adds nothing but its length: a text of unknown words is a text of which little is known.
    """

    place: dict[str, dict[str, int]]
    idf: dict[str, Doubles]
    floor: dict[str, float]  # added to a text's squared length
    unknown: dict[str, float]  # the idf of a feature that training has not kept


def make_vocabulary(counted: Sequence[Counted]) -> Vocabulary:
    """The features seen often enough, in alphabetical order, so that the same lines give the same model."""
    place, idf = {}, {}
    for block in BLOCKS:
        seen: Counter[str] = Counter()
        for line in counted:
            seen.update(line[block].keys())
        names = sorted(name for name, lines in seen.items() if lines >= _LEAST[block] and "\n" not in name)
        place[block] = {name: row for row, name in enumerate(names)}
        lines = np.array([seen[name] for name in names], dtype=np.float64)
        idf[block] = np.log((1 + len(counted)) / (1 + lines)) + 1
    unknown = {block: float(np.log((1 + len(counted)) / 2) + 1) for block in BLOCKS}
    bare = Vocabulary(place, idf, dict.fromkeys(BLOCKS, 0.0), unknown)
    floor = {
        block: (FLOOR * float(np.mean([_length(line, block, bare) for line in counted]))) ** 2
        for block in BLOCKS
    }
    return replace(bare, floor=floor)


def _length(line: Counted, block: str, vocabulary: Vocabulary) -> float:
    """The length of a line's block, the floor included."""
    place, idf = vocabulary.place[block], vocabulary.idf[block]
    squared = sum(
        times * (idf[place[name]] if name in place else vocabulary.unknown[block]) ** 2
        for name, times in line[block].items()
    )
    return float(np.sqrt(squared + vocabulary.floor[block]))


def make_matrix(
    counted: Sequence[Counted], vocabulary: Vocabulary, blocks: Sequence[str] = BLOCKS
) -> csr_matrix:
    """One row a line: counts times idf, each block brought to length one, times its scale."""
    parts = []
    for block in blocks:
        place, idf = vocabulary.place[block], vocabulary.idf[block]
        indptr: list[int] = [0]
        indices: list[int] = []
        values: list[float] = []
        for line in counted:
            known = [(place[name], times) for name, times in line[block].items() if name in place]
            length = _length(line, block, vocabulary) or 1.0
            indices += [row for row, _ in known]
            values += [SCALE[block] * times * idf[row] / length for row, times in known]
            indptr.append(len(indices))
        parts.append(csr_matrix((values, indices, indptr), shape=(len(counted), len(place))))
    return hstack(parts).tocsr()
