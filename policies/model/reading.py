"""Reading a text for the model: words, sounds, concepts and roles; each word's part is worked out once and remembered.

A remembered word carries the sums of its own features for every block, so that a message costs a look-up a word,
one sum over rows, and look-ups for its pairs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policies.lexicon.matcher import Lexicon, Match
from policies.text.canonical import TOKEN, canonical_form
from policies.text.key import key

_LONGEST_TEXT = 2000  # words; what comes after is read as well, but no pair or phrase of it is remembered
_MEMORY = 60_000  # surfaces; a flood of new ones starts the memory anew


@dataclass(frozen=True, slots=True)
class Word:
    """A surface with everything that does not depend on its neighbours. `number` is its row in the scorer's table."""

    canonical: str
    sound: str
    repairs: frozenset[str]
    entries: tuple[int, ...]
    begins_phrase: bool
    number: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read: its words in order and the lexicon's matches, phrases before single words."""

    words: tuple[Word, ...]
    matches: tuple[Match, ...]


class Reader:
    """Turns surfaces into words, with a bounded memory. `on_new` is told of each new word, `on_reset` of a new start."""

    def __init__(
        self,
        lexicon: Lexicon,
        *,
        on_new: Callable[[Word], None] | None = None,
        on_reset: Callable[[], None] | None = None,
    ) -> None:
        self._lexicon = lexicon
        self._memory: dict[str, Word] = {}
        self._on_new = on_new
        self._on_reset = on_reset

    def read(self, text: str) -> Reading:
        """The reading of a text."""
        memory = self._memory
        surfaces = TOKEN.findall(text)
        if len(memory) + len(surfaces) > _MEMORY:
            memory.clear()
            if self._on_reset is not None:
                self._on_reset()
        words: list[Word] = []
        matches: list[Match] = []
        phrases = False
        for surface in surfaces:
            word = memory.get(surface)
            if word is None:
                word = self._new(surface)
            if word.canonical:
                if word.entries:
                    place = len(words)
                    matches += [Match(place, place + 1, entry) for entry in word.entries]
                phrases = phrases or word.begins_phrase
                words.append(word)
        if phrases:
            matches = self._with_phrases(words, matches)
        return Reading(tuple(words), tuple(matches))

    def _new(self, surface: str) -> Word:
        form = canonical_form(surface)
        sound = key(form.text)
        word = Word(
            form.text,
            sound or form.text,
            form.repairs,
            self._lexicon.of_word(form.text, sound) if form.text else (),
            self._lexicon.begins_phrase(form.text, sound),
            len(self._memory),
        )
        self._memory[surface] = word
        if self._on_new is not None:
            self._on_new(word)
        return word

    def _with_phrases(self, words: Sequence[Word], singles: Sequence[Match]) -> list[Match]:
        """All matches; what a phrase covers no longer counts word by word."""
        spelt = [word.canonical for word in words[:_LONGEST_TEXT]]
        sounds = [word.sound for word in words[:_LONGEST_TEXT]]
        found: list[Match] = []
        for place, word in enumerate(words[:_LONGEST_TEXT]):
            if word.begins_phrase:
                found += self._lexicon.phrases_at(place, spelt, sounds)
        if not found:
            return list(singles)
        covered = {place for match in found for place in range(match.first, match.last)}
        return found + [match for match in singles if match.first not in covered]
