"""What a bridge marks, read from content that anybody may have written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.bridge import (
    bridge_bot_of,
    forwarded,
    link_of,
    placeholder_of,
    relayed,
    says_not_sent,
)
from bot.platforms.matrix.content import edited_body_of
from bot.platforms.matrix.rooms import RoomView
from tests.peers.whatsapp import FORWARDED_HTML

BOT = "@whatsappbot:server"
_PORTAL = {"bridgebot": BOT, "protocol": {"id": "whatsapp"}}


def state(sender: str, content: object, key: str = "server/whatsapp") -> dict[str, Any]:
    """An `m.bridge` event."""
    return {"type": "m.bridge", "state_key": key, "sender": sender, "content": content}


@pytest.mark.parametrize(
    ("sender", "content", "bots"),
    [
        pytest.param(BOT, _PORTAL, [BOT], id="the bridge says so itself"),
        pytest.param("@officer:server", _PORTAL, [], id="somebody else says so"),
        pytest.param(
            "@officer:server",
            {**_PORTAL, "bridgebot": "@officer:server"},
            [],
            id="nobody makes himself a bridge",
        ),
        pytest.param(BOT, {"bridgebot": BOT}, [], id="no protocol"),
    ],
)
def test_only_the_bridge_makes_a_room_bridged(sender: str, content: dict[str, Any], bots: list[str]) -> None:
    """And it ends when the bridge takes its mark away."""
    view = RoomView("!room", "@para6:server")
    view.apply(state(sender, content))
    assert list(view.bridges.values()) == bots
    assert view.of_bridge("@whatsapp_1:server") is bool(bots)
    assert not view.of_bridge("@whatsapp_1:elsewhere")
    view.apply(state(BOT, {}))
    assert not view.bridges


def test_a_room_in_which_one_person_commands_a_bridge_is_not_watched() -> None:
    """With a second person, a puppet, or a bridge's mark it is; without a bridge bot it always is."""
    view = RoomView("!room", "@para6:server")

    def comes(user: str, membership: str = "join") -> None:
        view.apply({"type": "m.room.member", "state_key": user, "content": {"membership": membership}})

    for user in ("@para6:server", "@officer:server"):
        comes(user)
    assert view.watched()
    comes(BOT)
    assert not view.watched()
    comes("@whatsapp_1:server")
    assert view.watched()
    comes("@whatsapp_1:server", "leave")
    comes("@second:server")
    assert view.watched()
    comes("@second:server", "leave")
    assert not view.watched()
    view.apply(state(BOT, _PORTAL))
    assert view.watched()


@pytest.mark.parametrize(
    ("event", "action", "expected"),
    [
        ("CONNECTED", "", "back"),
        ("TRANSIENT_DISCONNECT", "", "away"),
        ("TRANSIENT_DISCONNECT", "OPEN_NATIVE", "phone"),
        ("UNKNOWN_ERROR", "", "away"),
        ("BAD_CREDENTIALS", "RELOGIN", "logged_out"),
        ("CONNECTING", "", None),
        ("BACKFILLING", "", None),
        ("A_WORD_OF_THE_FUTURE", "", None),
    ],
)
def test_states_of_a_login(event: str, action: str, expected: str | None) -> None:
    """Those of mautrix-go's `bridgev2`."""
    told = link_of({"fi.mau.bridge_state": {"state_event": event, "user_action": action, "timestamp": 1.7e9}})
    assert (told.state if told else None) == expected


def test_an_edited_forward_is_judged_without_its_mark() -> None:
    """Both bodies of the edit."""
    new = {
        "msgtype": "m.text",
        "body": "↷ Forwarded\n\nnew words",
        "formatted_body": f"{FORWARDED_HTML}new words",
    }
    new["format"] = "org.matrix.custom.html"
    shown = {**new, "body": f"* {new['body']}", "formatted_body": f"* {new['formatted_body']}"}
    is_forwarded, content = forwarded({**shown, "m.new_content": new})
    body = edited_body_of(content)
    assert is_forwarded
    assert body is not None
    assert (body.text, body.others) == ("new words", ())


_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        -1,
        10**30,
        float("nan"),
        "",
        "\ud800",
        "* ",
        "↷ Forwarded",
        "\u26a0",
        "CONNECTED",
        [],
        [1],
        {},
    ]
)
_FIELDS = st.sampled_from(
    [
        "body",
        "msgtype",
        "formatted_body",
        "m.new_content",
        "filename",
        "com.beeper.per_message_profile",
        "fi.mau.bridge_state",
        "bridgebot",
        "protocol",
    ]
)
_INNER = st.dictionaries(
    st.sampled_from(
        [
            "displayname",
            "has_fallback",
            "state_event",
            "timestamp",
            "remote_id",
            "id",
            "body",
            "formatted_body",
        ]
    ),
    _ODD | st.just(FORWARDED_HTML),
)


@given(st.dictionaries(_FIELDS, _ODD | _INNER | st.just(FORWARDED_HTML) | st.just("m.notice")))
def test_no_content_breaks_the_reading(content: dict[str, Any]) -> None:
    """Every field may have any type."""
    placeholder_of(content)
    link_of(content)
    says_not_sent(content)
    relayed(content)
    forwarded(content)
    bridge_bot_of(state(BOT, content))
    RoomView("!room", "@para6:server").apply(state(BOT, content))
