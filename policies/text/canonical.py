"""Tokens with offsets, and the canonical form of each: what people do to words is undone and remembered.

Canonical forms are made token by token and remembered by surface, so ordinary text costs one look-up a word, and
an offset into the original text is that of the token it came from. Undone: letter case and compatibility forms,
Urdu's twin letters and diacritics, tatweel, zero-width and bidi marks, look-alikes of other scripts, digits and
signs inside words, letters spaced or dotted apart, stretched letters.
"""

import re
import unicodedata
from dataclasses import dataclass, field

# Characters that change nothing one can see: soft hyphen, zero-width, bidi controls, variation selectors, BOM, tags.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f"
)
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640"
_LETTER = r"[^\W\d_]"
_WORD = rf"[\w{_MARKS}{_INVISIBLE}]"
# Emoji are tokens of their own: they stand in for parties, people and deeds.
_EMOJI = "[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"

TOKEN = re.compile(
    rf"(?:{_LETTER}[ .\-_*·•]{{1,2}}){{2,}}{_LETTER}(?!{_WORD})"  # letters apart: "p t i", "s.h.i.a"
    r"|(?<=[#a-z])[A-Z][a-z]+(?=[A-Z])"  # run together in a hashtag: "#VoteForThem", but not "WhatsApp"
    rf"|[@$]?{_WORD}+(?:[*@$!'’#]+{_WORD}+)*"
    rf"|{_EMOJI}"
    r"|[?؟]+|!+|[\"“”«»]|%"
)
_APART = re.compile(rf"{_LETTER}(?:[ .\-_*·•]{{1,2}}{_LETTER}){{2,}}")
_SEPARATORS = re.compile(r"[ .\-_*·•]+")
_UNSEEN = re.compile(f"[{_INVISIBLE}{_MARKS}]")
_HIDING = re.compile("[\u00ad\u200b\u200d\u2060-\u2064\ufeff\u0640]")
_LEET = re.compile(r"[a-z][0134578@$!*]+[a-z]|^[@$][a-z]{2}|^[0134][a-z]{3}")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_LATIN = re.compile("[a-z]")
_LOOKALIKE = re.compile("[\u0370-\u03ff\u0400-\u052f]")

_FOLD = str.maketrans(
    {
        **dict.fromkeys("يىےېۍ", "ی"),
        **dict.fromkeys("كڪګ", "ک"),
        **dict.fromkeys("هۀةەۃۂ", "ہ"),
        **dict.fromkeys("أإآٱ", "ا"),
        "ؤ": "و",
        "ۓ": "ی",
        "ئ": "ی",
        "ں": "ن",
        "ء": None,
        "ړ": "ڑ",
        "ټ": "ٹ",
        "ډ": "ڈ",
        "ڼ": "ن",
        **{chr(0x0660 + n): str(n) for n in range(10)},
        **{chr(0x06F0 + n): str(n) for n in range(10)},
        "’": "'",
    }
)
_LOOKALIKES = str.maketrans(
    "аеорсухівкмнтьјѕԁԛԝηαοριτυκν",
    "aeopcyxibkmhtbjsdqwnaopitukv",
)
_LEETSPEAK = str.maketrans(
    {
        "0": "o",
        "1": "i",
        "3": "e",
        "4": "a",
        "5": "s",
        "7": "t",
        "8": "b",
        "@": "a",
        "$": "s",
        "!": "i",
        "*": None,
    }
)


def without_underscores(text: str) -> str:
    """A text of the same length in which underscores are spaces: in a hashtag they part words."""
    return text.replace("_", " ") if "_" in text else text


def folded(text: str) -> str:
    """A whole text in one form of each letter, lower case, without marks that change nothing one can see."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return _UNSEEN.sub("", text).lower().translate(_FOLD)


def surfaces_of(text: str) -> list[str]:
    """The tokens of a text as they were typed, in order."""
    found: list[str] = TOKEN.findall(without_underscores(text))
    return found


@dataclass(frozen=True, slots=True)
class Form:
    """The canonical form of one surface, and what had to be undone (`apart`, `hidden`, `lookalike`, `leet`, `stretched`)."""

    text: str
    repairs: frozenset[str] = frozenset()


def canonical_form(surface: str) -> Form:
    """The canonical form of one token as it was typed."""
    repairs = set()
    word = surface
    if not word.isascii():
        if _HIDING.search(word):
            repairs.add("hidden")
        word = unicodedata.normalize("NFKC", _UNSEEN.sub("", word))
        word = _UNSEEN.sub("", word)  # NFKC can bring marks out of presentation forms
        word = "".join(word.split())  # and whole phrases out of single signs (ﷺ): a word holds no space
    if len(word) > 2 and _APART.fullmatch(word):
        repairs.add("apart")
        word = _SEPARATORS.sub("", word)
    word = word.lower()
    if not word.isascii():
        word = word.translate(_FOLD)
        if _LOOKALIKE.search(word):
            replaced = word.translate(_LOOKALIKES)
            if not _LOOKALIKE.search(replaced):
                repairs.add("lookalike")
                word = replaced
    if _LEET.search(word):
        repairs.add("leet")
        word = word.translate(_LEETSPEAK)
    if _STRETCHED.search(word):
        repairs.add("stretched")
        word = _STRETCHED.sub(r"\1", word)
    return Form(word.strip("'_"), frozenset(repairs))


@dataclass(frozen=True, slots=True)
class Canonical:
    """A text in canonical form: its words joined by single spaces, each with its place in the original.

    `spans[i]` holds the code-point offsets (start, end) in the original of `words[i]`.
    """

    words: tuple[str, ...] = field(repr=False)
    spans: tuple[tuple[int, int], ...]
    repairs: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The canonical text."""
        return " ".join(self.words)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original for offsets in `text` (whole words)."""
        position = 0
        inside: list[tuple[int, int]] = []
        for word, span in zip(self.words, self.spans, strict=True):
            if position < end and position + len(word) > start:
                inside.append(span)
            position += len(word) + 1
        if not inside:
            raise ValueError("no word at these offsets")
        return inside[0][0], inside[-1][1]


def canonical(text: str) -> Canonical:
    """The canonical form of a whole text."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    repairs: set[str] = set()
    for match in TOKEN.finditer(without_underscores(text)):
        form = canonical_form(match.group())
        if form.text:
            words.append(form.text)
            spans.append(match.span())
            repairs |= form.repairs
    return Canonical(tuple(words), tuple(spans), frozenset(repairs))
