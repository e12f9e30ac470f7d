"""The record: entries chained by hash from the first, one chain a room, so that none can be changed or taken out.

`hash` is SHA-256 over the canonical JSON of the entry with the hash before it; the first follows `GENESIS`.
Entries hold ids, clause ids, counts and times, never text or names: erasing a text does not break the chain.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One entry as it is kept and exported. `at` is ISO 8601 in UTC, `facts` canonical JSON."""

    chain: str
    n: int
    at: str
    entry: str
    facts: str
    previous: str
    hash: str


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: the same facts give the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _hash(chain: str, n: int, at: str, entry: str, facts: str, previous: str) -> str:
    return hashlib.sha256(canonical_json([chain, n, at, entry, facts, previous]).encode()).hexdigest()


def make_entry(
    chain: str, n: int, at: datetime, entry: str, facts: Mapping[str, object], previous: str
) -> JournalEntry:
    """The `n`th entry of a chain, after the one whose hash is `previous`."""
    stamp = at.isoformat()
    packed = canonical_json(facts)
    return JournalEntry(
        chain, n, stamp, entry, packed, previous, _hash(chain, n, stamp, entry, packed, previous)
    )


def first_broken(entries: list[JournalEntry]) -> int | None:
    """The number of the first entry that does not follow from the one before it; None when the chain holds."""
    previous = GENESIS
    for expected, entry in enumerate(entries, 1):
        right = _hash(entry.chain, entry.n, entry.at, entry.entry, entry.facts, previous)
        if entry.n != expected or entry.previous != previous or entry.hash != right:
            return expected
        previous = entry.hash
    return None
