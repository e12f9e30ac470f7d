"""Messages in rooms: judged, warned about as a reply, the admin told in private."""

import pytest

from tests.bot.platforms.matrix.conftest import World
from tests.peers.officer import content_of, replies_to

VIOLATION = "Vote for PTI in the coming election and bring back Imran Khan, share with all"


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_warning_replies_and_alert_comes_in_private(world: World, encrypted: bool) -> None:
    """The whole way, through the real application."""
    admin, member = await world.person("admin"), await world.person("member")
    await world.start_bot()
    room = await admin.room("Batch 40", member.user, world.bot, encrypted=encrypted)
    for person in (admin, member):
        await person.with_devices_of(room, world.bot)
    message = await member.say(room, VIOLATION)
    warning = await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    assert content_of(warning)["msgtype"] == "m.notice"
    assert content_of(warning)["format"] == "org.matrix.custom.html"
    assert "Imran" not in content_of(warning)["body"]
    alert = await admin.hears(world.bot, lambda event: "Batch 40" in event.body and "✅" in event.body)
    private = next(where for where, event in admin.seen if event is alert)
    assert private != room
    assert admin.client.rooms[private].encrypted
    assert alert.decrypted
    assert not member.unreadable()
