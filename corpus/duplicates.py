"""Finds duplicates and near-duplicates within the corpus and between it and other sets: `python -m corpus.duplicates [FILE…]`.

Two messages are near-duplicates when their runs of consonants (by sound, so spelling does not hide it) overlap by more
than `LIKENESS` (Jaccard). Messages of fewer than `SHORTEST` words are passed over: many people say "noted sir".
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.lines import HERE, Line, read_lines
from policies.text.canonical import canonical
from policies.text.key import key

LIKENESS = 0.5
SHORTEST = 5
_RUN = 5
# A run that so many messages share tells nothing of their likeness.
_COMMON = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """Two messages that are too alike, by their ids, and how alike (0.0 to 1.0)."""

    one: str
    other: str
    likeness: float


def shingles(text: str) -> frozenset[str]:
    """Runs of five consonants of a text, over its words' borders; empty for a text that is too short to compare."""
    sounds = [key(word).rstrip("-") for word in canonical(text).words]
    if len(sounds) < SHORTEST:
        return frozenset()
    joined = "".join(sounds)
    return frozenset(joined[place : place + _RUN] for place in range(len(joined) - _RUN + 1))


def near_duplicates(lines: Sequence[Line], others: Sequence[Line] = ()) -> Iterator[Pair]:
    """Pairs among `lines`, and between `lines` and `others` (never among `others`)."""
    # The same short answer means another thing behind other texts: what was said before belongs to the message.
    parts = [shingles(" ".join((*line.thread, line.text))) for line in (*lines, *others)]
    names = [line.id for line in (*lines, *others)]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, part in enumerate(parts):
        for shingle in part:
            holders[shingle].append(place)
    for place, part in enumerate(parts[: len(lines)]):
        shared: Counter[int] = Counter()
        for shingle in part:
            if len(holders[shingle]) <= _COMMON:
                shared.update(other for other in holders[shingle] if other > place)
        for other, least in shared.items():
            if least >= 2:
                common = len(part & parts[other])
                likeness = common / (len(part) + len(parts[other]) - common)
                if likeness > LIKENESS:
                    yield Pair(names[place], names[other], likeness)


def corpus_files() -> list[Path]:
    """All files of the corpus."""
    return sorted(HERE.glob("*/*.jsonl"))


def main() -> int:
    """Print the pairs; 1 when there are any."""
    others = [Path(name) for name in sys.argv[1:]]
    pairs = list(near_duplicates(read_lines(corpus_files()), read_lines(others) if others else ()))
    for pair in pairs:
        print(f"{pair.likeness:.2f}  {pair.one}  {pair.other}")
    print(f"{len(pairs)} pairs of near-duplicates")
    return 1 if pairs else 0


if __name__ == "__main__":
    sys.exit(main())
