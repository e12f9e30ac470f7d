"""An appeal on a real homeserver: by a command in reply to the warning, decided by a reaction."""

from tests.bot.platforms.matrix.conftest import World
from tests.bot.platforms.matrix.test_people import VIOLATION, alert_of
from tests.peers.officer import content_of, replies_to


async def test_appeal_is_decided_by_a_reaction(world: World) -> None:
    """The warning names the words of the command; the admins get the reason; the member hears in the room."""
    room, admin, (member,) = await world.scene("Appeals", encrypted=True)
    message = await member.say(room, VIOLATION)
    warning = await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    assert "!para6 appeal" in warning.body
    private, alert = await alert_of(world, admin, "Appeals")
    assert "⏰ Remind me in an hour" in alert.body
    answer = {"m.in_reply_to": {"event_id": warning.event_id}}
    await member.say(room, "!para6 appeal it was a quotation", **{"m.relates_to": answer})
    appeal = await admin.hears(world.bot, lambda event: "it was a quotation" in event.body, private)
    await admin.react(private, appeal.event_id, "👍")
    assert (await world.recorded("appeal_upheld"))["by"] == f"matrix:{admin.user}"
    outcome = await member.hears(world.bot, lambda event: "the finding stands" in event.body, room)
    assert replies_to(outcome) == message
    assert "Imran" not in outcome.body
    await admin.until(
        lambda: any(
            "Acknowledged by" in content_of(event).get("m.new_content", {}).get("body", "")
            for event in admin.said_by(world.bot, private)
        )
    )
