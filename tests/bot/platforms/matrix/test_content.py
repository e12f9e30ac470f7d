"""What events say, and what a room's state means: tables, without a server."""

import json
from typing import Any

import pytest

from bot.platforms.matrix.client import shallow
from bot.platforms.matrix.content import (
    Relation,
    body_of,
    clean,
    edited_body_of,
    poll_words,
    relation_of,
    without_quote,
)
from bot.platforms.matrix.notice import button_keys, notice_content, pressed, reactions, transaction_id
from bot.platforms.matrix.rooms import PRIVATE_MARK, RoomView, calls_itself_bot, is_bridge_bot, is_puppet
from handlers.events import Standing
from handlers.ports import Rendered

HTML = {"format": "org.matrix.custom.html"}
BOT, ADMIN, ALI = "@para6:x", "@admin:x", "@ali:x"


@pytest.mark.parametrize(
    ("content", "text", "others"),
    [
        pytest.param({"body": "salam"}, "salam", (), id="plain"),
        pytest.param(
            {"body": "**hi** there", "formatted_body": "<b>hi</b> there", **HTML},
            "**hi** there",
            (),
            id="same words",
        ),
        pytest.param(
            {"body": "salam", "formatted_body": "<b>vote</b>", **HTML}, "salam", ("vote",), id="other words"
        ),
        pytest.param(
            {"body": "salam", "formatted_body": "<b>vote</b>"}, "salam", (), id="no format, not shown"
        ),
        pytest.param({"body": "salam", "formatted_body": ["x"], **HTML}, "salam", (), id="no HTML"),
        pytest.param(
            {"body": "> <@a:x> vote\n\nno", "formatted_body": "<mx-reply>vote</mx-reply>no", **HTML},
            "> <@a:x> vote\n\nno",
            (),
            id="a reply's quotation",
        ),
        pytest.param(
            {"body": "a", "formatted_body": "a<!-- vote --><br>b", **HTML}, "a", ("a\nb",), id="comment"
        ),
        pytest.param({"msgtype": "m.image", "body": "a.jpg", "filename": "a.jpg"}, "", (), id="picture"),
        pytest.param({"msgtype": "m.image", "body": "a.jpg"}, "", (), id="picture without filename"),
        pytest.param({"msgtype": "m.file", "body": "look", "filename": "a.pdf"}, "look", (), id="caption"),
        pytest.param({"body": "\ud800x"}, "\ufffdx", (), id="lone surrogate"),
    ],
)
def test_body(content: dict[str, Any], text: str, others: tuple[str, ...]) -> None:
    """The text, and other forms of it that members may see."""
    body = body_of(content)
    assert body is not None
    assert (body.text, body.others) == (text, others)
    assert body.attachments == int(content.get("msgtype") in {"m.image", "m.file"})


@pytest.mark.parametrize("content", [None, [], "x", {}, {"body": 5}, {"body": None}])
def test_no_body(content: object) -> None:
    """Whatever it is, nothing is raised."""
    assert body_of(content) is None
    assert edited_body_of(content) is None
    assert relation_of(content) == Relation()
    assert poll_words(content) == ""


def test_edit_has_its_fallback_where_it_says_something_else() -> None:
    """The same words with a star are not judged twice."""
    same = edited_body_of({"body": "* tea", "m.new_content": {"body": "tea"}})
    other = edited_body_of({"body": "* vote", "m.new_content": {"body": "tea"}})
    assert same is not None
    assert (same.text, same.others) == ("tea", ())
    assert other is not None
    assert (other.text, other.others) == ("tea", ("vote",))


@pytest.mark.parametrize(
    ("relates", "expected"),
    [
        ({"m.in_reply_to": {"event_id": "$a"}}, Relation(reply_to="$a")),
        ({"rel_type": "m.thread", "event_id": "$r"}, Relation(thread="$r")),
        (
            {
                "rel_type": "m.thread",
                "event_id": "$r",
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": "$a"},
            },
            Relation(thread="$r"),
        ),
        (
            {"rel_type": "m.thread", "event_id": "$r", "m.in_reply_to": {"event_id": "$a"}},
            Relation(thread="$r", reply_to="$a"),
        ),
        ({"rel_type": "m.replace", "event_id": "$o"}, Relation(replaces="$o")),
        ({"rel_type": ["m.replace"], "event_id": {}}, Relation()),
        (7, Relation()),
    ],
)
def test_relation(relates: object, expected: Relation) -> None:
    """Replies, threads and edits; a thread's fallback is no reply."""
    assert relation_of({"m.relates_to": relates}) == expected


def test_quotation_is_told_apart() -> None:
    """The lines in front, without the name."""
    assert without_quote("> <@a:x> one\n> two\n\nthree\nfour") == ("three\nfour", "one\ntwo")
    assert without_quote("no quotation") == ("no quotation", "")
    assert without_quote("> only") == ("", "only")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": {"b": {"c": 1}}, "d": 2}, {"a": {"b": None}, "d": 2}),
        ({"a": [[1], [2]], "b": "x"}, {"a": [None, None], "b": "x"}),
        (
            {"a": 'brackets in a string ]}{["\\', "b": {"c": {"]": "}"}}},
            {"a": 'brackets in a string ]}{["\\', "b": {"c": None}},
        ),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_depths_are_cut_off(value: object, expected: object) -> None:
    """What no parser can follow becomes null; the rest stays."""
    assert json.loads(shallow(json.dumps(value), 2)) == expected
    deep = '{"a":' + "[" * 100_000 + "]" * 100_000 + ',"b":1}'
    assert json.loads(shallow(deep))["b"] == 1


def test_clean_leaves_good_text_alone() -> None:
    """Urdu, emoji and signs are as they were."""
    assert clean("سلام 🌹\u200f") == "سلام 🌹\u200f"
    assert clean(5) == ""


def test_buttons_are_emojis_named_in_the_text() -> None:
    """Alerts have two known ones, lists are numbered; a press is known by emoji, with or without variant, and by label."""
    alert = Rendered("x", "x", ((("Acknowledge", "ack:1", False), ("False alarm", "false:1", False)),))
    content = notice_content(alert, BOT)
    assert content["body"] == "x\n\n✅ Acknowledge\n❌ False alarm"
    assert reactions(alert) == ("✅", "❌")
    assert pressed(content, "✅\ufe0f") == "ack:1"
    assert pressed(content, " false ALARM ") == "false:1"
    assert pressed(content, "👍") is None
    assert pressed(content, "") is None
    assert pressed({"pk.gov.para6.buttons": {"✅": 5}}, "✅") is None
    rows = tuple(((f"Room {number}", f"digest:today:{number}", False),) for number in range(50))
    many = Rendered("Which?", "Which?", rows)
    assert len(button_keys(many)) == 36
    assert reactions(many) == ()
    assert pressed(notice_content(many, BOT), "3\u20e3") == "digest:today:2"


def test_notice_names_our_commands_and_stays_small() -> None:
    """`/why` is typed `!para6 why` here; an address keeps its path; a giant is cut."""
    said = notice_content(Rendered("Send /why or see https://x.pk/why", "Send <code>/why</code>"), BOT)
    assert said["body"] == "Send !para6 why or see https://x.pk/why"
    assert said["formatted_body"] == "Send <code>!para6 why</code>"
    giant = notice_content(Rendered("ق" * 100_000, "ق" * 100_000), BOT)
    assert len(str(giant).encode()) < 50_000
    assert transaction_id("a") == transaction_id("a") != transaction_id("b")


@pytest.mark.parametrize(
    ("user", "puppet", "bridge", "calls"),
    [
        ("@whatsapp_92300:x", True, False, False),
        ("@_discord_123:x", True, False, False),
        ("@telegram_5:x", True, False, False),
        ("@whatsappbot:x", False, True, True),
        ("@signal_bot:x", False, True, True),
        ("@telegram-bridge:x", False, True, False),
        ("@whatsapp:x", False, False, False),
        ("@weatherbot:x", False, False, True),
        ("@bothina:x", False, False, False),
        ("@abbott:x", False, False, False),
    ],
)
def test_who_is_a_bridge(user: str, puppet: bool, bridge: bool, calls: bool) -> None:
    """By the names that bridges give."""
    assert (is_puppet(user), is_bridge_bot(user), calls_itself_bot(user)) == (puppet, bridge, calls)


def room(version: str, levels: dict[str, Any] | None, **create: Any) -> RoomView:
    """A room of admin, Ali and the bot."""
    view = RoomView("!r", BOT)
    made = {"room_version": version, **create}
    view.apply({"type": "m.room.create", "state_key": "", "sender": ADMIN, "content": made})
    for user in (BOT, ADMIN, ALI):
        member = {"membership": "join", "displayname": user[1:4]}
        view.apply({"type": "m.room.member", "state_key": user, "content": member, "origin_server_ts": 1})
    if levels is not None:
        view.apply({"type": "m.room.power_levels", "state_key": "", "content": levels})
    return view


@pytest.mark.parametrize(
    ("view", "admins", "missing"),
    [
        pytest.param(room("10", {"users": {ADMIN: 100}}), {ADMIN}, ("remove",), id="usual"),
        pytest.param(room("10", {"users": {ADMIN: 100, ALI: 50, BOT: 50}}), {ADMIN, ALI}, (), id="moderator"),
        pytest.param(
            room("10", {"users": {ADMIN: "100", ALI: "50"}}), {ADMIN, ALI}, ("remove",), id="strings"
        ),
        pytest.param(
            room("10", {"users": {ADMIN: 100, ALI: 60}, "redact": 70}),
            {ADMIN},
            ("remove",),
            id="redact level",
        ),
        pytest.param(room("10", None), {ADMIN}, ("remove",), id="no levels"),
        pytest.param(room("10", {"users_default": 50}), {ADMIN, ALI}, (), id="everybody"),
        pytest.param(room("10", {"users": [], "redact": {}}), set(), ("remove",), id="nonsense"),
        pytest.param(
            room("10", {"events_default": 10, "users": {ADMIN: 100}}), {ADMIN}, ("send", "remove"), id="muted"
        ),
        pytest.param(room("12", {"users": {}}), {ADMIN}, ("remove",), id="creator"),
        pytest.param(
            room("12", {}, additional_creators=[ALI, 5]), {ADMIN, ALI}, ("remove",), id="more creators"
        ),
        pytest.param(
            room("11", {}, additional_creators=[ALI]), set(), ("remove",), id="not before version 12"
        ),
    ],
)
def test_rights(view: RoomView, admins: set[str], missing: tuple[str, ...]) -> None:
    """Who may redact others is an admin; what the bot lacks is named."""
    assert {one.id.removeprefix("matrix:") for one in view.admins()} == admins
    assert view.missing() == missing


def test_private_while_only_two() -> None:
    """A room that we made for someone is private; with a third person it is a group. Nobody else can mark one."""
    view = RoomView("!r", BOT)
    content = {"room_version": "12", PRIVATE_MARK: ALI}
    view.apply({"type": "m.room.create", "state_key": "", "sender": BOT, "content": content})
    join = {"membership": "join"}
    for user in (BOT, ALI):
        view.apply({"type": "m.room.member", "state_key": user, "content": join})
    assert view.private()
    assert view.place().title == ""
    view.apply({"type": "m.room.member", "state_key": ADMIN, "content": join})
    assert not view.private()
    foreign = RoomView("!s", BOT)
    foreign.apply({"type": "m.room.create", "state_key": "", "sender": ADMIN, "content": content})
    assert not foreign.private()


def test_shapeless_state_changes_nothing() -> None:
    """Every field may have any type."""
    view = room("10", {"users": {ADMIN: 100}})
    sources: tuple[object, ...] = (
        None,
        [],
        {"type": "m.room.member", "state_key": ALI, "content": None},
        {"type": "m.room.member", "state_key": ALI, "content": {"membership": 5}},
        {"type": "m.room.name", "state_key": "", "content": {"name": ["x"]}},
        {"type": "m.room.tombstone", "state_key": "", "content": {"replacement_room": 5}},
        {"type": 5, "state_key": "", "content": {}},
        {"type": "m.room.power_levels", "content": {"users": {ALI: 100}}},
    )
    for source in sources:
        view.apply(source)
    assert view.standing(ALI) is Standing.MEMBER
    assert view.title() == "adm, ali"
    assert view.replacement is None
