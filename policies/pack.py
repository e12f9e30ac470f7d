"""A policy pack: one instrument of the law as data: clauses, citations, thresholds, lexicon and model."""

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from policies.lexicon.compiled import load_entries
from policies.lexicon.matcher import Lexicon
from policies.model.weights import Weights, load_weights


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that the instrument forbids. Probabilities of `warn` and more are said, of `note` and more kept.

    `cite` is how the clause is cited; the thresholds follow from the pack's costs.
    """

    id: str
    cite: str
    warn: float
    note: float


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything the judge goes by. In force from `since` to `until` (both inclusive; None: still).

    `admin_liable`: whether the instrument makes the admin of a group answerable for what others post there.
    """

    id: str
    title: str
    since: date
    until: date | None
    admin_liable: bool
    clauses: tuple[Clause, ...]
    lexicon: Lexicon
    weights: Weights

    def in_force_on(self, day: date) -> bool:
        """Whether a message sent on that day falls under this instrument."""
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def version(self) -> str:
        """Which pack and model say so."""
        return f"{self.id}+{self.weights.version}"


def packs_folder() -> Path:
    """Where the packs are."""
    return Path(str(files("policies"))) / "packs"


def pack_ids() -> list[str]:
    """The packs there are, by id."""
    return sorted(path.parent.name for path in packs_folder().glob("*/pack.toml"))


def pack_folder(ident: str) -> Path:
    """A pack's folder. Raises ValueError naming the packs there are."""
    if ident not in pack_ids():
        raise ValueError(f"no such pack; there are: {', '.join(pack_ids())}")
    return packs_folder() / ident


def read_citations(ident: str) -> dict[str, str]:
    """How each clause of a pack is cited, by its id; nothing else of the pack is loaded."""
    found = tomllib.loads((pack_folder(ident) / "pack.toml").read_text(encoding="utf-8"))
    return {clause: str(values["cite"]) for clause, values in found["clauses"].items()}


def load_lexicon(ident: str) -> Lexicon:
    """A pack's lexicon. Raises LexiconError for a bad line."""
    return Lexicon(load_entries(pack_folder(ident)))


def _threshold(costs: dict[str, float]) -> float:
    """The probability from which saying it costs less than not saying it."""
    return costs["false"] / (costs["false"] + costs["missed"])


def load_packs() -> dict[str, Pack]:
    """All packs by id; those that read by another's lexicon and model share them. Raises ValueError for a broken one."""
    read: dict[str, tuple[Lexicon, Weights]] = {}
    return {ident: _load(ident, read) for ident in pack_ids()}


def load_pack(ident: str) -> Pack:
    """A pack, whole. Raises ValueError for an unknown or broken one."""
    pack_folder(ident)
    return _load(ident, {})


def _load(ident: str, read: dict[str, tuple[Lexicon, Weights]]) -> Pack:
    described: dict[str, Any] = tomllib.loads((pack_folder(ident) / "pack.toml").read_text(encoding="utf-8"))
    warn, note = (_threshold(described["costs"][what]) for what in ("warning", "note"))
    clauses = tuple(
        Clause(clause, str(told["cite"]), warn, note) for clause, told in described["clauses"].items()
    )
    source = str(described.get("reads", ident))
    if source not in read:
        read[source] = (load_lexicon(source), load_weights((pack_folder(source) / "model.npz").read_bytes()))
    lexicon, weights = read[source]
    if not {clause.id for clause in clauses} <= set(weights.clauses):
        raise ValueError(f"pack {ident}: the model was trained for other clauses; run: make model")
    return Pack(
        id=ident,
        title=str(described["title"]),
        since=described["since"],
        until=described.get("until"),
        admin_liable=bool(described["admin_liable"]),
        clauses=clauses,
        lexicon=lexicon,
        weights=weights,
    )
