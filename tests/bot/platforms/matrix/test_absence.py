"""The bot, the server or a key is away for a while: nothing is lost, and what is missing is shown."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from nio.crypto import OutboundGroupSession  # type: ignore[import-untyped] # the library ships no types

from bot.adapter import Cursor
from bot.app import App
from bot.config import load_config
from handlers.ports import Judge
from tests.bot.platforms.matrix.conftest import World, world_of
from tests.peers.officer import Officer, good, replies_to
from tests.peers.synapse import Synapse

VIOLATION = "Vote for PTI in the coming election and bring back Imran Khan, share with all"


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_all_messages_said_while_down_are_judged(world: World, encrypted: bool) -> None:
    """150 messages: more than a sync holds."""
    room, _, (member,) = await world.scene("Away", encrypted=encrypted)
    await member.say(room, "before")
    await world.until(lambda: len(world.judged()) == 1)
    await world.stop_bot()
    sent: list[str] = []
    for start in range(0, 150, 10):
        texts = [f"meeting number {number} is at ten" for number in range(start, start + 10)]
        sent += await asyncio.gather(*(member.say(room, text) for text in texts))
    await world.start_bot()
    await world.until(lambda: set(sent) <= set(world.judged()))
    assert len(world.judged()) == 151
    assert not world.journal("gap")


async def test_commands_and_changes_while_down_are_seen(world: World) -> None:
    """A new admin, a deletion and a departure of the bot itself, all while it slept."""
    room, admin, (member, second) = await world.scene("Sleep", members=2, version="10")
    other = await admin.room("Sleep two", world.bot)
    await admin.with_devices_of(other, world.bot)
    await world.until(lambda: len(world.journal("bot_added")) == 2)
    await world.stop_bot()
    levels = world.synapse.as_user(admin.user, "GET", f"/rooms/{room}/state/m.room.power_levels")
    levels["users"][second.user] = 100
    world.synapse.as_user(admin.user, "PUT", f"/rooms/{room}/state/m.room.power_levels", levels)
    good(await admin.client.room_kick(other, world.bot))
    message = await member.say(room, VIOLATION)
    await world.start_bot()
    await second.hears(world.bot, lambda event: "✅" in event.body)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    await world.recorded("bot_removed")


async def test_undecryptable_is_a_gap_until_the_key_comes(world: World) -> None:
    """The gap is on record, survives a restart, and is mended when the key arrives: the message is judged."""
    room, _, (member,) = await world.scene("Keys", encrypted=True)
    await member.say(room, "Salam")
    await world.until(lambda: len(world.judged()) == 1)
    session, message = await say_secretly(world, member, room, VIOLATION)
    gap = await world.recorded("gap")
    assert gap == {"reason": "undecryptable", "message": message, "count": 1}
    await world.stop_bot()
    await world.start_bot()
    await give_key(world, member, room, session)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    assert (await world.recorded("gap_mended"))["message"] == message
    assert len(world.journal("gap_mended")) == 1


async def say_secretly(world: World, member: Officer, room: str, text: str) -> tuple[dict[str, str], str]:
    """Post with a key that nobody was given; the key and the event id."""
    machine = member.client.olm
    session = OutboundGroupSession()
    key = {"session_id": session.id, "session_key": session.session_key}
    session.shared = True
    machine.outbound_group_sessions[room] = session
    return key, await member.say(room, text)


async def give_key(world: World, member: Officer, room: str, key: dict[str, str]) -> None:
    """Send the key to the bot's device."""
    machine = member.client.olm
    content = {"algorithm": "m.megolm.v1.aes-sha2", "room_id": room, **key}
    for device in member.client.device_store.active_user_devices(world.bot):
        olm = machine.session_store.get(device.curve25519)
        sealed = machine._olm_encrypt(olm, device, "m.room_key", content)
        messages = {"messages": {device.user_id: {device.id: sealed}}}
        world.synapse.call(
            "PUT",
            "/_matrix/client/v3/sendToDevice/m.room.encrypted/late-key",
            messages,
            member.client.access_token,
        )


@pytest.fixture
def own_synapse(tmp_path: Path) -> Any:
    """A homeserver of one's own, to be stopped and started."""
    folder = tmp_path / "synapse"
    folder.mkdir()
    server = Synapse(folder)
    server.start()
    yield server
    server.stop()


async def test_a_server_that_is_down_is_waited_for(
    own_synapse: Synapse, judge: Judge, tmp_path: Path
) -> None:
    """At the start and midway: not receiving meanwhile, everything there afterwards, what was ordered is sent."""
    world = await world_of(own_synapse, tmp_path)
    world.judge = judge
    await asyncio.to_thread(own_synapse.stop)
    app = await world.start_bot(wait=False)
    await asyncio.sleep(2)
    assert not app.receiving()
    await asyncio.to_thread(own_synapse.start)
    await world.until(app.receiving)
    room, _, (member,) = await world.scene("Power cut")
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
    await asyncio.to_thread(own_synapse.stop)
    await world.until(lambda: not app.receiving(), 60)
    await asyncio.to_thread(own_synapse.start)
    await world.until(app.receiving, 90)
    second = await member.say(room, VIOLATION + " again")
    await member.hears(world.bot, lambda event: replies_to(event) == second, room, 60)
    await world.stop_bot()
    for person in world.people:
        await person.stop()


async def test_a_forgotten_sync_token_is_a_gap(world: World) -> None:
    """The server does not know how far we were: said to the admin, and the watch goes on."""
    room, _, (member,) = await world.scene("Forgotten")
    await world.until(lambda: world.journal("bot_added"))
    await world.stop_bot()
    again = App(load_config(world.configure()), judge=world.judge)
    await again._database.open()
    await again._inbox.put([], Cursor("matrix", "sync", '{"since": "nonsense"}'))
    await again._database.close()
    await world.start_bot()
    assert (await world.recorded("gap"))["reason"] == "downtime"
    message = await member.say(room, VIOLATION)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)
