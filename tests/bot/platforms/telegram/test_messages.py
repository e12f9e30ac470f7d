"""Every kind of message that a group knows: judged where members see words, answered where it stands."""

import json

import pytest

from tests.bot.platforms.telegram.flow import VIOLATION, Flow
from tests.peers.bot_api import BotApi
from tests.peers.bot_api_chats import Json


async def people(flow: Flow) -> tuple[int, int, int]:
    """A supergroup with an admin who can be reached, and a member."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    return admin, ali, world.group("Officers", admin, ali)


async def test_edit_is_warned_by_a_reply_to_the_message_edited(flow: Flow) -> None:
    """A clean message turned bad is warned once; a reaction, which changes nothing, warns no more."""
    _, ali, group = await people(flow)
    message = flow.world.says(group, ali, "salam")
    await flow.settle()
    assert not flow.warnings(group)
    flow.world.edits(group, message, VIOLATION)
    flow.world.edits(group, message)
    flow.world.edits(group, message, mark=False)
    await flow.settle()
    [warning] = flow.warnings(group)
    assert warning["reply_to_message"]["message_id"] == message


async def test_album_is_warned_once(flow: Flow) -> None:
    """Several bad captions of one album: one warning, one alert; the pictures are read."""
    admin, ali, group = await people(flow)
    first, *_ = flow.world.album(group, ali, [VIOLATION, None, f"{VIOLATION}, all of you"])
    await flow.settle()
    [warning] = flow.warnings(group)
    assert warning["reply_to_message"]["message_id"] == first
    assert len(flow.alerts(admin)) == 1
    assert flow.one("SELECT part FROM findings") == "caption"
    assert flow.one("SELECT count(*) FROM files WHERE state = 'done'") == 3


@pytest.mark.parametrize(
    ("content", "part"),
    [
        pytest.param({"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}], "caption": VIOLATION}, "caption", id="caption"),
        pytest.param({"poll": {"id": "1", "question": "Whom?", "options": [{"text": VIOLATION, "voter_count": 0}]}}, "text", id="poll option"),
        pytest.param({"document": {"file_id": "a", "file_unique_id": "b", "file_name": "vote_for_us.pdf"}}, "text", id="file name"),
        pytest.param({"checklist": {"title": "To do", "tasks": [{"id": 1, "text": VIOLATION}]}}, "text", id="checklist"),
        pytest.param({"venue": {"title": VIOLATION, "address": "Mall Road", "location": {}}}, "text", id="venue"),
        pytest.param({"text": "see", "reply_markup": {"inline_keyboard": [[{"text": VIOLATION, "url": "https://x.pk"}]]}}, "text", id="button"),
        pytest.param({"text": f"/forward@other_bot {VIOLATION}"}, "text", id="command of another bot"),
        pytest.param({"text": f"/check {VIOLATION}"}, "text", id="words behind a command of ours"),
        pytest.param({"forum_topic_created": {"name": VIOLATION, "icon_color": 1}}, "text", id="name of a topic"),
    ],
)  # fmt: skip
async def test_words_are_judged_wherever_members_see_them(flow: Flow, content: Json, part: str) -> None:
    """In captions, polls, names of files, lists, places, buttons, commands."""
    _, ali, group = await people(flow)
    message = flow.world.says(group, ali, **content)
    await flow.settle()
    [warning] = flow.warnings(group)
    assert warning["reply_to_message"]["message_id"] == message
    assert flow.one("SELECT part FROM findings") == part


async def test_forward_is_marked_and_the_thread_before_is_known(flow: Flow) -> None:
    """A forward is judged as one; a reply brings the words that it answers."""
    _, ali, group = await people(flow)
    first = flow.world.says(group, ali, "who is the best")
    flow.world.forwards(group, ali, VIOLATION, flow.world.person("Author"))
    flow.world.says(group, ali, "I think so", reply_to=first)
    await flow.settle()
    assert len(flow.warnings(group)) == 1
    assert "who is the best" in flow.judge.contexts[-1]  # type: ignore[attr-defined] # the scripted judge


async def test_anonymous_admin_is_warned_and_may_command(flow: Flow) -> None:
    """He speaks as the group: his messages are judged, his commands obeyed, and he is alerted as himself."""
    world = flow.world
    admin, hidden, ali = world.person("Admin"), world.person("Hidden"), world.person("Ali")
    await flow.start()
    world.starts(hidden)
    group = world.group("Officers", admin, hidden, ali)
    world.promotes(group, admin, hidden, is_anonymous=True)
    message = world.says(group, hidden, VIOLATION, anonymous=True)
    world.says(group, hidden, "/settings remove", anonymous=True)
    await flow.settle()
    [warning] = flow.warnings(group)
    assert warning["reply_to_message"]["message_id"] == message
    assert len(flow.alerts(hidden)) == 1
    assert flow.one("SELECT mode FROM rooms WHERE id = ?", f"telegram:{group}") == "remove"


async def test_member_may_not_command_as_a_channel(flow: Flow) -> None:
    """Who speaks as a channel of his own is no admin."""
    _, ali, group = await people(flow)
    own = flow.world.channel("Ali's channel")
    flow.world.says(group, ali, "/settings remove", as_channel=own)
    message = flow.world.says(group, ali, VIOLATION, as_channel=own)
    await flow.settle()
    assert flow.one("SELECT mode FROM rooms WHERE id = ?", f"telegram:{group}") == "warn"
    [warning] = flow.warnings(group)
    assert warning["reply_to_message"]["message_id"] == message


async def test_post_of_the_linked_channel_is_judged(flow: Flow) -> None:
    """Its automatic forward into the group is answered there and is no member's forward."""
    admin, _, group = await people(flow)
    channel = flow.world.channel("Notices", linked_to=group)
    message = flow.world.channel_posts(channel, VIOLATION)
    await flow.settle()
    [warning] = flow.warnings(group)
    assert warning["reply_to_message"]["message_id"] == message
    assert len(flow.alerts(admin)) == 1
    assert flow.one("SELECT sender FROM judged") == f"telegram:{channel}"


async def test_remove_mode_deletes(flow: Flow) -> None:
    """The message goes; one short notice without its words stays."""
    admin, ali, group = await people(flow)
    flow.world.writes(admin, "/settings remove")
    await flow.settle()
    message = flow.world.says(group, ali, VIOLATION)
    await flow.settle()
    assert flow.world.removed == [(group, message)]
    [notice] = flow.warnings(group)
    assert "was removed" in notice["text"]
    assert "reply_to_message" not in notice
    assert flow.journal("message_removed") == 1


async def test_message_too_old_to_delete_is_no_failure(flow: Flow) -> None:
    """Telegram deletes nothing after 48 hours: the order ends, on record."""
    admin, ali, group = await people(flow)
    flow.world.writes(admin, "/settings remove")
    await flow.settle()
    flow.world.shift_s = -49 * 3600
    flow.world.says(group, ali, VIOLATION)
    flow.world.shift_s = 0
    await flow.settle()
    assert flow.world.removed == []
    assert flow.journal("message_already_gone") == 1


async def test_fourth_warning_edits_the_third(flow: Flow) -> None:
    """Three warnings in ten minutes; from then on the last one says how many."""
    _, ali, group = await people(flow)
    for number in range(5):
        flow.world.says(group, ali, f"{VIOLATION} {number}")
        await flow.settle()
    warnings = flow.said(group, "Ali")
    assert len(warnings) == 3
    assert "concerns 5 of your recent messages" in warnings[-1]["text"]


async def test_what_is_too_long_is_a_gap(flow: Flow) -> None:
    """Over 64 KiB nothing is judged and the gap is kept; just below it is judged whole."""
    _, ali, group = await people(flow)
    flow.world.says(group, ali, "x" * (64 * 1024) + " vote")
    flow.world.says(group, ali, "x" * (64 * 1024 - 10) + " vote")
    await flow.settle()
    assert flow.gaps() == [(f"telegram:{group}", "too_long")]
    assert len(flow.warnings(group)) == 1


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param("\\ud83d", id="half a character"),
        pytest.param("\\u0000\\u0007", id="control characters"),
        pytest.param("\\u202e\\u2066\\u200f", id="direction marks"),
        pytest.param("\\ud83d\\ude00" * 50, id="emoji"),
        pytest.param("<b>&amp;</i>", id="markup"),
        pytest.param("{name} %s \\\\", id="format"),
    ],
)
async def test_odd_characters_go_the_whole_way(flow: Flow, api: BotApi, odd: str) -> None:
    """In the text, the name and the title; the warning and the alert are said all the same."""
    admin, ali, group = await people(flow)
    await flow.settle()
    shown = api.world.chats[group].shown()
    kept: Json = {
        "message_id": 900,
        "from": api.world.users[ali],
        "date": 1790000000,
        "chat": shown,
        "text": "ODD vote",
    }
    api.world.chats[group].messages[900] = kept
    update = {
        "message": kept | {"chat": shown | {"title": "ODD"}, "from": kept["from"] | {"first_name": "ODD"}}
    }
    body = json.dumps(update).replace("ODD", odd)
    api.world.raw(lambda number: f'{{"update_id": {number}, {body[1:]}')
    await flow.settle()
    assert len(flow.warnings(group)) == 1
    assert len(flow.alerts(admin)) == 1


async def test_urdu_is_answered_in_urdu(flow: Flow) -> None:
    """The warning begins with a mark of its direction."""
    _, ali, group = await people(flow)
    flow.world.says(group, ali, "پی ٹی آئی کو ووٹ دیں اور سب کو بتائیں vote")
    await flow.settle()
    [warning] = [one for one in flow.world.said(group) if "reply_to_message" in one]
    assert warning["text"].startswith("\u200f")


async def test_newcomer_is_told_and_arrivals_of_bots_are_not(flow: Flow) -> None:
    """Joining is greeted with the rule, once for both of Telegram's ways to tell it."""
    world = flow.world
    admin, _, group = await people(flow)
    world.joins(group, world.person("New"))
    world.joins(group, world.person("Robot", bot=True))
    world.leaves(group, admin)
    await flow.settle()
    assert len(flow.said(group, "Welcome.")) == 1
