"""The judge as a whole: pure, bounded, explained; and what anybody would expect of it."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.judge import Judge, load_judge
from policies.message import Context, Message
from policies.pack import load_pack
from policies.verdict import NO_INSTRUMENT, Action

PACK = "om-2024-09-02"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load_judge(PACK)


def warned(judge: Judge, text: str, *thread: str) -> set[str]:
    """The clauses that would be warned about."""
    verdict = judge.judge(Message(text), Context(thread))
    return {finding.clause for finding in verdict.findings if finding.action is Action.WARN}


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        pytest.param(
            "Everyone in this group should vote for PTI, Imran Khan is the only honest leader we have",
            "political",
            id="canvassing",
        ),
        pytest.param(
            "شیر کو ووٹ دیں، نواز شریف ہی اس ملک کو بچا سکتا ہے", "political", id="canvassing in Urdu"
        ),
        pytest.param(
            "Attaching the draft summary for the cabinet, not yet approved, please don't share further",
            "disclosure",
            id="an unapproved summary",
        ),
        pytest.param("shia kafir hain, in ke peeche namaz nahi hoti", "sectarian", id="takfir in Roman Urdu"),
        pytest.param(
            "Forwarded as received: schools closed for two weeks from Monday, notification tonight, share with all groups",
            "unauthentic",
            id="a forwarded rumour",
        ),
        pytest.param(
            "My wife's boutique has a new lawn collection, 20% off for officers, inbox to order",
            "promotion",
            id="a shop",
        ),
        pytest.param("بلوچستان کو پاکستان سے الگ آزاد ملک بننا چاہیے", "ideology", id="secession"),
    ],
)
def test_open_violation_is_warned_about(judge: Judge, text: str, clause: str) -> None:
    """The open cases, one a clause, in several languages."""
    assert clause in warned(judge, text)


@pytest.mark.parametrize(
    "text",
    [
        "Noted sir, will submit by evening",
        "Assalam o alaikum, kal subah 9 baje meeting hai",
        "کل دفتر میں سالگرہ کی پارٹی ہے، سب آئیں",
        "My son needs a new cricket bat, any good shop in Saddar?",
        "Eid Mubarak to all colleagues and their families",
        "Is the tank on the roof full? The motor tripped again",
        "👍",
        "ok",
    ],
)
def test_everyday_talk_is_clear(judge: Judge, text: str) -> None:
    """Service talk, greetings and homonyms raise nothing."""
    assert warned(judge, text) == set()


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_has_a_verdict(text: str) -> None:
    """Whatever is typed, the judge answers, and what it points at lies in the text."""
    verdict = load_judge_once().judge(Message(text), Context((text[:50],)))
    for finding in verdict.findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert 0.0 <= finding.score <= 1.0


_LOADED: list[Judge] = []


def load_judge_once() -> Judge:
    """Hypothesis calls a test many times; the pack is read once."""
    if not _LOADED:
        _LOADED.append(load_judge(PACK))
    return _LOADED[0]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t", id="blank"),
        pytest.param("\u202e\u2066\u200b\ufeff", id="only controls"),
        pytest.param("a" * 60_000, id="one long word"),
        pytest.param("vote " * 12_000, id="60 KB of one word"),
        pytest.param("(" * 30_000, id="deep brackets"),
        pytest.param("\ud800 lone surrogate vote", id="a lone surrogate"),
        pytest.param("p.t.i." * 9_000, id="60 KB of letters apart"),
        pytest.param("\x00\x01\x1b[31m vote for them", id="control characters"),
    ],
)
def test_hostile_text_is_judged(judge: Judge, text: str) -> None:
    """Nothing breaks the judge, nor keeps it busy for long."""
    judge.judge(Message(text))


def test_judging_is_pure(judge: Judge) -> None:
    """The order of messages, and what was judged before, change no verdict."""
    texts = [
        f"{word} {number} vote for PTI {word}" for number, word in enumerate(["salam", "file", "سیاست"] * 20)
    ]
    first = [judge.judge(Message(text), Context(("kal kya hua",))) for text in texts]
    shuffled = list(enumerate(texts))
    random.Random(5).shuffle(shuffled)
    fresh = load_judge(PACK)
    for place, text in shuffled:
        assert fresh.judge(Message(text), Context(("kal kya hua",))) == first[place]


def test_full_memory_changes_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the memory of words starts anew between messages, verdicts stay what they were."""
    texts = [f"vote for PTI word{number} other{number * 7}" for number in range(40)]
    roomy = load_judge(PACK)
    expected = [roomy.judge(Message(text), Context((texts[0],))) for text in texts]
    monkeypatch.setattr("policies.model.reading._MEMORY", 16)
    tight = load_judge(PACK)
    assert [tight.judge(Message(text), Context((texts[0],))) for text in texts] == expected


def test_finding_says_everything(judge: Judge) -> None:
    """Clause, citation, words, reason, how sure, pack and model version."""
    text = "Dear all, vote for PTI this Sunday, Imran Khan zindabad"
    verdict = judge.judge(Message(text))
    finding = next(finding for finding in verdict.findings if finding.clause == "political")
    assert finding.cite == "OM para 4(iii), para 3; Rule 24"
    assert finding.reason.startswith("political.")
    assert "PTI" in text[finding.start : finding.end] or "Imran" in text[finding.start : finding.end]
    assert verdict.pack == PACK
    assert verdict.model == load_pack(PACK).weights.version
    assert [f.score for f in verdict.findings] == sorted((f.score for f in verdict.findings), reverse=True)


def test_thresholds_follow_from_costs() -> None:
    """Speech is dearer than silence below the threshold, cheaper above."""
    clauses = load_pack(PACK).clauses
    assert len(clauses) == 10
    for clause in clauses:
        assert 0.0 < clause.note < clause.warn < 1.0


def test_unknown_pack_is_named() -> None:
    """The error lists the packs there are."""
    with pytest.raises(ValueError, match="om-2024-09-02"):
        load_pack("om-1964")


CANVASSING = "Dear all, vote for PTI this Sunday, Imran Khan zindabad"


@pytest.mark.parametrize(
    ("day", "pack", "cite"),
    [
        pytest.param(
            date(2024, 9, 2), "om-2024-09-02", "OM para 4(iii), para 3; Rule 24", id="first day of 2024"
        ),
        pytest.param(date(2026, 11, 25), "om-2024-09-02", "OM para 4(iii), para 3; Rule 24", id="today"),
        pytest.param(
            date(2024, 9, 1), "om-2021-08-25", "OM of 25 August 2021; Rule 24", id="last day of 2021"
        ),
        pytest.param(
            date(2021, 8, 25), "om-2021-08-25", "OM of 25 August 2021; Rule 24", id="first day of 2021"
        ),
        pytest.param(date(2021, 8, 24), NO_INSTRUMENT, None, id="before both"),
    ],
)
def test_instrument_in_force_judges(judge: Judge, day: date, pack: str, cite: str | None) -> None:
    """A message falls under the instrument of its day; one that is older than both falls under none, and it says so."""
    verdict = judge.judge(Message(CANVASSING, sent_on=day))
    assert verdict.pack == pack
    assert {f.cite for f in verdict.findings if f.clause == "political"} == ({cite} if cite else set())


def test_instrument_of_2021_has_its_own_clauses(judge: Judge) -> None:
    """It names neither public order nor promotion, and makes no admin answerable."""
    shop = "My wife's boutique has a new lawn collection, 20% off for officers, inbox to order"
    assert "promotion" in {f.clause for f in judge.judge(Message(shop, sent_on=date(2024, 9, 2))).findings}
    assert "promotion" not in {
        f.clause for f in judge.judge(Message(shop, sent_on=date(2024, 9, 1))).findings
    }
    liable = {pack.id: pack.admin_liable for pack in judge.packs}
    assert liable == {"om-2024-09-02": True, "om-2021-08-25": False}
