"""Messages in rooms: judged in every form members see them, warned about as a reply, the admin told in private."""

from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from nio import Api, RoomSendResponse  # type: ignore[import-untyped] # the library ships no types

from tests.bot.platforms.matrix.conftest import World
from tests.peers.officer import content_of, good, replies_to
from tests.peers.synapse import SynapseError

VIOLATION = "Vote for PTI in the coming election and bring back Imran Khan, share with all"
HTML = {"format": "org.matrix.custom.html"}


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_warning_replies_and_alert_comes_in_private(world: World, encrypted: bool) -> None:
    """The whole way, through the real application."""
    room, admin, (member,) = await world.scene("Batch 40", encrypted=encrypted)
    message = await member.say(room, VIOLATION)
    warning = await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    assert content_of(warning)["msgtype"] == "m.notice"
    assert content_of(warning)["format"] == "org.matrix.custom.html"
    assert content_of(warning)["m.mentions"] == {"user_ids": [member.user]}
    assert "Imran" not in content_of(warning)["body"]
    alert = await admin.hears(world.bot, lambda event: "Batch 40" in event.body and "✅" in event.body)
    private = next(where for where, event in admin.seen if event is alert)
    assert private != room
    assert admin.client.rooms[private].encrypted
    assert alert.decrypted
    assert not member.unreadable()


async def test_warning_goes_into_the_thread(world: World) -> None:
    """A reply in the thread; an edit there is warned about there as well."""
    room, _, (member,) = await world.scene("Threads", encrypted=True)
    root = await member.say(room, "Meeting notes below")
    thread = {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": root},
    }
    message = await member.say(room, VIOLATION, **{"m.relates_to": thread})
    warning = await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    assert content_of(warning)["m.relates_to"]["rel_type"] == "m.thread"
    assert content_of(warning)["m.relates_to"]["event_id"] == root
    assert content_of(warning)["m.relates_to"]["is_falling_back"] is False
    clean = await member.say(room, "Tea at four", **{"m.relates_to": thread})
    await edit(member, room, clean, VIOLATION)
    second = await member.hears(world.bot, lambda event: replies_to(event) == clean, room)
    assert content_of(second)["m.relates_to"]["event_id"] == root


async def edit(member: Any, room: str, message: str, text: str, fallback: str | None = None) -> str:
    """Replace a message of one's own, or try to."""
    event: str = await member.send(
        room,
        {
            "msgtype": "m.text",
            "body": fallback or f"* {text}",
            "m.new_content": {"msgtype": "m.text", "body": text},
            "m.relates_to": {"rel_type": "m.replace", "event_id": message},
        },
    )
    return event


@pytest.mark.parametrize(
    ("text", "fallback"),
    [
        pytest.param(VIOLATION, "* Tea at four", id="in the new content"),
        pytest.param("Tea at four", f"* {VIOLATION}", id="in what old clients show"),
    ],
)
async def test_both_bodies_of_an_edit_are_judged(world: World, text: str, fallback: str) -> None:
    """The warning answers the message edited."""
    room, _, (member,) = await world.scene("Edits")
    message = await member.say(room, "Dinner is at eight")
    await edit(member, room, message, text, fallback)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)


async def test_an_edit_that_changes_nothing_is_not_warned_again(world: World) -> None:
    """One warning; and somebody else's edit is judged as his own words."""
    room, _, (member, other) = await world.scene("Same", members=2)
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    await edit(member, room, message, VIOLATION)
    foreign = await edit(other, room, message, "Nothing to see", f"* {VIOLATION}")
    warning = await member.hears(world.bot, lambda event: replies_to(event) == foreign, room)
    assert warning
    about = [event for event in member.said_by(world.bot, room) if replies_to(event) == message]
    assert len(about) == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            {
                "msgtype": "m.text",
                "body": "Assalam o alaikum",
                "formatted_body": f"<b>{VIOLATION}</b>",
                **HTML,
            },
            id="formatted body says something else",
        ),
        pytest.param({"msgtype": "m.emote", "body": f"says: {VIOLATION}"}, id="emote"),
        pytest.param({"msgtype": "m.notice", "body": VIOLATION}, id="a member's notice"),
        pytest.param({"msgtype": "com.example.unheard_of", "body": VIOLATION}, id="unknown kind of message"),
        pytest.param(
            {"msgtype": "m.image", "body": VIOLATION, "filename": "a.jpg", "url": "mxc://localhost/abc"},
            id="caption",
        ),
        pytest.param(
            {"msgtype": "m.text", "body": f"{VIOLATION} \u202e\u0007\u0000 {'x ' * 20_000}"},
            id="long, with control characters",
        ),
    ],
)
async def test_every_form_of_a_message_is_judged(world: World, content: dict[str, Any]) -> None:
    """What members can see is judged, whichever field it stands in."""
    room, _, (member,) = await world.scene("Forms")
    message = await member.send(room, content)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)


async def test_a_poll_is_judged(world: World) -> None:
    """Question and answers."""
    room, _, (member,) = await world.scene("Polls", encrypted=True)
    question = {"org.matrix.msc1767.text": "Who should win?"}
    answers = [
        {"id": "1", "org.matrix.msc1767.text": VIOLATION},
        {"id": "2", "org.matrix.msc1767.text": "no"},
    ]
    poll = {"org.matrix.msc3381.poll.start": {"question": question, "answers": answers}}
    message = await member.send(room, poll, "org.matrix.msc3381.poll.start")
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)


async def test_who_quotes_is_not_warned_for_the_quotation(world: World) -> None:
    """The quotation that older clients put before a reply is not the replier's; a made-up one is."""
    room, _, (member, other) = await world.scene("Quotes", members=2)
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    answer = {"m.in_reply_to": {"event_id": message}}
    quoting = await other.say(
        room,
        f"> <{member.user}> {VIOLATION}\n\nPlease do not, remember the rules",
        **{"m.relates_to": answer},
    )
    greeting = await member.say(room, "Salam")
    made_up = await other.say(
        room, f"> {VIOLATION}\n\nSalam", **{"m.relates_to": {"m.in_reply_to": {"event_id": greeting}}}
    )
    await other.hears(world.bot, lambda event: replies_to(event) == made_up, room)
    assert not [event for event in other.said_by(world.bot, room) if replies_to(event) == quoting]


async def test_picture_that_is_gone_is_a_gap_and_deletion_is_on_record(world: World) -> None:
    """A picture that the server no longer has is said so; a redaction after the warning is kept."""
    room, _, (member,) = await world.scene("Files")
    await member.send(room, {"msgtype": "m.image", "body": "photo.jpg", "url": "mxc://localhost/abc"})
    assert (await world.recorded("gap"))["reason"] == "file_gone"
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    good(await member.client.room_redact(room, message))
    assert (await world.recorded("message_deleted"))["message"] == message


async def test_other_bots_are_left_alone(world: World) -> None:
    """A bot's notice is not answered, and neither is our own."""
    room, admin, (member,) = await world.scene("Bots")
    robot = await world.person("weatherbot-")
    good(await admin.client.room_invite(room, robot.user))
    await admin.with_devices_of(room, robot.user)
    await robot.send(room, {"msgtype": "m.notice", "body": VIOLATION})
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    assert [one["message"] for one in world.journal("findings")] == [message]


async def test_remove_mode_redacts(world: World) -> None:
    """With the right given, the message goes and a short notice stays."""
    world.mode = "remove"
    room, admin, (member,) = await world.scene(
        "Strict", power_level_override={"redact": 0, "users_default": 0}
    )
    message = await member.say(room, VIOLATION)
    await world.recorded("message_removed")
    event = good(await admin.client.room_get_event(room, message)).event
    assert event.source["content"] == {}
    assert await member.hears(
        world.bot, lambda one: replies_to(one) is None and "member" in one.body in one.body, room
    )


async def test_malformed_events_stop_nothing(world: World) -> None:
    """Whatever members' clients send: what looks like a message is a gap, and the next message is judged."""
    room, admin, (member,) = await world.scene("Broken")
    path = f"/rooms/{room}/send"
    nested: Any = "x"
    for _ in range(200):
        nested = {"a": nested}
    broken: list[tuple[str, Any]] = [
        ("m.room.message", {}),
        ("m.room.message", {"msgtype": "m.text", "body": 5}),
        ("m.room.message", {"msgtype": 7, "body": "x"}),
        ("m.room.message", {"msgtype": "m.text", "body": ["x"], "m.relates_to": "no"}),
        ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": 3}),
        ("m.room.encrypted", {"algorithm": "m.unheard.of"}),
    ]
    odd: list[tuple[str, Any]] = [
        (
            "m.room.message",
            {"msgtype": "m.text", "body": "a", "m.relates_to": {"rel_type": [], "event_id": {}}},
        ),
        (
            "m.room.message",
            {"msgtype": "m.text", "body": "b", "m.relates_to": {"rel_type": "m.replace", "event_id": "$no"}},
        ),
        (
            "m.room.message",
            {"msgtype": "m.text", "body": "c", "m.new_content": 3, "formatted_body": "<" * 3000, **HTML},
        ),
        ("m.room.message", {"msgtype": "m.text", "body": "d", "deep": nested}),
        ("m.room.message", {"msgtype": "m.text", "body": "e" * 60_000}),
        ("m.reaction", {"m.relates_to": 5}),
        ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$no", "key": 5}}),
        ("m.sticker", {"body": "cat", "url": "mxc://a/b"}),
        ("m.call.invite", {"call_id": 3}),
        ("pk.example.unknown", {"x": nested}),
        *(("pk.example.deep", '{"a":' * depth + "1" + "}" * depth) for depth in range(300, 1000, 50)),
    ]
    taken = 0
    for number, (kind, content) in enumerate([*broken, *odd]):
        try:
            world.synapse.as_user(member.user, "PUT", f"{path}/{kind}/{number}", content)
        except SynapseError:  # this server does not let it pass; others do
            continue
        else:
            taken += number < len(broken)
    for kind, content in (("m.room.name", {"name": 5}), ("m.room.topic", {"topic": {}})):
        with suppress(SynapseError):
            world.synapse.as_user(admin.user, "PUT", f"/rooms/{room}/state/{kind}", content)
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    reasons = [one["reason"] for one in world.journal("gap")]
    assert taken >= 2
    assert reasons.count("malformed") + reasons.count("undecryptable") == taken


async def test_poison_inside_encrypted_events_stops_nothing(world: World) -> None:
    """The server cannot look inside; what comes out may be of any shape, and is never taken for state."""
    room, admin, (member,) = await world.scene("Poison", encrypted=True)
    inside: list[tuple[str, dict[str, Any]]] = [
        ("m.room.message", {"msgtype": "m.text", "body": "\ud800 lone"}),
        ("m.room.message", {"msgtype": "m.text", "body": 7}),
        ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2"}),
        ("m.room.power_levels", {"users": {member.user: 100}}),
        ("m.room.member", {"membership": "leave"}),
        ("m.room.tombstone", {"body": "x", "replacement_room": "!evil"}),
    ]
    await member.say(room, "Salam")
    machine = member.client.olm
    for kind, content in inside:
        payload = {"content": content, "type": kind, "state_key": ""}
        await send_sealed(member, room, machine.group_encrypt(room, payload))
    outbound = machine.outbound_group_sessions[room]
    for plain in (
        "[1, 2]",
        '{"type": 5, "content": {}}',
        "no json",
        '{"type":"m.room.message","content":{"body":' + "[" * 900 + "]" * 900 + "}}",
        '{"type":"m.room.message","unsigned":5,"content":{"msgtype":"m.text","body":"x"}}',
    ):
        sealed = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "sender_key": machine.account.identity_keys["curve25519"],
            "ciphertext": outbound.encrypt(plain),
            "session_id": outbound.id,
            "device_id": machine.device_id,
        }
        await send_sealed(member, room, sealed)
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    alert = await admin.hears(world.bot, lambda event: "Poison" in event.body and "✅" in event.body)
    assert alert
    assert not [event for event in member.said_by(world.bot) if "Poison" in event.body]


async def send_sealed(member: Any, room: str, sealed: dict[str, Any]) -> None:
    """Post an encrypted event as it is, past nio's own encryption."""
    method, path, data = Api.room_send(member.client.access_token, room, "m.room.encrypted", sealed, uuid4())
    good(await member.client._send(RoomSendResponse, method, path, data, (room,)))
