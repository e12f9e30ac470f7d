"""Whether the text that a file carries can be trusted to be what people see on it.

Faces in the Nastaliq style, and some that number their letters as they like, come out of a PDF as fragments: their words are
then none. Running Urdu holds a common little word about every third; fragments hold next to none.
"""

import re

_URDU = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_LETTERS = re.compile(r"[^\W\d_]")
_UNKNOWN = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_STRANGE = re.compile("[\u00a1-\u02ff\u0370-\u05ff\u0780-\u1fff\u2c00-\u9fff]")
_COMMON = frozenset(
    [
        "کے",
        "کی",
        "کا",
        "میں",
        "ہے",
        "ہیں",
        "سے",
        "کو",
        "نے",
        "پر",
        "اور",
        "یہ",
        "کہ",
        "اس",
        "جو",
        "تک",
        "بھی",
        "یا",
        "نہ",
        "نہیں",
        "ہو",
        "گا",
        "گی",
        "گے",
        "تھا",
        "تھی",
        "تھے",
        "ایک",
        "ان",
        "وہ",
        "کر",
        "کرنے",
        "کیا",
        "گیا",
        "گئی",
        "دیا",
        "جائے",
        "ہوئے",
        "ہوا",
        "لیے",
        "ساتھ",
        "بعد",
        "تمام",
        "اپنے",
        "مورخہ",
        "نمبر",
        "عنوان",
        "جناب",
        "برائے",
        "بنام",
    ]
)
_ENOUGH = 12  # words; fewer may well hold none of these


def letters_in(text: str) -> int:
    """How many letters a text has."""
    return len(_LETTERS.findall(text))


def legible(text: str) -> bool:
    """Whether a text is made of words."""
    letters = letters_in(text)
    if not letters:
        return True
    if len(_UNKNOWN.findall(text)) * 20 > letters:
        return False
    if len(_URDU.findall(text)) * 5 < letters:
        return True
    if len(_STRANGE.findall(text)) * 33 > letters:
        return False
    words = [word.strip("۔،؛:()") for word in text.split() if _URDU.search(word)]
    if len(words) < _ENOUGH:
        return True
    single = sum(len(word) == 1 for word in words)
    return single * 4 < len(words) and sum(word in _COMMON for word in words) * 14 > len(words)
