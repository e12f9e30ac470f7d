"""One key for letters that a recogniser takes for one another.

The lexicon's key (policies/text/key.py) joins what sounds alike, since people spell by ear; a recogniser errs by eye.
Urdu letters of one skeleton differ in their dots, which a photograph loses first: ب پ ت ٹ ث are one, د ڈ ذ another.
In Latin, 0 and O, 1, l, I and |, rn and m are taken for one another. Spaces are dropped, because recognisers part and
join Urdu words at will; where words began is kept beside the shape.
"""

from dataclasses import dataclass, field

_LATIN = {**dict.fromkeys("1li|!j", "l"), **dict.fromkeys("0oq", "o"), "5": "s", "$": "s", "8": "b", "¢": "c"}
_URDU = {
    **dict.fromkeys("اآأإٱ", "ا"),
    **dict.fromkeys("بپتٹثةۃ", "ب"),
    **dict.fromkeys("جچحخ", "ح"),
    **dict.fromkeys("دڈذ", "د"),
    **dict.fromkeys("رڑزژ", "ر"),
    **dict.fromkeys("سش", "س"),
    **dict.fromkeys("صض", "ص"),
    **dict.fromkeys("طظ", "ط"),
    **dict.fromkeys("عغ", "ع"),
    **dict.fromkeys("فق", "ف"),
    **dict.fromkeys("کكگ", "ک"),
    **dict.fromkeys("نں", "ن"),
    **dict.fromkeys("وؤ", "و"),
    **dict.fromkeys("ہهھۂ", "ہ"),
    **dict.fromkeys("یيىےئۓ", "ی"),
    "ل": "ل",
    "م": "م",
}
_TABLE: dict[str, str | None] = {
    **{letter: letter for letter in "abcdefghkmnprstuvwxyz234679"},
    **_LATIN,
    **_URDU,
}
_DIGITS = str.maketrans({chr(base + digit): str(digit) for base in (0x0660, 0x06F0) for digit in range(10)})


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a text: its letters, and at which of them words begin (the end counts as a beginning)."""

    letters: str = field(repr=False)
    borders: frozenset[int]


def western_digits(text: str) -> str:
    """The text with Urdu and Arabic digits as 0 to 9; as long as it was."""
    return text.translate(_DIGITS)


def shape(text: str) -> Shape:
    """The shape of a text; what has no shape (points, marks, other scripts) parts words or is passed over."""
    made: list[str] = []
    borders = {0}
    for sign in western_digits(text).lower().replace("rn", "m").replace("vv", "w"):
        letter = _TABLE.get(sign)
        if letter is not None:
            made.append(letter)
        elif not sign.isalnum() and not _is_mark(sign):
            borders.add(len(made))
    borders.add(len(made))
    return Shape("".join(made), frozenset(borders))


def is_urdu(letters: str) -> bool:
    """Whether most of the letters of a shape are Urdu."""
    return 2 * sum(letter > "\u0600" for letter in letters) > len(letters)


def _is_mark(sign: str) -> bool:
    """Diacritics and joiners stand inside words."""
    return (
        "\u064b" <= sign <= "\u0670"
        or "\u0610" <= sign <= "\u061a"
        or sign in "\u0640\u200c\u200d\u200e\u200f'’.&"
    )
