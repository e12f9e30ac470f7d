"""Commands as people type them, in groups and in private."""

import pytest

from bot.platforms.telegram.translate import Me, arrivals_of
from handlers.events import CommandGiven, Event
from tests.bot.platforms.telegram.flow import Flow
from tests.peers.bot_api_chats import Json

ME = Me(4711, "para6_bot", sees_all=True)
GROUP: Json = {"id": -1001, "type": "supergroup", "title": "Officers"}
PRIVATE: Json = {"id": 7, "type": "private", "first_name": "Ali"}


def events(text: str, chat: Json = GROUP, kind: str = "message") -> list[Event]:
    """What a text comes to."""
    sender = {"id": 7, "is_bot": False, "first_name": "Ali", "last_name": "Khan", "language_code": "ur"}
    message = {"message_id": 5, "date": 1790000000, "chat": chat, "from": sender, "text": text}
    return [arrival.event for arrival in arrivals_of({"update_id": 1, kind: message}, ME)]


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/digest", "digest", ""),
        ("/digest week", "digest", "week"),
        ("/digest@para6_bot", "digest", ""),
        ("/digest@PARA6_BOT   week  ", "digest", "week"),
        ("/Digest\nmonth", "digest", "month"),
        ("/why", "why", ""),
    ],
)
def test_command_in_a_group(text: str, name: str, argument: str) -> None:
    """With or without the bot's name; nothing else comes of it."""
    [event] = events(text)
    assert isinstance(event, CommandGiven)
    assert (event.name, event.argument, event.place.private) == (name, argument, False)


@pytest.mark.parametrize(
    "text",
    [
        "/digest@other_bot",
        "/digestweek",
        "/usr/bin",
        "/",
        "//digest",
        "see /digest",
        "/ digest",
        "/چیک",
        "/roll 5",
    ],
)
def test_what_is_no_command_of_ours_is_a_message(text: str) -> None:
    """Members read it, so it is judged."""
    [event] = events(text)
    assert event.kind == "message_posted"


def test_free_words_behind_a_command_are_judged_as_well() -> None:
    """Everybody in the group has read them."""
    assert [event.kind for event in events("/check is this allowed")] == ["command_given", "message_posted"]
    assert [event.kind for event in events("/digest week", kind="edited_message")] == ["message_posted"]


@pytest.mark.parametrize(
    ("text", "kinds", "name", "argument"),
    [
        ("/start", ["private_opened", "command_given"], "start", ""),
        ("/start alerts", ["private_opened", "command_given"], "start", "alerts"),
        ("/anything at all", ["command_given"], "anything", "at all"),
        ("  a draft\nof two lines ", ["command_given"], "", "  a draft\nof two lines "),
    ],
)
def test_private_text(text: str, kinds: list[str], name: str, argument: str) -> None:
    """A command of whatever name, or a draft as it was written."""
    found = events(text, PRIVATE)
    assert [event.kind for event in found] == kinds
    given = found[-1]
    assert isinstance(given, CommandGiven)
    assert (given.name, given.argument, given.place.room) == (name, argument, "telegram:7")
    assert (given.sender.name, given.sender.language) == ("Ali Khan", "ur")


def test_edited_private_text() -> None:
    """A draft is checked again; a command is obeyed once."""
    assert events("/settings warn", PRIVATE, "edited_message") == []
    assert len(events("a better draft", PRIVATE, "edited_message")) == 1


async def test_digest_by_the_bots_name_in_the_group(flow: Flow) -> None:
    """Given in private, and said so in the group."""
    world = flow.world
    admin = world.person("Admin")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin)
    world.says(group, admin, "/digest@para6_bot week")
    await flow.settle()
    assert len(flow.said(admin, "Digest of")) == 1
    assert len(flow.said(group, "sent to you in private")) == 1
    assert not flow.said(group, "Digest of")
