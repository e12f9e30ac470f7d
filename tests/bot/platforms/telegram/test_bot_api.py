"""The server of these tests itself: its answers have Telegram's form, by models generated from Telegram's own schema.

The models are aiogram's. The calls are the real library's, with every way that it has to send parameters.
"""

import inspect
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiogram.methods
import pytest
from aiogram.methods import TelegramMethod
from aiohttp import ClientSession
from pydantic import TypeAdapter
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from tests.peers.bot_api import BotApi
from tests.peers.bot_api_limits import Limits
from tests.peers.bot_api_markup import MarkupError, parse_html
from tests.peers.bot_api_methods import LARGEST_FILE

# By name, lower case: the class that tells what a method gives back.
METHODS: dict[str, Any] = {
    one.__api_method__.lower(): one
    for _, one in inspect.getmembers(aiogram.methods, inspect.isclass)
    if issubclass(one, TelegramMethod) and one is not TelegramMethod
}


def check(method: str, result: Any) -> None:
    """Raises ValidationError when a result has not Telegram's form."""
    TypeAdapter(METHODS[method.lower()].__returning__).validate_python(result)


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    """The real library, connected; its answers are recorded."""
    api.recording = True
    made = Bot(api.world.token, api.base_url, api.base_file_url)
    await made.initialize()
    yield made
    await made.shutdown()


async def test_every_answer_has_telegrams_form(api: BotApi, bot: Bot) -> None:
    """All methods of the server and all kinds of updates that it makes."""
    world = api.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await bot.get_updates(
        allowed_updates=["message", "edited_message", "callback_query", "my_chat_member", "chat_member"]
    )
    world.starts(admin, "payload")
    group = world.group("Officers", admin, ali, forum=True)
    small = world.group("Small", admin, kind="group", bot="member")
    channel = world.channel("Notices", linked_to=group)
    topic = world.topic(group, admin, "Postings")
    message = world.says(group, ali, "/why now", topic=topic)
    world.says(group, ali, "indeed", topic=topic, reply_to=message)
    world.says(group, admin, "anonymous", anonymous=True)
    world.says(group, ali, "as a channel", as_channel=channel)
    world.forwards(group, ali, "forwarded", admin)
    world.album(group, ali, ["one", None])
    world.channel_posts(channel, "post")
    world.edits(group, message, "other words")
    world.joins(group, world.person("New"))
    world.leaves(group, ali)
    world.promotes(group, admin, ali)
    world.demotes(group, admin, ali)
    world.renames(group, admin, "Officers of the Division")
    said = await bot.send_message(
        group,
        "<b>bold</b> &amp; <blockquote>quoted</blockquote>",
        parse_mode="HTML",
        message_thread_id=topic,
        reply_parameters=ReplyParameters(message),
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Acknowledge", callback_data="ack:1")]]),
    )
    press = world.press(admin, group, said.message_id, "ack:1")
    await bot.answer_callback_query(press, "Done")
    await bot.edit_message_text("plain", group, said.message_id)
    await bot.send_photo(group, b"\xff\xd8picture", caption="a picture")
    document = await bot.send_document(
        group, b"a paper", filename="paper.txt", caption="<b>a</b> paper", parse_mode="HTML"
    )
    assert document.document is not None
    assert (document.document.file_name, document.caption) == ("paper.txt", "a paper")
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_document(group, b"a paper", caption="x" * 1025)
    file = await bot.get_file(document.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a paper"
    await bot.get_chat(group)
    await bot.get_chat(admin)
    await bot.get_chat_administrators(group)
    await bot.get_chat_member(group, ali)
    await bot.get_chat_member_count(group)
    await bot.delete_message(group, said.message_id)
    world.blocks(admin)
    world.migrates(small, admin)
    world.remove_bot(group, admin)
    await bot.get_updates()
    await bot.set_webhook("http://127.0.0.1:9/", secret_token="s")
    await bot.get_webhook_info()
    await bot.delete_webhook()
    await bot.leave_chat(world.group("Other", admin))
    asked = {method.lower() for method, _ in api.answers}
    updates = [update for method, result in api.answers if method == "getUpdates" for update in result]
    own = set(api.methods.table) | set(api._own) | {"getupdates"}
    assert len(METHODS) > 100
    assert len(own) >= 17
    assert own - asked == set()
    assert len(updates) >= 26
    assert {kind for update in updates for kind in update} == {
        "update_id",
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "chat_member",
    }
    for method, result in api.answers:
        check(method, result)


def test_the_check_sees_a_wrong_answer() -> None:
    """A date in fractions, a missing id."""
    for wrong in ({"message_id": 1}, {"message_id": "x", "date": 1, "chat": {"id": 1, "type": "private"}}):
        with pytest.raises(ValueError, match="validation error"):
            check("sendMessage", wrong)


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
async def test_parameters_may_come_in_any_way(api: BotApi, way: str) -> None:
    """As the Bot API takes them; values that are no text are JSON."""
    world = api.world
    admin = world.person("Admin")
    world.starts(admin)
    markup = json.dumps({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]})
    given = {"chat_id": str(admin), "text": "salam", "reply_markup": markup}
    url = f"{api.base_url}{world.token}/sendMessage"
    async with ClientSession() as session:
        if way == "query":
            answer = await session.get(url, params=given)
        elif way == "form":
            answer = await session.post(url, data=given)
        elif way == "json":
            answer = await session.post(url, json=given)
        else:
            from aiohttp import FormData

            form = FormData(default_to_multipart=True)
            for name, value in given.items():
                form.add_field(name, value)
            answer = await session.post(url, data=form)
        told = await answer.json()
    assert told["ok"] is True
    assert told["result"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "go"


async def test_what_telegram_enforces(api: BotApi, bot: Bot) -> None:
    """Its own classes of errors, in its own words."""
    world = api.world
    admin, ali = world.person("Admin"), world.person("Ali")
    group = world.group("Officers", admin, ali, can_delete_messages=False)
    elsewhere = world.group("Elsewhere", admin, bot=None)
    small = world.group("Small", admin, kind="group")
    message = world.says(group, ali, "salam")
    world.migrates(small, admin)

    async def refused(kind: type[TelegramError], words: str, call: Any) -> None:
        with pytest.raises(kind, match=words):
            await call

    await refused(Forbidden, "can't initiate conversation", bot.send_message(ali, "x"))
    await refused(Forbidden, "not a member of the supergroup", bot.send_message(elsewhere, "x"))
    await refused(ChatMigrated, "supergroup", bot.send_message(small, "x"))
    await refused(BadRequest, "[Cc]hat not found", bot.send_message(-1, "x"))
    await refused(BadRequest, "too long", bot.send_message(group, "x" * 4097))
    await refused(BadRequest, "too long", bot.send_message(group, "😀" * 2049))
    await bot.send_message(group, "😀" * 2048)
    await refused(BadRequest, "text is empty", bot.send_message(group, "  "))
    await refused(
        BadRequest,
        "to be replied not found",
        bot.send_message(group, "x", reply_parameters=ReplyParameters(999)),
    )
    await refused(BadRequest, "thread not found", bot.send_message(group, "x", message_thread_id=999))
    await refused(BadRequest, "[Cc]an't parse entities", bot.send_message(group, "<b>x", parse_mode="HTML"))
    await refused(BadRequest, "can't be deleted", bot.delete_message(group, message))
    await refused(BadRequest, "to delete not found", bot.delete_message(group, 999))
    await refused(BadRequest, "can't be edited", bot.edit_message_text("x", group, message))
    world.add_bot(group, admin)
    world.chats[group].messages[message]["date"] -= 49 * 3600
    await refused(BadRequest, "deleted for everyone", bot.delete_message(group, message))
    said = await bot.send_message(group, "same")
    await refused(BadRequest, "not modified", bot.edit_message_text("same", group, said.message_id))
    await refused(BadRequest, "query is too old|Query is too old", bot.answer_callback_query("5"))
    world.add_bot(group, admin, "restricted", can_send_messages=False)
    await refused(BadRequest, "[Nn]ot enough rights", bot.send_message(group, "x"))
    world.remove_bot(group, admin)
    await refused(Forbidden, "kicked", bot.get_chat_administrators(group))
    large = world.file(b"\0" * (LARGEST_FILE + 1))
    await refused(BadRequest, "too big", bot.get_file(large["file_id"]))
    await bot.set_webhook("http://127.0.0.1:9/")
    await refused(Conflict, "webhook is active", bot.get_updates())
    await bot.delete_webhook()
    world.token = "4711:another"
    await refused(InvalidToken, "Unauthorized", bot.get_me())


async def test_flood_limits(api: BotApi, bot: Bot) -> None:
    """20 a minute in a group, 30 a second over all; the wait is told in whole seconds."""
    world = api.world
    people = [world.person(f"P{number}") for number in range(35)]
    for person in people:
        world.starts(person)
    group = world.group("Officers", people[0])
    api.methods.limits = Limits(per_second=1000)
    for _ in range(20):
        await bot.send_message(group, "x")
    with pytest.raises(RetryAfter) as told:
        await bot.send_message(group, "x")
    wait = told.value.retry_after
    assert 50 <= (wait if isinstance(wait, int) else wait.total_seconds()) <= 60
    await bot.send_message(people[0], "x")
    api.methods.limits = Limits(per_second=30)
    api.methods.limits._sent.extend([time.monotonic() + 1.0] * 30)
    with pytest.raises(RetryAfter):
        await bot.send_message(people[1], "x")


async def test_updates_wait_until_confirmed(api: BotApi, bot: Bot) -> None:
    """Offset, limit, long poll; kinds not asked for never come."""
    world = api.world
    ali = world.person("Ali")
    world.starts(ali)
    for number in range(4):
        world.writes(ali, f"message {number}")
    first = await bot.get_updates(limit=2, allowed_updates=["message"])
    again = await bot.get_updates(limit=2)
    assert [one.update_id for one in first] == [one.update_id for one in again]
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert rest[0].update_id == first[-1].update_id + 1
    assert len(await bot.get_updates(offset=rest[-1].update_id + 1)) == 0
    world.blocks(ali)  # a my_chat_member, not asked for
    assert len(await bot.get_updates(timeout=0)) == 0


@pytest.mark.parametrize(
    ("markup", "text", "types"),
    [
        ("a <b>b</b> &lt;c&gt;", "a b <c>", ["bold"]),
        ("<b><i>x</i></b>", "x", ["bold", "italic"]),
        ("😀<code>y</code>", "😀y", ["code"]),
        ('<a href="https://x.pk">z</a>', "z", ["text_link"]),
        ("a & b &unknown;", "a & b &unknown;", []),
    ],
)
def test_markup_is_read_as_telegram_does(markup: str, text: str, types: list[str]) -> None:
    """Entities by UTF-16 units."""
    read, entities = parse_html(markup)
    assert read == text
    assert [one["type"] for one in entities] == types


@pytest.mark.parametrize("markup", ["<b>", "</b>", "<b></i>", "a < b", "<script>x</script>"])
def test_wrong_markup_is_refused(markup: str) -> None:
    """As Telegram does."""
    with pytest.raises(MarkupError, match="can't parse entities"):
        parse_html(markup)
