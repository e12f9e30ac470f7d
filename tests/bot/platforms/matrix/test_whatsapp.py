"""A WhatsApp group through a bridge, the whole way: who is judged, who is told, what is missing and for how long."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from handlers.ports import Judge
from policies.message import NO_CONTEXT, Context, Message
from policies.verdict import Verdict
from tests.bot.platforms.matrix.conftest import PlainJudge, World
from tests.peers.officer import Officer, content_of, good, replies_to
from tests.peers.whatsapp import ADMIN, FORWARDED_HTML, VIEW_ONCE, WAITING, Bridge

VIOLATION = "Vote for PTI in the coming election and bring back Imran Khan, share with all"


@dataclass
class RememberingJudge:
    """The plain judge, and what it was given."""

    seen: list[Message] = field(default_factory=list)

    def judge(self, message: Message, context: Context = NO_CONTEXT) -> Verdict:
        """As policies.judge.Judge.judge."""
        self.seen.append(message)
        return PlainJudge().judge(message, context)

    def texts(self) -> list[str]:
        """What was judged."""
        return [message.text for message in self.seen]


@pytest.fixture(scope="module")
def judge() -> Judge:
    """One that remembers."""
    return RememberingJudge()


@dataclass
class Group:
    """One WhatsApp group with its room, its people, and the bot in it."""

    world: World
    bridge: Bridge
    admin: Officer
    room: str
    ali: str

    async def warned(self, message: str) -> Any:
        """The bot's reply to a message in the portal room, waited for."""
        return await self.admin.hears(self.world.bot, lambda event: replies_to(event) == message, self.room)

    async def told(self, *words: str) -> Any:
        """What the admin hears in private with all these words, waited for."""
        return await self.admin.hears(
            self.world.bot,
            lambda event: all(word in event.body for word in words) and event.source["room_id"] != self.room,
        )


async def group_of(world: World, title: str) -> Group:
    """The admin paired his phone; the bot was invited by him and given the level to redact."""
    admin = await world.person("admin")
    bridge = Bridge(world.synapse, admin.user)
    number = f"92300{time.monotonic_ns() % 10**7:07}"
    ali = bridge.puppet(number, "Ali Sahib")
    await world.start_bot()
    room = bridge.portal(title, ali)
    await admin.until(lambda: room in admin.client.rooms)
    world.synapse.as_user(admin.user, "POST", f"/rooms/{room}/invite", {"user_id": world.bot})
    bridge.set_level(room, world.bot, ADMIN)
    await admin.with_devices_of(room, world.bot)
    return Group(world, bridge, admin, room, ali)


async def command_room(group: Group) -> str:
    """The admin's private chat with the bridge bot, the bot invited to it."""
    room = group.bridge.command_room()
    await group.admin.until(lambda: room in group.admin.client.rooms)
    group.world.synapse.as_user(
        group.admin.user, "POST", f"/rooms/{room}/invite", {"user_id": group.world.bot}
    )
    await group.admin.with_devices_of(room, group.world.bot)
    return room


def now_ms() -> int:
    """The time now, in Matrix's milliseconds."""
    return int(time.time() * 1000)


async def test_a_whatsapp_member_is_warned_in_the_group_and_the_admin_told(
    world: World, judge: Judge
) -> None:
    """The reply is a text, which the bridge carries; the alert says the WhatsApp name; an edit and a deletion count."""
    assert isinstance(judge, RememberingJudge)
    group = await group_of(world, "Batch 44")
    room, bridge, ali = group.room, group.bridge, group.ali
    greeting = await group.admin.hears(world.bot, room=room)
    assert greeting.source["content"]["msgtype"] == "m.text"
    assert "matrix.to" not in greeting.body
    said = bridge.say(room, ali, VIOLATION)
    warning = await group.warned(said)
    assert "Ali Sahib (WA)" in warning.body
    assert content_of(warning)["msgtype"] == "m.text"
    assert content_of(warning)["m.mentions"] == {"user_ids": [ali]}
    await group.told("Batch 44", "Ali Sahib (WA)", "✅")
    clean = bridge.say(room, ali, "Meeting at ten")
    bridge.edit(room, ali, clean, {"msgtype": "m.text", "body": "Bring back Imran Khan, meeting at ten"})
    await group.warned(clean)
    bridge.delete(room, ali, said)
    assert (await world.recorded("message_deleted"))["message"] == said
    assert not world.journal("gap")


async def test_a_whatsapp_admin_is_judged_and_has_no_rights_here(world: World) -> None:
    """Made an admin on WhatsApp he stays a puppet: nothing is said to him in private, no command is his to give."""
    group = await group_of(world, "Their admin")
    group.bridge.set_level(group.room, group.ali, ADMIN)
    asked = group.bridge.say(group.room, group.ali, "!para6 digest week")
    refusal = await group.warned(asked)
    assert "admins" in refusal.body
    said = group.bridge.say(group.room, group.ali, VIOLATION)
    await group.warned(said)
    assert f"matrix:{group.ali}" not in [one["member"] for one in world.journal("admin_added")]
    invited = world.synapse.as_puppet(group.ali, "GET", "/sync?timeout=0")["rooms"].get("invite", {})
    assert not invited


async def test_placeholders_are_gaps_until_the_message_comes(world: World) -> None:
    """Waiting, view-once, failed media and kinds unknown to the bridge; what comes in their place is judged and mends."""
    group = await group_of(world, "Placeholders")
    room, bridge, ali = group.room, group.bridge, group.ali
    waiting = bridge.placeholder(room, ali, WAITING)
    once = bridge.placeholder(room, ali, VIEW_ONCE)
    bare = bridge.notice(room, ali, VIEW_ONCE)
    failed = bridge.notice(room, ali, "Failed to bridge photo, please view it on the WhatsApp app")
    unknown = bridge.notice(room, ali, "Unknown message type, please view it on the WhatsApp app")
    await world.until(lambda: len(world.journal("gap")) == 5)
    assert [(one["reason"], one["message"]) for one in world.journal("gap")] == [
        ("undecryptable", waiting),
        ("view_once", once),
        ("view_once", bare),
        ("attachment", failed),
        ("unsupported", unknown),
    ]
    assert not world.judged()
    await world.stop_bot()  # what was only a placeholder is then asked of the server
    await world.start_bot()
    bridge.edit(room, ali, waiting, {"msgtype": "m.text", "body": VIOLATION})
    await group.warned(waiting)
    assert (await world.recorded("gap_mended"))["message"] == waiting
    assert world.journal("findings")[0]["edited"] is False
    # The mark alone, on an ordinary member's words, excuses nobody.
    forged = await group.admin.send(
        room, {"msgtype": "m.notice", "body": VIOLATION, "fi.mau.whatsapp.undecryptable": True}
    )
    await group.warned(forged)


async def test_marks_of_the_bridge_are_no_words_of_the_member(world: World, judge: Judge) -> None:
    """Forwarded is known as such; a relayed name is not judged, and who speaks is called by it."""
    assert isinstance(judge, RememberingJudge)
    judge.seen.clear()
    group = await group_of(world, "Marks")
    room, bridge, ali = group.room, group.bridge, group.ali
    bridge.forward(room, ali, "Roads closed tomorrow")
    bridge.forward_picture(room, ali)
    forged = "<p data-mx-forwarded-notice><em>Imran Khan</em></p>fine"
    bridge.say(room, ali, "Imran Khan\n\nfine", format="org.matrix.custom.html", formatted_body=forged)
    bridge.relay(room, "Imran Khan Niazi", "salam to all")
    said = bridge.relay(room, "Imran Khan Niazi", VIOLATION)
    warning = await group.warned(said)
    assert "Imran Khan Niazi" in warning.body
    assert [(one.text, one.forwarded) for one in judge.seen if one.text != "fine"] == [
        ("Roads closed tomorrow", True),
        ("", True),
        ("Imran Khan\n\nfine", False),
        ("salam to all", False),
        (VIOLATION, False),
    ]
    assert FORWARDED_HTML not in "".join(judge.texts())
    assert len(world.journal("findings")) == 2


async def test_the_bridge_s_own_words_are_neither_judged_nor_answered(world: World) -> None:
    """Notices and texts of the bridge bot; one that says our warning did not get through is on record."""
    group = await group_of(world, "Own words")
    room, bridge, ali = group.room, group.bridge, group.ali
    bridge.speaks(room, VIOLATION)
    bridge.say(room, "@whatsappbot:localhost", f"!para6 help {VIOLATION}")
    said = bridge.say(room, ali, VIOLATION)
    warning = await group.warned(said)
    bridge.not_sent(room, warning.event_id)
    assert (await world.recorded("gap"))["reason"] == "undelivered"
    assert world.judged() == [said]
    answered = {replies_to(event) for event in group.admin.said_by(world.bot, room)}
    assert answered == {None, said}


async def test_a_lost_connection_is_a_gap_with_a_length(world: World) -> None:
    """Told once in private, over a restart and however often the bridge says it; mended by what comes late."""
    group = await group_of(world, "Lost")
    control = await command_room(group)
    bridge, began = group.bridge, now_ms() - 40 * 60_000
    await group.admin.say(control, f"login qr {VIOLATION}")
    bridge.fares(control, "CONNECTING", began)
    bridge.fares(control, "TRANSIENT_DISCONNECT", began, "wa-transient-disconnect")
    down = await world.recorded("link_down")
    assert down["state"] == "away"
    await group.told("Lost", "nothing arrives from WhatsApp", "IT cell")
    await world.stop_bot()
    await world.start_bot()
    bridge.fares(control, "TRANSIENT_DISCONNECT", began + 60_000, "wa-keepalive-timeout")
    bridge.fares(control, "CONNECTED", began + 35 * 60_000)
    back = await world.recorded("link_back")
    assert (back["seconds"], back["lost"]) == (35 * 60, False)
    await group.told("Lost", "connected again", "0:35")
    await group.admin.say(group.room, "!para6 digest today")
    await group.told("Lost", "Everything that arrived was judged")
    assert len(world.journal("link_down")) == len(world.journal("link_back")) == 1
    assert not world.judged()  # the room in which the bridge is commanded is no group
    assert not group.admin.said_by(world.bot, control)


async def test_a_phone_not_seen_and_then_logged_out_is_said_twice_and_stays_on_record(world: World) -> None:
    """The second is worse; a member's new message shows the end of it, should the bridge have forgotten to say so."""
    group = await group_of(world, "Phone")
    control = await command_room(group)
    bridge, began = group.bridge, now_ms() - 3 * 3600_000
    bridge.fares(control, "TRANSIENT_DISCONNECT", began, "wa-phone-offline", "OPEN_NATIVE")
    await group.told("Phone", "has not been seen for days", "open WhatsApp")
    old = bridge.say(group.room, group.ali, "still arriving", at_ms=began + 60_000)
    await world.until(lambda: old in world.judged())
    assert not world.journal("link_back")
    bridge.fares(control, "BAD_CREDENTIALS", began + 3600_000, "wa-main-device-gone")
    await group.told("Phone", "logged the bridge out", "log in to the bridge again")
    await group.admin.say(group.room, "!para6 digest today")
    await group.told("Phone", "while WhatsApp was not connected (times): 1")
    late = bridge.say(group.room, group.ali, "we are back")
    await world.until(lambda: late in world.judged())
    assert (await world.recorded("link_back"))["lost"] is True
    await group.told("Phone", "3:00", "was not checked")
    # Nobody but the bridge says how it fares.
    forged = {"msgtype": "m.text", "body": "x", "fi.mau.bridge_state": {"state_event": "BAD_CREDENTIALS"}}
    await group.admin.send(group.room, forged)
    last = bridge.say(group.room, group.ali, "and on")
    await world.until(lambda: last in world.judged())
    assert len(world.journal("link_down")) == 2


async def test_the_command_room_becomes_a_group_when_a_second_person_comes(world: World) -> None:
    """Then it is introduced and judged like any other; until then the bot says nothing there."""
    group = await group_of(world, "Control")
    control = await command_room(group)
    second = await world.person("second")
    await group.admin.say(control, VIOLATION)
    world.synapse.as_user(group.admin.user, "POST", f"/rooms/{control}/invite", {"user_id": second.user})
    greeting = await group.admin.hears(world.bot, room=control)
    assert replies_to(greeting) is None
    said = await second.say(control, VIOLATION)
    await group.admin.hears(world.bot, lambda event: replies_to(event) == said, control)
    assert world.judged() == [said]


async def test_what_a_bridge_says_in_an_encrypted_chat_is_understood(world: World) -> None:
    """Element encrypts private chats: the bridge bot here is a real client with encryption."""
    admin = await world.person("admin")
    password = "a-password-of-the-test"
    bot = await asyncio.to_thread(world.synapse.register, "signalbot", password)
    bridge = await Officer(world.synapse.url, bot, password, world.folder / "bridge").start()
    world.people.append(bridge)
    await world.start_bot()
    levels = {"users": {bot: 100, admin.user: ADMIN}}
    portal = await bridge.room(
        "Sealed", admin.user, world.bot, encrypted=True, version="11", power_level_override=levels
    )
    info = {"bridgebot": bot, "protocol": {"id": "signal"}}
    good(await bridge.client.room_put_state(portal, "m.bridge", info, "localhost/signal"))
    control = await bridge.room("", admin.user, world.bot, encrypted=True, version="11")
    for room in (portal, control):
        await bridge.with_devices_of(room, world.bot)
        await bridge.with_devices_of(room, admin.user)
    await admin.hears(world.bot, lambda event: "Sealed" in event.body)
    told = {
        "state_event": "BAD_CREDENTIALS",
        "user_id": admin.user,
        "remote_id": "1",
        "timestamp": now_ms() // 1000,
    }
    await bridge.say(control, "State update", **{"fi.mau.bridge_state": told})
    assert (await world.recorded("link_down"))["state"] == "logged_out"
    await admin.hears(world.bot, lambda event: "Sealed" in event.body and "log in" in event.body)
