"""The lexicon: bad lines are refused by name, words and phrases are found in every script, phrases cover their words."""

import json
from pathlib import Path

import pytest

from policies.lexicon.compiled import (
    NAME,
    digest_of,
    lexicon_files,
    load_entries,
    read_pack,
    write_compiled,
)
from policies.lexicon.entries import LexiconError, read_entries
from policies.lexicon.matcher import Lexicon
from policies.pack import load_lexicon, packs_folder
from policies.text.canonical import canonical
from policies.text.key import key

LINES = [
    "# a comment",
    "concept\troles\ten\tur\tru\tnote",
    "ballot\tvote\tvote; cast your ballot\tووٹ; رائے دہی\t=vot; intikhabi nishan\t",
    "cricket_bat\thomonym,sport\tcricket bat; insaf*\tکرکٹ کا بلا\tcricket ka balla\tthe game",
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(read_entries("made.tsv", LINES))


def found(lexicon: Lexicon, text: str) -> set[str]:
    """The concepts of a text, by word and by phrase."""
    words = list(canonical(text).words)
    sounds = [key(word) or word for word in words]
    single = {
        entry for word, sound in zip(words, sounds, strict=True) for entry in lexicon.of_word(word, sound)
    }
    phrases = {entry for _, _, entry in lexicon.phrases(words, sounds)}
    return {lexicon.entries[entry].concept for entry in single | phrases}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param("x\tvote\ta", "columns", id="too few columns"),
        pytest.param("Ballot\tvote\tvote\t\t\t", "concept", id="upper-case concept"),
        pytest.param("x\t\tvote\t\t\t", "roles", id="no role"),
        pytest.param("x\tVote!\tvote\t\t\t", "roles", id="a role with signs"),
        pytest.param("x\tvote\t\t\t\t", "no forms", id="no forms"),
        pytest.param("x\tvote\t...\t\t\t", "no letters", id="a form without letters"),
        pytest.param("x\tvote\tone two three four five six\t\t\t", "words", id="too long a form"),
        pytest.param("x\tvote\t\tvote\t\t", "Urdu letters", id="Latin letters in the Urdu column"),
    ],
)
def test_bad_line_is_refused_with_its_number(line: str, why: str) -> None:
    """The message names file and line, and what is wrong."""
    with pytest.raises(LexiconError, match=rf"^made\.tsv, line 3: .*{why}"):
        list(read_entries("made.tsv", [*LINES[:2], line]))


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        pytest.param("please VOTE", {"ballot"}, id="letter case"),
        pytest.param("they voted", {"ballot"}, id="an English ending"),
        pytest.param("v0te", {"ballot"}, id="disguised"),
        pytest.param("ووٹ دیں", {"ballot"}, id="Urdu script"),
        pytest.param("vot", {"ballot"}, id="exactly these letters"),
        pytest.param("voot", set(), id="an exact form does not match by sound"),
        pytest.param("intekhaabi neshan kya hai", {"ballot"}, id="a phrase by sound"),
        pytest.param("intikhabi wala nishan", set(), id="words apart are no phrase"),
        pytest.param("my cricket bats", {"cricket_bat"}, id="a phrase with an ending"),
        pytest.param("insafian walk", {"cricket_bat"}, id="an open ending"),
        pytest.param("devotee", set(), id="not inside a word"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_matching(lexicon: Lexicon, text: str, concepts: set[str]) -> None:
    """By letters, by ending and by sound, but never inside a word."""
    assert found(lexicon, text) == concepts


def test_places_of_a_phrase_are_words(lexicon: Lexicon) -> None:
    """`first` and `last` count words, whatever their length."""
    words = list(canonical("kal subah cast your ballots 👍").words)
    sounds = [key(word) or word for word in words]
    ((first, last, _),) = lexicon.phrases(words, sounds)
    assert words[first:last] == ["cast", "your", "ballots"]


def test_empty_lexicon_matches_nothing() -> None:
    """An empty list is no pattern that matches everything."""
    empty = Lexicon([])
    assert empty.phrases(["vote"], ["ft"]) == []
    assert empty.of_word("vote", "ft") == ()


def test_shipped_lexicons_are_sound() -> None:
    """Every pack's lexicon loads, is large, and no concept stands twice."""
    packs = sorted(path.parent.parent.name for path in packs_folder().glob("*/lexicon/politics.tsv"))
    assert packs
    for pack in packs:
        entries = load_lexicon(pack).entries
        names = [entry.concept for entry in entries]
        assert sum(len(entry.forms) for entry in entries) >= 600
        assert sorted({name for name in names if names.count(name) > 1}) == []


def test_compiled_lexicon_is_that_of_the_files() -> None:
    """What is shipped compiled says what the files say; after a change to them run `make model`."""
    pack = packs_folder() / "om-2024-09-02"
    assert json.loads((pack / NAME).read_text(encoding="utf-8"))["files"] == digest_of(lexicon_files(pack))
    assert load_entries(pack) == read_pack(pack)


def test_changed_files_are_read_anew(tmp_path: Path) -> None:
    """An entry that was added counts at the next start, compiled or not."""
    (tmp_path / "lexicon").mkdir()
    file = tmp_path / "lexicon" / "own.tsv"
    file.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    assert write_compiled(tmp_path) == 2
    assert load_entries(tmp_path) == read_pack(tmp_path)
    with file.open("a", encoding="utf-8") as more:
        more.write("kite\thomonym\tkite\tپتنگ\tpatang\t\n")
    assert [entry.concept for entry in load_entries(tmp_path)] == ["ballot", "cricket_bat", "kite"]
    with file.open("a", encoding="utf-8") as more:
        more.write("broken\n")
    with pytest.raises(LexiconError, match=r"own\.tsv, line 6"):
        load_entries(tmp_path)
