"""Rooms and people: admins, private rooms, buttons, commands, upgrades, bridged members, rights."""

from typing import Any
from urllib.parse import quote

from tests.bot.platforms.matrix.conftest import World
from tests.peers.officer import Officer, content_of, good, replies_to

VIOLATION = "Vote for PTI in the coming election and bring back Imran Khan, share with all"


async def alert_of(world: World, admin: Officer, title: str) -> tuple[str, Any]:
    """The private room and the alert of a room, waited for."""
    alert = await admin.hears(world.bot, lambda event: title in event.body and "✅" in event.body)
    return next(where for where, event in admin.seen if event is alert), alert


async def test_alert_is_acknowledged_by_reaction(world: World) -> None:
    """The emojis are there to be tapped; the alert then says who acted, in both forms; a second press is told so."""
    room, admin, (member,) = await world.scene("Reactions", encrypted=True)
    await member.say(room, VIOLATION)
    private, alert = await alert_of(world, admin, "Reactions")
    await admin.until(
        lambda: (
            {"✅", "❌"}
            <= {
                event.source["content"]["m.relates_to"]["key"]
                for where, event in admin.seen
                if where == private and event.source["type"] == "m.reaction"
            }
        )
    )
    await admin.react(private, alert.event_id, "✅")
    assert (await world.recorded("alert_acknowledged"))["by"] == f"matrix:{admin.user}"
    closed = await admin.hears(world.bot, lambda event: "m.new_content" in content_of(event), private)
    assert "Acknowledged by" in content_of(closed)["m.new_content"]["body"]
    await admin.react(private, alert.event_id, "❌")
    await admin.hears(world.bot, lambda event: "already" in event.body, private)


async def test_alert_is_closed_by_an_answer_in_words(world: World) -> None:
    """Replying with the button's label does what the button does; a member's reaction elsewhere does nothing."""
    room, admin, (member,) = await world.scene("Words")
    message = await member.say(room, VIOLATION)
    warning = await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    await member.react(room, warning.event_id, "✅")
    private, alert = await alert_of(world, admin, "Words")
    answer = {"m.in_reply_to": {"event_id": alert.event_id}}
    await admin.say(private, "false alarm", **{"m.relates_to": answer})
    assert (await world.recorded("alert_false_alarm"))["message"] == message


async def test_digest_and_settings_by_command(world: World) -> None:
    """`!para6 digest week` in the room and in private; a member is refused; settings by reaction."""
    room, admin, (member,) = await world.scene("Digests")
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    private, _ = await alert_of(world, admin, "Digests")
    await member.say(room, "!para6 digest week")
    await admin.say(room, "!PARA6 digest week")
    digest = await admin.hears(world.bot, lambda event: "Messages judged: 1" in event.body, private)
    assert digest.decrypted
    await admin.say(private, "!para6 digest today")
    await admin.until(
        lambda: len([e for e in admin.said_by(world.bot, private) if "Messages judged: 1" in e.body]) == 2
    )
    assert [one["to"] for one in world.journal("digest_given")] == [f"matrix:{admin.user}"] * 2
    await admin.say(private, "!para6 settings")
    hub = await admin.hears(
        world.bot, lambda event: "What I do" in event.body and "\u20e3" in event.body, private
    )
    await admin.react(private, hub.event_id, emoji_of(hub, "What I do"))
    screen = await admin.hears(world.bot, lambda event: "Warn and remove:" in event.body, private)
    await admin.react(private, screen.event_id, emoji_of(screen, "Warn and remove"))
    await world.until(
        lambda: [one for one in world.journal("setting_changed") if one.get("mode") == "remove"]
    )


async def test_set_up_by_reactions_and_answers(world: World) -> None:
    """Who invited the bot is led through; each screen is a message of its own; a number or a label answers it."""
    room, admin, (member,) = await world.scene("Newly", encrypted=True)
    offer = await admin.hears(world.bot, lambda event: "Newly" in event.body and "Begin" in event.body)
    private = next(where for where, event in admin.seen if event is offer)

    async def answers(screen: Any, words: str) -> None:
        await admin.say(private, words, **{"m.relates_to": {"m.in_reply_to": {"event_id": screen.event_id}}})

    await admin.react(private, offer.event_id, emoji_of(offer, "Begin"))
    language = await admin.hears(world.bot, lambda event: "1 of 6" in event.body, private)
    await answers(language, "roman urdu")
    kind = await admin.hears(world.bot, lambda event: "6 mein se 2" in event.body, private)
    await answers(kind, "2")
    await world.until(
        lambda: [one for one in world.journal("setting_changed") if one.get("kind") == "public"]
    )
    await answers(language, "english")  # that screen is out of date
    await admin.hears(world.bot, lambda event: "purani" in event.body, private)
    await member.say(room, "!para6 settings language en")
    await member.hears(world.bot, lambda event: "admin" in event.body, room)
    changed = [next(iter(set(one) - {"by"})) for one in world.journal("setting_changed")]
    assert changed == ["language", "kind"]


def emoji_of(screen: Any, label: str) -> str:
    """The emoji that presses a button."""
    line = next(line for line in screen.body.splitlines() if label in line and "\u20e3" in line)
    return str(line.split(" ")[0])


async def test_a_member_checks_a_draft_in_private(world: World) -> None:
    """Whoever invites the bot into a direct chat is welcomed, and his drafts are checked and kept nowhere."""
    await world.start_bot()
    member = await world.person("member")
    private = await member.room("", world.bot, encrypted=True, is_direct=True)
    await member.hears(world.bot, lambda event: "draft" in event.body, private)
    await member.with_devices_of(private, world.bot)
    await member.say(private, VIOLATION)
    await member.hears(world.bot, lambda event: "would be warned about" in event.body, private)
    assert not world.judged()
    await member.say(private, "!para6 digest")
    await member.hears(world.bot, lambda event: "admin" in event.body.lower(), private)


async def test_creators_of_version_12_are_admins(world: World) -> None:
    """The sender of the create event and the additional creators, whom no level list names."""
    admin, second, member = [await world.person(name) for name in ("admin", "second", "member")]
    await world.start_bot()
    room = str(
        world.synapse.as_user(
            admin.user,
            "POST",
            "/createRoom",
            {
                "name": "Twelve",
                "room_version": "12",
                "invite": [second.user, member.user, world.bot],
                "creation_content": {"additional_creators": [second.user]},
            },
        )["room_id"]
    )
    assert ":" not in room
    for person in (admin, second, member):
        await person.with_devices_of(room, world.bot)
    await member.with_devices_of(room, second.user)
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    for person in (admin, second):
        await alert_of(world, person, "Twelve")
    assert not [event for event in member.said_by(world.bot) if "✅" in event.body]


async def test_who_gets_the_level_becomes_an_admin(world: World) -> None:
    """The room's `redact` level decides; who loses it is none any more; what waits is then told."""
    room, admin, (member, second) = await world.scene("Levels", members=2, version="10")
    levels = world.synapse.as_user(admin.user, "GET", f"/rooms/{room}/state/m.room.power_levels")
    levels["users"][second.user] = 60
    levels["redact"] = 60
    world.synapse.as_user(admin.user, "PUT", f"/rooms/{room}/state/m.room.power_levels", levels)
    await world.until(
        lambda: f"matrix:{second.user}" in [one["member"] for one in world.journal("admin_added")]
    )
    await member.say(room, VIOLATION)
    await alert_of(world, second, "Levels")
    levels["users"][second.user] = 59
    world.synapse.as_user(admin.user, "PUT", f"/rooms/{room}/state/m.room.power_levels", levels)
    assert (await world.recorded("admin_removed"))["member"] == f"matrix:{second.user}"


async def test_missing_right_is_named_and_given(world: World) -> None:
    """Below the redact level the admin is told; once given, the record says so."""
    room, admin, _ = await world.scene("Rights", version="10")
    await admin.hears(world.bot, lambda event: "Rights" in event.body and "Moderator" in event.body)
    assert (await world.recorded("rights"))["missing"] == ["remove"]
    levels = world.synapse.as_user(admin.user, "GET", f"/rooms/{room}/state/m.room.power_levels")
    levels["users"][world.bot] = 50
    world.synapse.as_user(admin.user, "PUT", f"/rooms/{room}/state/m.room.power_levels", levels)
    await world.until(lambda: [] in [one["missing"] for one in world.journal("rights")])


async def test_an_upgraded_room_is_followed(world: World) -> None:
    """The bot joins the new room, everything kept goes with it, and messages there are judged."""
    room, admin, (member,) = await world.scene("Upgrade", version="10")
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    new = str(
        world.synapse.as_user(admin.user, "POST", f"/rooms/{room}/upgrade", {"new_version": "11"})[
            "replacement_room"
        ]
    )
    for user in (member.user, world.bot):
        world.synapse.as_user(admin.user, "POST", f"/rooms/{quote(new)}/invite", {"user_id": user})
    assert (await world.recorded("room_moved"))["to"] == f"matrix:{new}"
    await member.with_devices_of(new, world.bot)
    second = await member.say(new, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == second, new)
    await admin.say(new, "!para6 digest week")
    await admin.hears(world.bot, lambda event: "Messages judged: 2" in event.body)


async def test_bridged_members_are_judged_and_addressed_in_the_room(world: World) -> None:
    """A puppet of the WhatsApp bridge is warned by name; made an admin by the bridge, it is still told nothing in private."""
    room, admin, _ = await world.scene("Bridged", version="10")
    synapse = world.synapse
    puppet = synapse.make_puppet("whatsapp_923001234567", "Ali (WA)")
    levels = synapse.as_user(admin.user, "GET", f"/rooms/{room}/state/m.room.power_levels")
    levels["users"][puppet] = 50
    synapse.as_user(admin.user, "PUT", f"/rooms/{room}/state/m.room.power_levels", levels)
    synapse.as_user(admin.user, "POST", f"/rooms/{room}/invite", {"user_id": puppet})
    synapse.as_puppet(puppet, "POST", f"/join/{quote(room)}", {})
    said = synapse.as_puppet(
        puppet, "PUT", f"/rooms/{quote(room)}/send/m.room.message/1", {"msgtype": "m.text", "body": VIOLATION}
    )
    warning = await admin.hears(world.bot, lambda event: replies_to(event) == said["event_id"], room)
    assert "Ali (WA)" in warning.body
    await alert_of(world, admin, "Bridged")
    bridge_bot = "@whatsappbot:localhost"
    synapse.as_user(admin.user, "POST", f"/rooms/{room}/invite", {"user_id": bridge_bot})
    synapse.as_puppet(bridge_bot, "POST", f"/join/{quote(room)}", {})
    path = f"/rooms/{quote(room)}/send/m.room.message/2"
    synapse.as_puppet(bridge_bot, "PUT", path, {"msgtype": "m.text", "body": VIOLATION})
    again = synapse.as_puppet(
        puppet,
        "PUT",
        f"/rooms/{quote(room)}/send/m.room.message/3",
        {"msgtype": "m.text", "body": f"{VIOLATION}!"},
    )
    await admin.hears(world.bot, lambda event: replies_to(event) == again["event_id"], room)
    assert len(world.journal("findings")) == 2
    invited = synapse.as_puppet(puppet, "GET", "/sync?timeout=0")["rooms"].get("invite", {})
    assert not invited


async def test_the_bot_is_thrown_out_and_comes_back(world: World) -> None:
    """The admins are told; what was said meanwhile is not judged; after the return everything is."""
    room, admin, (member,) = await world.scene("Door")
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    private, _ = await alert_of(world, admin, "Door")
    good(await admin.client.room_kick(room, world.bot))
    await world.recorded("bot_removed")
    await admin.hears(world.bot, lambda event: "Door" in event.body and "✅" not in event.body, private)
    await member.until(lambda: world.bot not in member.client.rooms[room].users)
    unheard = await member.say(room, VIOLATION + " today")
    good(await admin.client.room_invite(room, world.bot))
    await member.with_devices_of(room, world.bot)
    heard = await member.say(room, VIOLATION + " now")
    await member.hears(world.bot, lambda event: replies_to(event) == heard, room)
    assert unheard not in world.judged()


async def test_alerts_wait_until_the_admin_accepts(world: World) -> None:
    """Nothing is given up meanwhile; he then gets them all, and one private room is enough."""
    admin = await world.person("admin")
    admin.accepts = False
    member = await world.person("member")
    await world.start_bot()
    room = await admin.room("Patience", member.user, world.bot)
    await member.with_devices_of(room, world.bot)
    for number in range(3):
        await member.say(room, f"{VIOLATION} {number}")
    await admin.until(lambda: world.bot in admin.invited.values())
    await world.until(lambda: len(world.journal("findings")) == 3)
    admin.accepts = True
    await admin.until(
        lambda: len([e for e in admin.said_by(world.bot) if "Patience" in e.body and "✅" in e.body]) == 3
    )
    assert list(admin.invited.values()).count(world.bot) == 1
    assert not world.journal("undelivered")


async def test_a_renamed_room_is_called_by_its_new_name(world: World) -> None:
    """Alerts name the room by its title."""
    room, admin, (member,) = await world.scene("Old name")
    world.synapse.as_user(admin.user, "PUT", f"/rooms/{room}/state/m.room.name", {"name": "New name"})
    await member.until(lambda: member.client.rooms[room].name == "New name")
    await member.say(room, VIOLATION)
    await alert_of(world, admin, "New name")


async def test_why_answers_a_reply_to_the_warning(world: World) -> None:
    """`!para6 why` as a reply names the clause; so does `!para6 help` its commands."""
    room, _, (member,) = await world.scene("Why")
    message = await member.say(room, VIOLATION)
    warning = await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    asked = await member.say(
        room, "!para6 why", **{"m.relates_to": {"m.in_reply_to": {"event_id": warning.event_id}}}
    )
    because = await member.hears(world.bot, lambda event: replies_to(event) == asked, room)
    assert "para" in because.body.lower()
