"""Finding the lexicon's concepts in canonical words.

What one word means is looked up once and remembered by its caller; phrases are tried only from words that begin one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.lexicon.entries import Entry, Form
from policies.text.key import key

_ENDINGS = ("'s", "s", "es", "ed", "d", "ing", "ers", "er")
_SHORTEST_STEM = 4


@dataclass(frozen=True, slots=True)
class Match:
    """A concept found: words `first` to `last` (exclusive), and the place of its entry in the lexicon."""

    first: int
    last: int
    entry: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    keys: tuple[str, ...]  # empty when only the letters count
    open_end: bool
    inflects: bool
    entry: int


class Lexicon:
    """All entries of a pack, ready to match."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: list[Entry] = list(entries)
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._stems: dict[str, set[int]] = defaultdict(set)
        self._open: dict[str, set[int]] = defaultdict(set)
        self._sounds: dict[str, set[int]] = defaultdict(set)
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        self._phrase_sounds: dict[str, list[_Phrase]] = defaultdict(list)
        for number, entry in enumerate(self.entries):
            for form in entry.forms:
                self._add(number, form)

    def _add(self, number: int, form: Form) -> None:
        if len(form.words) > 1:
            keys = tuple(key(word) for word in form.words) if form.sound else ()
            phrase = _Phrase(form.words, keys, form.open_end, form.inflects, number)
            self._phrases[form.words[0]].append(phrase)
            if keys:
                self._phrase_sounds[keys[0]].append(phrase)
            return
        word = form.words[0]
        if form.open_end:
            self._open[word].add(number)
            return
        self._exact[word].add(number)
        if form.inflects:
            self._stems[word].add(number)
        if form.sound:
            self._sounds[key(word)].add(number)

    def of_word(self, word: str, sound: str) -> tuple[int, ...]:
        """The entries that a single word stands for; `sound` is its key."""
        found = set(self._exact.get(word, ()))
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM - 1:
                stem = word.removesuffix(ending)
                found |= self._stems.get(stem, set())
                if ending in {"ed", "es", "ing", "er", "ers"}:
                    found |= self._stems.get(stem + "e", set())
        for length in range(_SHORTEST_STEM, len(word) + 1):
            found |= self._open.get(word[:length], set())
        if not found and sound:
            found |= self._sounds.get(sound, set())
        return tuple(sorted(found))

    def begins_phrase(self, word: str, sound: str) -> bool:
        """Whether a phrase may begin with this word."""
        return word in self._phrases or sound in self._phrase_sounds

    def phrases_at(self, first: int, words: Sequence[str], sounds: Sequence[str]) -> list[Match]:
        """The phrases that begin at one word."""
        found = [
            Match(first, first + len(phrase.words), phrase.entry)
            for phrase in self._phrases.get(words[first], ())
            if _spelt(phrase, words, first)
        ]
        seen = {match.entry for match in found}
        found += [
            Match(first, first + len(phrase.keys), phrase.entry)
            for phrase in self._phrase_sounds.get(sounds[first], ())
            if phrase.entry not in seen and tuple(sounds[first : first + len(phrase.keys)]) == phrase.keys
        ]
        return found


def _spelt(phrase: _Phrase, words: Sequence[str], first: int) -> bool:
    here = words[first : first + len(phrase.words)]
    if len(here) < len(phrase.words) or tuple(here[:-1]) != phrase.words[:-1]:
        return False
    last, wanted = here[-1], phrase.words[-1]
    if last == wanted or (phrase.open_end and last.startswith(wanted)):
        return True
    return phrase.inflects and any(last == wanted + ending for ending in _ENDINGS)
