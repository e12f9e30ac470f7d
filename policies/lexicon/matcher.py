"""Finding the lexicon's concepts in canonical words.

What one word means is looked up once and remembered by its caller. Phrases are found by one automaton over the
spelling of a whole text and one over its sound, however many phrases the lexicon has.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from policies.lexicon.entries import Entry, Form
from policies.text.key import looks_like
from policies.text.manner import SMALL_WORDS

_ENDINGS = ("'s", "s", "es", "ed", "d", "ing", "ers", "er")
_SHORTEST_STEM = 4


# A concept found: words `first` to `last` (exclusive), and the place of its entry in the lexicon.
Match = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What a pattern of an automaton stands for. `endings`: what may follow its last letter; None: anything."""

    entry: int
    words: int
    endings: frozenset[str] | None


class _Phrases:
    """Phrases of one kind (spelling or sound), found in a text whose words are separated by single spaces."""

    def __init__(self) -> None:
        self._meanings: dict[str, set[_Phrase]] = defaultdict(set)
        self._patterns: list[list[_Phrase]] = []
        self._automaton: AhoCorasick | None = None

    def add(self, words: Iterable[str], phrase: _Phrase) -> None:
        self._meanings[" " + " ".join(words)].add(phrase)

    def build(self) -> None:
        if self._meanings:
            self._patterns = [
                sorted(phrases, key=lambda p: (p.entry, p.words)) for phrases in self._meanings.values()
            ]
            self._automaton = AhoCorasick(list(self._meanings))
        self._meanings.clear()

    def find(self, bordered: str) -> list[Match]:
        """The phrases in a text that begins and ends with a space."""
        if self._automaton is None:
            return []
        found: list[Match] = []
        for pattern, start, end in self._automaton.find_matches_as_indexes(bordered, overlapping=True):
            rest = "" if bordered[end] == " " else bordered[end : bordered.index(" ", end)]
            for phrase in self._patterns[pattern]:
                if phrase.endings is None or rest in phrase.endings:
                    first = bordered.count(" ", 0, start)
                    found.append((first, first + phrase.words, phrase.entry))
        return found


_NO_ENDING = frozenset({""})
_ENGLISH_ENDINGS = frozenset({"", *_ENDINGS})


def _may_be(word: str, form: str) -> bool:
    """Whether a word may be another spelling of a form of its sound.

    Urdu script leaves vowels out, so an Urdu word may be any form; a Latin word is held against Latin forms only, and
    against their vowels too: many English words sound like some Urdu one.
    """
    return not word.isascii() or (form.isascii() and looks_like(word, form))


class Lexicon:
    """All entries of a pack, ready to match."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: list[Entry] = list(entries)
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._stems: dict[str, set[int]] = defaultdict(set)
        self._open: dict[str, set[int]] = defaultdict(set)
        self._sounds: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self._phrases = _Phrases()
        self._phrase_sounds = _Phrases()
        for number, entry in enumerate(self.entries):
            for form in entry.forms:
                self._add(number, form)
        self._phrases.build()
        self._phrase_sounds.build()

    def _add(self, number: int, form: Form) -> None:
        if len(form.words) > 1:
            endings = None if form.open_end else _ENGLISH_ENDINGS if form.inflects else _NO_ENDING
            self._phrases.add(form.words, _Phrase(number, len(form.words), endings))
            if form.keys:
                self._phrase_sounds.add(form.keys, _Phrase(number, len(form.keys), _NO_ENDING))
            return
        word = form.words[0]
        if form.open_end:
            self._open[word].add(number)
            return
        self._exact[word].add(number)
        if form.inflects:
            self._stems[word].add(number)
        if form.keys:
            self._sounds[form.keys[0]].add((word, number))

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
        if not found and sound and word not in SMALL_WORDS:
            found = {entry for form, entry in self._sounds.get(sound, ()) if _may_be(word, form)}
        return tuple(sorted(found))

    def phrases(self, words: list[str], sounds: list[str]) -> list[Match]:
        """The phrases in a text of canonical words with their sounds, by spelling and then by sound alone."""
        found = self._phrases.find(f" {' '.join(words)} ")
        heard = self._phrase_sounds.find(f" {' '.join(sounds)} ")
        if heard:
            spelt = set(found)
            found += [match for match in heard if match not in spelt]
        return list(dict.fromkeys(found)) if len(found) > 1 else found
