"""Canonical text, the phonetic key and the manner: what people do to words is undone, and offsets hold."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.text.canonical import canonical, canonical_form
from policies.text.key import key, looks_like
from policies.text.manner import manner


@pytest.mark.parametrize(
    ("typed", "canonical_word", "repair"),
    [
        pytest.param("v.o.t.e", "vote", "apart", id="dots between letters"),
        pytest.param("p t i", "pti", "apart", id="spaces between letters"),
        pytest.param("v0te", "vote", "leet", id="digit for a letter"),
        pytest.param("el3ct!on", "election", "leet", id="sign for a letter"),
        pytest.param("vоte", "vote", "lookalike", id="Cyrillic o"),
        pytest.param("vo\u200bte", "vote", "hidden", id="zero-width space"),
        pytest.param("vo\u00adte", "vote", "hidden", id="soft hyphen"),
        pytest.param("zindabaaaad", "zindabad", "stretched", id="stretched"),
        pytest.param("وو\u0640\u0640ٹ", "ووٹ", "hidden", id="tatweel"),
        pytest.param("ｖｏｔｅ", "vote", None, id="full-width letters"),
        pytest.param("𝐯𝐨𝐭𝐞", "vote", None, id="mathematical letters"),
        pytest.param("كتاب", "کتاب", None, id="Arabic kaf"),
        pytest.param("علي", "علی", None, id="Arabic yeh"),
        pytest.param("۸۰۴", "804", None, id="Urdu digits"),
        pytest.param("مُلک", "ملک", None, id="diacritics"),
        pytest.param("ﷺ", "صلیاللہعلیہوسلم", None, id="a sign that stands for a phrase"),
    ],
)
def test_canonical_undoes(typed: str, canonical_word: str, repair: str | None) -> None:
    """Each disguise gives the plain word, and hiding is remembered as such."""
    made = canonical(typed)
    assert made.words == (canonical_word,)
    assert made.repairs == (frozenset({repair}) if repair else frozenset())
    assert made.spans == ((0, len(typed)),)


@pytest.mark.parametrize("word", ["G-11", "2500", "BS-19", "3rd", "1122", "F.No.", "ok..."])
def test_canonical_leaves_ordinary_writing_alone(word: str) -> None:
    """Sectors, scales, numbers and dots are no disguise."""
    assert canonical(f"see {word} today").repairs == frozenset()


@pytest.mark.parametrize(
    ("hashtag", "words"),
    [
        ("#VoteForThem", ("vote", "for", "them")),
        ("#vote_for_them", ("vote", "for", "them")),
        ("#ووٹ_کو_عزت_دو", ("ووٹ", "کو", "عزت", "دو")),
        ("NADRA", ("nadra",)),
        ("iPhone", ("iphone",)),
        ("WhatsApp", ("whatsapp",)),
    ],
)
def test_hashtags_are_taken_apart(hashtag: str, words: tuple[str, ...]) -> None:
    """Words that were run together are read one by one."""
    assert canonical(hashtag).words == words


@given(st.text(max_size=200))
def test_offsets_point_into_the_original(text: str) -> None:
    """Whatever is typed: spans lie in the text, do not overlap, and each gives its own canonical form."""
    made = canonical(text)
    end = 0
    for word, (start, stop) in zip(made.words, made.spans, strict=True):
        assert end <= start < stop <= len(text)
        assert canonical_form(text[start:stop]).text == word
        end = stop


@given(st.text(max_size=60))
def test_canonical_is_stable(text: str) -> None:
    """The canonical form of a canonical word is itself, unless it is again spelt with signs."""
    for word in canonical(text).words:
        if word.isalpha():
            assert canonical_form(word).text == word


@pytest.mark.parametrize(
    "spellings",
    [
        ("siyasat", "syasat", "siasat", "سیاست"),
        ("hukumat", "hakoomat", "hukoomat", "حکومت"),
        ("intikhabat", "intekhabaat", "انتخابات"),
        ("maslak", "maslaq", "مسلک"),
        ("khabar", "kabar", "خبر"),
        ("zabardast", "zabrdast", "زبردست"),
        ("notification", "notifikation", "نوٹیفکیشن"),
    ],
)
def test_key_is_one_for_all_spellings(spellings: tuple[str, ...]) -> None:
    """Roman spellings and Urdu script share a key."""
    keys = {key(canonical_form(word).text) for word in spellings}
    assert len(keys) == 1
    assert keys != {""}


@pytest.mark.parametrize(
    ("one", "other"), [("sher", "shor"), ("vote", "bote"), ("qatal", "kamal"), ("file", "fauj")]
)
def test_key_tells_consonants_apart(one: str, other: str) -> None:
    """Only vowels and doubled or related letters are forgotten: sher and shor share a key, the others do not."""
    assert (key(one) == key(other)) is (one == "sher")


@given(st.text(max_size=40))
def test_key_never_fails(word: str) -> None:
    """Any word has a key of lower-case letters and digits, and perhaps the mark of an open end."""
    assert re.fullmatch("(?:[a-z0-9]+-?)?", key(word.lower()))


@pytest.mark.parametrize(
    ("word", "form", "alike"),
    [
        ("syasat", "siyasat", True),
        ("siasat", "siyasat", True),
        ("hakoomat", "hukumat", True),
        ("hkmt", "hukumat", True),
        ("asal", "asla", False),
        ("left", "lafat", False),
    ],
)
def test_latin_spellings_are_held_against_their_vowels(word: str, form: str, alike: bool) -> None:
    """Words of one key are one word only when their vowels agree about, or when there are none."""
    assert looks_like(word, form) is alike


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The meeting is at nine, please bring the register.", "en"),
        ("meeting kal subah nau baje hai, register lete aana", "ru"),
        ("اجلاس کل صبح نو بجے ہے، رجسٹر لیتے آئیں", "ur"),
        ("meeting کل صبح نو بجے ہے please register لیتے آئیں", "mx"),
        ("Meeting kal hai, please bring the register aur the attendance sheet bhi", "mx"),
        ("👍👍", "mx"),
        ("", "mx"),
        ("123456", "mx"),
    ],
)
def test_manner(text: str, expected: str) -> None:
    """By script first, then by the small words."""
    assert manner(text) == expected
