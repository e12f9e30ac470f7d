"""Reading a text for the model: words, sounds, concepts and roles; each word's part is worked out once and remembered."""

from collections.abc import Callable
from dataclasses import dataclass

from policies.lexicon.matcher import Lexicon, Match
from policies.text.canonical import canonical_form, surfaces_of, without_underscores
from policies.text.key import key
from policies.text.manner import Marks, manner_of, marks_of

_NO_REPAIRS: frozenset[str] = frozenset()
_MEMORY = 60_000  # surfaces; a flood of new ones starts the memory anew


@dataclass(frozen=True, slots=True)
class Word:
    """A surface with everything that does not depend on its neighbours. `number` is its row in the scorer's table."""

    canonical: str
    sound: str
    repairs: frozenset[str]
    entries: tuple[int, ...]
    marks: Marks
    is_number: bool
    number: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read: its words in order, as typed, canonical and by sound, and the lexicon's matches, phrases first."""

    words: list[Word]
    surfaces: list[str]
    spelt: list[str]
    sounds: list[str]
    matches: list[Match]

    def places(self, text: str) -> list[tuple[int, int]]:
        """Code-point offsets (start, end) in the text of each word."""
        found = []
        end = 0
        text = without_underscores(text)
        for surface in self.surfaces:
            start = text.index(surface, end)
            end = start + len(surface)
            found.append((start, end))
        return found

    @property
    def repairs(self) -> frozenset[str]:
        """What had to be undone anywhere in the text."""
        found = [word.repairs for word in self.words if word.repairs]
        return frozenset().union(*found) if found else _NO_REPAIRS

    @property
    def manner(self) -> str:
        """The manner of the whole text (policies.text.manner)."""
        return manner_of([word.marks for word in self.words])


class Reader:
    """Turns surfaces into words, with a bounded memory. `on_new` is told of each new word, whose number is free again after a reset."""

    def __init__(self, lexicon: Lexicon, *, on_new: Callable[[Word], None] | None = None) -> None:
        self._lexicon = lexicon
        self._memory: dict[str, Word] = {}
        self._on_new = on_new

    def make_room(self) -> None:
        """Start the memory anew when it is full. Readings made before are void then: call it between messages."""
        if len(self._memory) >= _MEMORY:
            self._memory.clear()

    def read(self, text: str) -> Reading:
        """The reading of a text."""
        memory = self._memory
        surfaces = surfaces_of(text)
        words = [memory.get(surface) or self._new(surface) for surface in surfaces]
        spelt = [word.canonical for word in words]
        if "" in spelt:  # a surface of marks alone is no word
            surfaces = [surface for surface, word in zip(surfaces, words, strict=True) if word.canonical]
            words = [word for word in words if word.canonical]
            spelt = [word.canonical for word in words]
        sounds = [word.sound for word in words]
        matches = self._lexicon.phrases(spelt, sounds)
        covered = {place for first, last, _ in matches for place in range(first, last)}
        matches += [
            (place, place + 1, entry)
            for place, word in enumerate(words)
            if word.entries and place not in covered
            for entry in word.entries
        ]
        return Reading(words, surfaces, spelt, sounds, matches)

    def _new(self, surface: str) -> Word:
        form = canonical_form(surface)
        sound = key(form.text)
        word = Word(
            form.text,
            sound or form.text,
            form.repairs,
            self._lexicon.of_word(form.text, sound) if form.text else (),
            marks_of(surface),
            form.text.isdigit(),
            len(self._memory),
        )
        self._memory[surface] = word
        if self._on_new is not None:
            self._on_new(word)
        return word
