"""Updates that cannot be understood: a gap where the room is known, and what comes behind them is judged."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.telegram.content import _ABOUT, _SERVICE
from bot.platforms.telegram.fields import storable
from bot.platforms.telegram.polling import Unreadable, read_updates
from bot.platforms.telegram.translate import Me, arrivals_of
from handlers.events import EVENT, GapSeen
from tests.bot.platforms.telegram.flow import VIOLATION, Flow
from tests.peers.bot_api import Fault
from tests.peers.bot_api_chats import Json

ME = Me(4711, "para6_bot", sees_all=True)
CHAT: Json = {"id": -1001, "type": "supergroup", "title": "Officers"}
SENDER: Json = {"id": 7, "is_bot": False, "first_name": "Ali"}
GOOD: Json = {"message_id": 5, "date": 1790000000, "chat": CHAT, "from": SENDER, "text": "salam"}


def message(**changed: Any) -> Json:
    """An update with a message, fields changed; None takes a field out."""
    made = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return {"update_id": 1, "message": made}


BROKEN_IN_A_ROOM = [
    pytest.param(message(text=123), id="text is a number"),
    pytest.param(message(text={"a": 1}), id="text is an object"),
    pytest.param(message(text=None, caption=["x"]), id="caption is a list"),
    pytest.param(message(date="yesterday"), id="date is a text"),
    pytest.param(message(date=10**30), id="date is beyond time"),
    pytest.param(message(date=-(10**17)), id="date is before time"),
    pytest.param(message(date=None), id="no date"),
    pytest.param(message(message_id=None), id="no message id"),
    pytest.param(message(message_id=1.5), id="message id is a fraction"),
    pytest.param(message(message_id=True), id="message id is a truth"),
    pytest.param({"update_id": 1, "message": {k: v for k, v in GOOD.items() if k != "from"}}, id="nobody speaks"),
    pytest.param(message(**{"from": {"first_name": "x"}}), id="sender without id"),
    pytest.param(message(sender_chat={"title": "x"}), id="channel without id"),
    pytest.param(message(chat={"id": -1001, "title": "x"}), id="chat without type"),
    pytest.param(message(text=None, hologram={"file_id": "x"}), id="content of an unknown kind"),
    pytest.param(message(text=None, migrate_to_chat_id="there"), id="moved to a text"),
    pytest.param({"update_id": 1, "telepathy": GOOD}, id="update of an unknown kind"),
    pytest.param({"update_id": 1, "chat_member": {"chat": CHAT, "date": 1}}, id="change without members"),
    pytest.param({"update_id": 1, "callback_query": {"id": "1", "message": GOOD}}, id="press by nobody"),
    pytest.param({"update_id": 1, "my_chat_member": {"chat": CHAT, "from": SENDER, "date": 1, "old_chat_member": {}, "new_chat_member": {"status": "emperor"}}}, id="unknown status"),
]  # fmt: skip

BROKEN_NOWHERE = [
    pytest.param({"update_id": 1, "message": None}, id="message is nothing"),
    pytest.param({"update_id": 1, "message": "hello"}, id="message is a text"),
    pytest.param({"update_id": 1, "message": []}, id="message is a list"),
    pytest.param({"update_id": 1, "message": {}}, id="message is empty"),
    pytest.param({"update_id": 1, "message": {"chat": 5}}, id="chat is a number"),
    pytest.param({"update_id": 1, "edited_message": {"chat": {"id": "x"}}}, id="chat id is a text"),
    pytest.param({"update_id": 1, "message": {"chat": {"id": -(10**40)}}}, id="chat id is beyond numbers"),
    pytest.param({"message": GOOD | {"chat": {}}}, id="no update id"),
    pytest.param([], id="a list"),
    pytest.param(None, id="nothing"),
    pytest.param("update", id="a text"),
    pytest.param(5, id="a number"),
]


@pytest.mark.parametrize("update", BROKEN_IN_A_ROOM)
def test_broken_update_is_a_gap_of_its_room(update: Json) -> None:
    """Stored like any event."""
    [arrival] = arrivals_of(update, ME)
    assert isinstance(arrival.event, GapSeen)
    assert (arrival.event.reason, arrival.event.place.room) == ("malformed", "telegram:-1001")
    assert arrival.key == "update:1"
    assert EVENT.validate_json(EVENT.dump_json(arrival.event)) == arrival.event


@pytest.mark.parametrize("update", BROKEN_NOWHERE)
def test_broken_update_of_no_room_is_passed_over(update: Any) -> None:
    """It is counted; there is no room to show it in."""
    assert arrivals_of(update, ME) == []


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"update_id": 1, "channel_post": GOOD}, id="kind not asked for"),
        pytest.param({"update_id": 1, "message": GOOD | {"chat": {"id": -5, "type": "channel"}}}, id="channel"),
        pytest.param(message(text=None, pinned_message=GOOD), id="service message"),
        pytest.param(message(text=None, new_chat_photo=[{}]), id="new photo"),
        pytest.param({"update_id": 1, "callback_query": {"id": "1", "from": SENDER, "inline_message_id": "9"}}, id="inline button"),
    ],
)  # fmt: skip
def test_what_says_nothing_leaves_nothing(update: Json) -> None:
    """No event, no gap."""
    assert arrivals_of(update, ME) == []


@pytest.mark.parametrize(
    "part",
    [
        {"reply_to_message": 5},
        {"reply_to_message": {"message_id": "x", "text": 7}},
        {"entities": "none"},
        {"reply_markup": {"inline_keyboard": [5, [None, {"text": 5}]]}},
        {"message_thread_id": "x", "is_topic_message": True},
        {"media_group_id": 5},
        {"forward_origin": None},
        {"quote": []},
        {"document": "x"},
        {"poll": {"options": 5}},
    ],
    ids=lambda part: next(iter(part)),
)
def test_broken_part_does_not_cost_the_words(part: Json) -> None:
    """What is not needed may be broken."""
    [arrival] = arrivals_of(message(**part), ME)
    assert arrival.event.kind == "message_posted"
    assert arrival.event.text == "salam"
    assert EVENT.validate_json(EVENT.dump_json(arrival.event)) == arrival.event


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*_ABOUT, *_SERVICE, "id", "type", "text", "status", "title"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(
        ["message", "edited_message", "callback_query", "my_chat_member", "chat_member", "poll"]
    ),
    changed=st.dictionaries(
        st.sampled_from([*GOOD, *_ABOUT, *_SERVICE, "caption", "photo"]), JSON, max_size=4
    ),
)
def test_no_update_raises_and_all_can_be_stored(kind: str, changed: Json) -> None:
    """Whatever stands in it."""
    for arrival in arrivals_of({"update_id": 9, kind: GOOD | changed}, ME):
        kept = EVENT.dump_json(arrival.event, warnings="error")
        assert EVENT.validate_json(kept) == arrival.event


def test_known_names_of_content_are_those_of_the_library() -> None:
    """A field that the library has and that is in no list here would be taken for content that nobody knows."""
    from telegram import Message

    names = {
        name.strip("_").replace("from_user", "from") for name in Message.__slots__ if not name.startswith("_")
    }
    assert len(names) > 80
    heard = {"text", "caption", "poll", "checklist", "venue", "forum_topic_created", "forum_topic_edited"}
    heard |= {"checklist_tasks_added", "poll_option_added", "animation", "document", "paid_media", "photo"}
    heard |= {"story", "video", "video_note", "voice", "audio", "live_photo"}
    wordless = {"sticker", "dice", "contact", "location", "game", "invoice", "giveaway", "giveaway_winners"}
    assert names - _ABOUT - _SERVICE - heard - wordless - {"api_kwargs"} == set()


def test_halves_of_characters_are_replaced_and_whole_ones_kept() -> None:
    """A pair in two halves is one character again."""
    assert storable("a\ud83db") == "a\ufffdb"
    assert storable("\ud83d\ude00") == "\U0001f600"
    assert storable("پاکستان\x00") == "پاکستان\x00"


@pytest.mark.parametrize("payload", [b"", b"<html>", b"[]", b'{"ok":true}', b'{"result":5}', b"[" * 100_000])
def test_answer_that_holds_no_updates_is_unreadable(payload: bytes) -> None:
    """Not an exception of another kind."""
    with pytest.raises(Unreadable):
        read_updates(payload)


DEEP = (
    '{"update_id":%d,"message":{"chat":{"id":%d,"type":"supergroup"},"deep":'
    + "[" * 50_000
    + "]" * 50_000
    + "}}"
)
NESTED = '{"update_id":%d,"message":{"chat":{"id":%d,"type":"supergroup"},"text":5,"reply_to_message":' + '{"a":' * 400 + "1" + "}" * 400 + "}}"  # fmt: skip


def encoded(update: Any) -> Callable[[int, int], str]:
    """The update as the server would send it, for a group."""
    told = json.dumps(update)

    def make(number: int, group: int) -> str:
        return told.replace('"update_id": 1', f'"update_id": {number}').replace("-1001", str(group))

    return make


async def test_polling_goes_on_behind_all_of_them(flow: Flow) -> None:
    """Broken updates of every kind, nested beyond reading among them, in one stream with good ones: none stops it."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    await flow.settle()
    makers = [encoded(param.values[0]) for param in (*BROKEN_IN_A_ROOM, *BROKEN_NOWHERE)]
    makers += [lambda number, room: DEEP % (number, room), lambda number, room: NESTED % (number, room)]
    assert len(makers) > 30
    for place, make in enumerate(makers):
        world.raw(lambda number, make=make: make(number, group))  # type: ignore[misc] # bound at once
        world.says(group, ali, f"salam {place}")
    last = world.says(group, ali, VIOLATION)
    await flow.settle()
    [warning] = flow.warnings(group)
    assert warning["reply_to_message"]["message_id"] == last
    assert flow.one("SELECT count(*) FROM judged") == len(makers) + 1
    reasons = [reason for room, reason in flow.gaps() if room == f"telegram:{group}"]
    assert reasons.count("malformed") == len(BROKEN_IN_A_ROOM) + 2
    assert flow.platform is not None
    assert flow.platform.receiving()


async def test_answer_without_update_ids_does_not_spin(flow: Flow) -> None:
    """A server that sends updates without numbers is not asked in a loop; when it recovers, all goes on."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    await flow.settle()
    odd: list[Fault] = [
        b"<html>",
        b'{"ok":true}',
        (500, b'{"ok":false,"parameters":[1]}'),
        (400, b'{"description":5}'),
    ]
    flow.api.fail("getUpdates", *[b'{"ok":true,"result":[{"message":{}}]}'] * 2, *odd)
    before = flow.api.calls["getupdates"]
    world.says(group, ali, VIOLATION)
    await flow.until(lambda: flow.warnings(group), 40.0)
    assert flow.api.calls["getupdates"] - before < 20
