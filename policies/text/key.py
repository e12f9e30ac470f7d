"""One phonetic key for Roman Urdu and Urdu script.

Roman Urdu has no spelling and Urdu script leaves short vowels out, so the key keeps only what both write: the
consonants, in classes of those that are typed for one another (`q` and `k`, `z` for four Urdu letters), and whether a
word ends openly, which both write as well. `siyasat`, `syasat`, `siasat` and سیاست all give `sst`, `sasta` gives `sst-`.
Short keys collide: a lexicon entry says when it wants more than the key, and `looks_like` tells Latin spellings apart.
"""

import re

# Pairs first: what Latin letters spell together, and the Urdu aspirates written with ھ.
_PAIRS = re.compile("tion|sh|ch|ph|پھ|[bdgjktz]h|[بتٹجدڈرڑکگلمن]ھ|c(?=[eiy])|ck|x")
_PAIR_CLASS = {
    "tion": "xn",
    "sh": "x",
    "ch": "c",
    "ph": "f",
    "پھ": "f",
    "zh": "j",
    "ck": "k",
    "c": "s",
    "x": "ks",
}

_CLASSES = {
    **dict.fromkeys("سصثs", "s"),
    **dict.fromkeys("زذضظz", "z"),
    **dict.fromkeys("تطٹةt", "t"),
    **dict.fromkeys("دڈd", "d"),
    **dict.fromkeys("رڑr", "r"),
    **dict.fromkeys("کكقخkqc", "k"),
    **dict.fromkeys("گغg", "g"),
    **dict.fromkeys("جژj", "j"),
    **dict.fromkeys("نںn", "n"),
    **dict.fromkeys("بb", "b"),
    **dict.fromkeys("پp", "p"),
    **dict.fromkeys("فf", "f"),
    **dict.fromkeys("لl", "l"),
    **dict.fromkeys("مm", "m"),
    "ش": "x",
    "چ": "c",
}
_VOWELS = "aeiouاآأإعئؤء"
# Half-vowels and breaths are heard at the head of a word and written at will inside it.
_HEADS = {
    **dict.fromkeys(_VOWELS, "a"),
    **dict.fromkeys("وwv", "w"),
    **dict.fromkeys("یيےy", "y"),
    **dict.fromkeys("ہهحھh", "h"),
}
# A word that ends so is heard to end in a vowel; Urdu writes it, with one of several letters.
_OPEN_ENDS = frozenset([*_VOWELS, *"وwvیيےyہهحھhۂۃۓ"])
# What is dropped leaves a gap first, so that only letters that stood side by side are taken for one doubled letter.
_TABLE = {chr(code): None for code in range(128)} | dict.fromkeys([*_VOWELS, *"وwvیيےyہهحھhۂۃۓ"], "-")
_TABLE |= _CLASSES
_TABLE |= {digit: digit for digit in "0123456789"}
# The classes that the pair step has already decided travel as capitals, which nothing else uses.
_TABLE |= {"X": "x", "C": "c", "F": "f", "J": "j", "K": "k", "S": "s", "N": "n"}
_TRANSLATION = str.maketrans(_TABLE)
_DOUBLES = re.compile(r"([a-z])\1+|[^a-z0-9]")


def _pair(match: re.Match[str]) -> str:
    pair = match.group()
    if pair == "x":
        return "KS"
    found = _PAIR_CLASS.get(pair)
    return found.upper() if found else pair[0]


def key(word: str) -> str:
    """The key of one canonical (lower-case, folded) word: lower-case classes, digits kept; "" for no letters."""
    if not word:
        return ""
    paired = _PAIRS.sub(_pair, word)
    head = _HEADS.get(paired[0], "")
    found = _DOUBLES.sub(r"\1", head + paired.translate(_TRANSLATION))
    return f"{found}-" if len(found) > 1 and word[-1] in _OPEN_ENDS else found


_SKELETON = str.maketrans({"e": "i", "y": "i", "o": "u", "w": "u", "v": "u", "h": None, "q": "k", "c": "k"})
_VOWEL = re.compile("[aeiou]")
_ALIKE = 0.5


def looks_like(word: str, other: str) -> bool:
    """Whether two Latin spellings of one key can be one word: their vowels agree about.

    A word without vowels is like any word of its key: leaving them out is a way to write, and to hide.
    """
    if not _VOWEL.search(word):
        return True
    one, two = _pieces(word), _pieces(other)
    return 2 * len(one & two) >= _ALIKE * (len(one) + len(two))


def _pieces(word: str) -> set[str]:
    """The neighbouring letters of a word whose vowels are brought to three and whose doubled letters to one."""
    skeleton = word.translate(_SKELETON)
    bare = "".join(b for a, b in zip(f" {skeleton}", skeleton, strict=False) if a != b)
    return {f"{a}{b}" for a, b in zip(f"<{bare}", f"{bare}>", strict=True)}
