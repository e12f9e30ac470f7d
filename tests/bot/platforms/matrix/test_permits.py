"""A permission by command and reactions, and a circulation, on a real homeserver."""

from tests.bot.platforms.matrix.conftest import World
from tests.bot.platforms.matrix.test_people import VIOLATION, alert_of
from tests.peers.officer import content_of


async def test_permission_and_circulation(world: World) -> None:
    """One line and a reaction; covered; then the memorandum, read by a reaction, a reply and a command."""
    room, admin, members = await world.scene("Circulars", encrypted=True, members=3)
    first, second, third = members
    await first.say(room, VIOLATION)
    private, _ = await alert_of(world, admin, "Circulars")
    await admin.say(private, f"!para6 permit F.1; Secretary; {first.user}; all; talk; 31/12/2099")
    asked = await admin.hears(world.bot, lambda event: "Is this right" in event.body, private)
    await admin.react(private, asked.event_id, "1️⃣")
    assert (await world.recorded("permission_registered"))["member"] == f"matrix:{first.user}"
    message = await first.say(room, f"{VIOLATION}, please")
    await world.until(lambda: message in world.judged())
    assert world.journal("findings")[-1]["covered"] == {"political": 1}

    await admin.say(private, "!para6 circulate om en")
    shown = await admin.hears(world.bot, lambda event: "will be posted" in event.body, private)
    await admin.react(private, shown.event_id, "1️⃣")
    post = await second.hears(world.bot, lambda event: "14/3/2022" in event.body, room)
    assert "✅ I have read" in post.body
    await first.react(room, post.event_id, "👍🏽")
    await second.react(room, post.event_id, "😀")
    await third.say(room, "parh liya", **{"m.relates_to": {"m.in_reply_to": {"event_id": post.event_id}}})
    await second.say(room, "!para6 read")
    await world.until(lambda: len(world.journal("circulation_read")) == 3)
    assert {one["member"] for one in world.journal("circulation_read")} == {
        f"matrix:{one.user}" for one in members
    }
    await admin.until(
        lambda: any(
            "Read by 3 of the 4"
            in content_of(event).get("m.new_content", {}).get("body", "").replace("\u2068", "")
            for event in admin.said_by(world.bot, private)
        )
    )
