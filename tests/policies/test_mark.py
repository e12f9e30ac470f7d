"""Marks of texts: one text is known again when a word has changed, another never is."""

from policies.text.mark import bands, canonical_text, distance, same_words, words_mark

KEY = b"a key of the tests"
NOTICE = (
    "It is notified for general information that the offices of the Federal Government remain closed on Friday the "
    "fifth of February, and that the examinations which were to be held on that day are held on the Monday after it, "
    "at the same places and at the same hours, so that candidates keep the slips which they were given in January."
)


def mark(text: str, key: bytes = KEY) -> str:
    """The mark of a text as it was typed."""
    return words_mark(canonical_text(text), key)


def test_text_is_known_again_in_other_signs_and_with_a_word_changed() -> None:
    """Letter forms, spaces and signs change nothing at all; a word changes a few bits."""
    assert mark(NOTICE.upper().replace(",", "  ")) == mark(NOTICE)
    changed = mark(NOTICE.replace("Friday", "Monday"))
    assert changed != mark(NOTICE)
    assert same_words(changed, mark(NOTICE))
    assert set(bands(changed)) & set(bands(mark(NOTICE)))


def test_other_text_is_not_taken_for_it() -> None:
    """About half of the bits differ; no text has no mark, which is like nothing."""
    other = "The committee meets on Tuesday at ten in the small room; members bring the minutes of the last meeting."
    assert distance(mark(NOTICE), mark(other)) > 16
    assert not same_words(mark(NOTICE), mark(other))
    assert mark("") == mark("!?") == ""
    assert not same_words("", "")


def test_mark_says_nothing_without_the_key() -> None:
    """Who has another key cannot try texts against it."""
    assert not same_words(mark(NOTICE), mark(NOTICE, b"another key"))
