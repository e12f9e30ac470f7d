"""Every sentence is there in every language, with the same fields, and fields are never markup."""

import re
from pathlib import Path
from typing import get_args

import pytest

from bot.readers.unread import REASONS as UNREAD
from bot.reports.days import Step
from bot.texts import TextError, catalogue, render, sentence
from corpus.lines import CLAUSES
from handlers.choices import KINDS, TREATMENTS
from handlers.contested import AppealState
from handlers.digest import PERIODS
from handlers.events import GAP_REASONS
from handlers.permission import STAGES
from handlers.records import Button, FindingState, Language, Mode, Notice
from handlers.screens import STEPS
from policies.papers.document import Read
from policies.papers.reading import REASONS
from policies.reasons import RELATIONS

ROOT = Path(__file__).parent.parent.parent
ACTED = ("acknowledged", "false_alarm", "removed", "covered")
APPEALS = ("appeal.by_", "appeal.told_", "appeal.said_")
_FIELD = re.compile(r"\{(\w+)\}")


def keys(language: Language) -> set[str]:
    """The keys that a language has sentences for."""
    return {str(message.id) for message in catalogue(language) if message.id and message.string}


def used_keys() -> set[str]:
    """The keys that the code names, whole."""
    found: set[str] = set()
    for package in ("handlers", "bot"):
        for path in (ROOT / package).rglob("*.py"):
            content = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'Notice\(\s*"([a-z_.]+)"', content))
            found |= set(re.findall(r'Button\(\s*"([a-z_.]+)"', content))
            found |= set(re.findall(r'sentence\("([a-z_.]+)"', content))
            found |= set(re.findall(r'\b(?:say|self)\(\s*"([a-z_.]+)"', content))
            found |= set(re.findall(r'"(digest\.(?:step|by)_[a-z]+)"', content))
    for path in (ROOT / "bot" / "reports" / "templates").glob("*.j2"):
        found |= set(re.findall(r"\bsay\('([a-z_.]+)'", path.read_text(encoding="utf-8")))
    return {key for key in found if not key.endswith((".", "_"))}  # those are put together: see made_keys


def made_keys() -> set[str]:
    """The keys that the code puts together."""
    found = {f"clause.{clause}" for clause in CLAUSES} | {f"gap.{reason}" for reason in GAP_REASONS}
    found |= {f"reason.{clause}.{name}" for clause, rows in RELATIONS.items() for name, _ in rows}
    found |= {f"reason.{clause}.general" for clause in CLAUSES}
    found |= {f"reason.disclosure.{name}" for name in REASONS}
    found |= {f"mode.{mode.value}" for mode in Mode} | {f"button.do_{mode.value}" for mode in Mode}
    found |= {f"button.set_{step}" for step in STEPS} | {f"ask.{step}" for step in STEPS}
    found |= {f"kind.{kind}" for kind in KINDS} | {f"short.{clause}" for clause in CLAUSES}
    found |= {f"treat.{how}" for how in (*TREATMENTS, "kind")}
    found |= {
        f"{kind}_{every}"
        for kind in ("settings.digest", "button.digest")
        for every in ("off", "daily", "weekly")
    }
    found |= {f"button.{way}" for way in ("back", "begin", "later", "next")}
    found |= {"notice.joined", "notice.joined_public", "press.unchanged", "setup.days", "setup.head"}
    found |= {"settings.head", "settings.language_set", "settings.mode_set"}
    found |= {f"language.{language.value}" for language in Language}
    found |= {f"check.{verdict}" for verdict in ("clear", "note", "warn")}
    found |= {f"right.{right}" for right in ("see", "send", "remove", "matrix_send", "matrix_remove")}
    found |= {f"cli.read_{way}" for way in get_args(Read)}
    found |= {f"unread.{reason}" for reason in (*UNREAD, "gone", "unreachable", "failed")}
    found |= {f"check.file_{verdict}" for verdict in ("clear", "note", "warn")}
    found |= {f"alert.in_{what}" for what in ("file", "picture")}
    found |= {f"published.{key}" for key in ("line", "line_text", "line_operator", "registered", "already")}
    found |= {f"{kind}.{state}" for kind in ("press", "alert") for state in ACTED}
    found |= {f"state.{state.value}" for state in FindingState}
    found |= {f"why.{state}" for state in ("false_alarm", "covered")}
    found |= {f"mydata.appeal_{state.value}" for state in AppealState}
    decided = ("upheld", "overturned")
    found |= {f"{prefix}{state}" for prefix in ("press.", *APPEALS) for state in decided}
    found |= {f"appeal.{told}" for told in ("settled", "already", "sent", "reason_added")}
    found |= {f"permit.ends_{stage}" for stage in STAGES} | {"permit.no_member", "permit.which_member"}
    found |= {f"circulate.how_{way}" for way in ("telegram", "matrix")} | {"read.noted", "read.already"}
    found |= {
        f"circulate.{key}" for key in ("a_typed", "a_memorandum", "nobody_left", "nudged", "nudged_today")
    }
    found |= {
        "circulate.over",
        "permit.over",
        "permit.everyone",
        "permit.every_clause",
        "roll.read",
        "roll.not_read",
    }
    found |= {f"link.{state}" for state in ("phone", "away", "logged_out", "back", "back_phone", "back_lost")}
    found |= {f"month.{number}" for number in range(1, 13)} | {f"weekday.{number}" for number in range(1, 8)}
    found |= {f"digest.times_{every}" for every in ("daily", "weekly", "off")}
    found |= {f"button.digest_{period}" for period in PERIODS}
    found |= {f"report.by_{step.name.lower()}" for step in Step}
    found |= {f"report.lacking_{right}" for right in ("see", "send", "remove")}
    found |= {f"report.{done}" for done in ("removed", "rehearsed", "covered", "false_alarms")}
    return found | {
        "alert.raised",
        "alert.rehearsed",
        "warning.member",
        "warning.removed",
        "warning.file",
        "help.admin",
        "help.member",
        "press.done",
        "private.nobody",
        "private.open",
        "time.full",
    }


def test_english_has_every_key_the_code_names() -> None:
    """No notice can fail for want of a sentence."""
    needed = used_keys() | made_keys()
    assert len(needed) > 120
    assert needed - keys(Language.EN) == set()


def test_no_sentence_is_unused() -> None:
    """A sentence that nothing says is taken out."""
    assert keys(Language.EN) - used_keys() - made_keys() == set()


@pytest.mark.parametrize("language", [Language.UR, Language.ROMAN])
def test_every_language_says_what_english_says(language: Language) -> None:
    """All sentences of the chats are translated, with the same fields; the command line speaks English."""
    spoken = {key for key in keys(Language.EN) if not key.startswith("cli.")}
    assert spoken - keys(language) == set()
    assert keys(language) - spoken == set()
    for key in spoken:
        fields = set(_FIELD.findall(sentence(key, Language.EN)))
        assert set(_FIELD.findall(sentence(key, language))) == fields, key


def test_urdu_is_written_in_urdu() -> None:
    """Every Urdu sentence has Urdu letters, but for the names of the other languages."""
    letters = re.compile("[\u0600-\u06ff]")
    others = {"language.en", "language.ur_Latn"}
    for key in keys(Language.UR) - others:
        if re.search("[a-z]{3}", _FIELD.sub("", sentence(key, Language.UR))):
            assert letters.search(sentence(key, Language.UR)) or key == "finding.line", key


def test_fields_are_escaped_and_isolated() -> None:
    """A member's name can neither bring markup nor turn the line around."""
    rendered = render(Notice("refused.admins_only", Language.EN), ())
    assert rendered.html == rendered.text
    evil = Notice("warning.member", Language.UR, {"member": "<b>x</b> & \u202e"})
    made = render(evil, ())
    assert "<b>" not in made.html
    assert "&lt;b&gt;x&lt;/b&gt; &amp;" in made.html
    assert "\u2068<b>x</b> & \u202e\u2069" in made.text
    assert made.rtl


def test_buttons_are_labelled_in_the_notice_s_language() -> None:
    """A title is taken as it is; everything else is a key."""
    buttons = ((Button("button.acknowledge", "ack:1"), Button("=Batch & co", "digest:today:x")),)
    made = render(Notice("digest.which", Language.ROMAN), buttons)
    assert made.buttons == ((("Dekh liya", "ack:1", False), ("Batch & co", "digest:today:x", False)),)


def test_missing_key_or_field_is_named() -> None:
    """Found by tests, never by a user."""
    with pytest.raises(TextError, match=r"no\.such"):
        render(Notice("no.such", Language.EN), ())
    with pytest.raises(TextError, match="member"):
        render(Notice("warning.member", Language.EN), ())
