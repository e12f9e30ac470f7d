"""Telegram's errors as ours: none unmapped, the right one for its words, and what is done about them."""

import inspect
from datetime import timedelta

import pytest
import telegram.error
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.delivery import Pace
from bot.platforms.telegram import TelegramPlatform
from bot.platforms.telegram.errors import MAPPED, platform_error
from bot.platforms.telegram.people import is_group
from handlers.events import MemberId, RoomId
from handlers.ports import (
    AlreadyGone,
    MovedTo,
    NotAllowed,
    NotReachable,
    PlatformError,
    Rendered,
    RetryLater,
)
from tests.bot.platforms.telegram.flow import VIOLATION, Flow
from tests.peers.bot_api import BotApi
from tests.peers.bot_api_limits import Limits
from tests.peers.bot_api_methods import ApiError


def test_no_error_of_the_library_is_unmapped() -> None:
    """Every class of telegram.error has its place."""
    classes = {
        one
        for _, one in inspect.getmembers(telegram.error, inspect.isclass)
        if issubclass(one, TelegramError)
    }
    assert len(classes) >= 11
    assert classes == set(MAPPED)


@pytest.mark.parametrize(
    ("error", "call", "expected"),
    [
        pytest.param(RetryAfter(timedelta(seconds=7)), "send", RetryLater, id="429"),
        pytest.param(ChatMigrated(-100200), "send", MovedTo, id="migrated"),
        pytest.param(Forbidden("Forbidden: bot was blocked by the user"), "send", NotReachable, id="blocked"),
        pytest.param(Forbidden("Forbidden: bot can't initiate conversation with a user"), "send", NotReachable, id="never started"),
        pytest.param(Forbidden("Forbidden: user is deactivated"), "send", NotReachable, id="deactivated"),
        pytest.param(Forbidden("Forbidden: bot was kicked from the supergroup chat"), "send", NotReachable, id="kicked"),
        pytest.param(Forbidden("Forbidden: CHAT_WRITE_FORBIDDEN"), "send", NotAllowed, id="muted"),
        pytest.param(BadRequest("Chat not found"), "send", NotReachable, id="no chat"),
        pytest.param(BadRequest("Not enough rights to send text messages to the chat"), "send", NotAllowed, id="no right"),
        pytest.param(BadRequest("Message can't be deleted"), "remove", NotAllowed, id="not to delete"),
        pytest.param(BadRequest("Message can't be deleted for everyone"), "remove", AlreadyGone, id="too old"),
        pytest.param(BadRequest("Message to delete not found"), "remove", AlreadyGone, id="deleted"),
        pytest.param(BadRequest("Message to be replied not found"), "send", AlreadyGone, id="answer to nothing"),
        pytest.param(BadRequest("Message to edit not found"), "edit", AlreadyGone, id="edit of nothing"),
        pytest.param(BadRequest("Message thread not found"), "send", AlreadyGone, id="topic deleted"),
        pytest.param(BadRequest("Query is too old and response timeout expired or query ID is invalid"), "answer", AlreadyGone, id="old press"),
        pytest.param(BadRequest("Something new"), "send", PlatformError, id="unknown"),
    ],
)  # fmt: skip
def test_words_decide(error: TelegramError, call: str, expected: type[PlatformError]) -> None:
    """And nothing of the words is in our error."""
    mapped = platform_error(error, call)
    assert type(mapped) is expected
    assert "chat" not in str(mapped).lower()
    if isinstance(mapped, RetryLater):
        assert mapped.wait_s == 7
    if isinstance(mapped, MovedTo):
        assert mapped.room == "telegram:-100200"
    if isinstance(mapped, NotAllowed):
        assert mapped.right == call


async def test_private_chat_never_started_is_not_reachable(flow: Flow) -> None:
    """Known only by sending; those who are no person have none."""
    stranger = flow.world.person("Stranger")
    await flow.start()
    assert flow.platform is not None
    room = await flow.platform.private_room(MemberId(f"telegram:{stranger}"))
    with pytest.raises(NotReachable):
        await flow.platform.send(room, Rendered("x", "x"), key="k")
    for nobody in ("telegram:-100123", "console:admin"):
        with pytest.raises(NotReachable):
            await flow.platform.private_room(MemberId(nobody))
    with pytest.raises(NotReachable):
        await flow.platform.send(RoomId("matrix:!x"), Rendered("x", "x"), key="k")


async def test_429_is_obeyed(flow: Flow) -> None:
    """The warning comes after the pause asked for, once; other rooms do not wait for it."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    await flow.settle()
    flow.api.fail("sendMessage", ApiError(429, "Too Many Requests: retry after 2", retry_after=2))
    world.says(group, ali, VIOLATION)
    await flow.until(lambda: not flow.api.faults["sendmessage"])
    asked = flow.api.calls["sendmessage"]
    world.starts(admin)
    await flow.until(lambda: flow.said(admin))
    assert not flow.warnings(group)
    assert flow.api.calls["sendmessage"] > asked
    await flow.settle()
    assert len(flow.warnings(group)) == 1


async def test_server_errors_are_tried_again(flow: Flow) -> None:
    """Whatever the server answers in its troubles, the warning is said in the end, once."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    await flow.settle()
    flow.api.fail(
        "sendMessage", ApiError(500, "Internal Server Error"), ApiError(502, "Bad Gateway"), b"<html>"
    )
    world.says(group, ali, VIOLATION)
    await flow.until(lambda: not flow.api.faults["sendmessage"], 20.0)
    await flow.settle()
    assert len(flow.warnings(group)) == 1


def test_pace_is_telegrams() -> None:
    """One a second in a chat, twenty a minute in a group and not in private, below thirty a second over all."""
    pace = TelegramPlatform.pace
    assert isinstance(pace, Pace)
    assert (pace.room_pause_s, pace.room_per_minute) == (1.0, 20)
    assert pace.per_second < 30
    assert pace.per_minute_in is is_group
    assert is_group("telegram:-1001")
    assert not is_group("telegram:1001")


async def test_pace_keeps_within_the_real_limits(api: BotApi, flow: Flow) -> None:
    """With Telegram's own limits nothing is refused, in several groups at once."""
    refused: list[int] = []
    limits = Limits()
    ask = limits.wait_s
    api.methods.limits = limits
    limits.wait_s = lambda chat: refused.append(wait) or wait if (wait := ask(chat)) else 0  # type: ignore[method-assign, func-returns-value] # counts the refusals
    flow.pace = None
    world = flow.world
    admin = world.person("Admin")
    await flow.start()
    groups = [world.group(f"Group {number}", admin) for number in range(4)]
    for group in groups:
        for number in range(3):
            world.says(group, world.person(f"M{number}"), VIOLATION)
    await flow.settle()
    assert [len(flow.warnings(group)) for group in groups] == [3] * 4
    assert refused == []
