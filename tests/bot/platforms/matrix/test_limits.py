"""A homeserver with the rate limits that Synapse has by default: they are obeyed, and everything arrives."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from handlers.ports import Judge
from tests.bot.platforms.matrix.conftest import World, world_of
from tests.peers.officer import replies_to
from tests.peers.synapse import Synapse

VIOLATION = "Vote for PTI in the coming election and bring back Imran Khan, share with all"


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Synapse]:
    """A homeserver that nobody configured limits for."""
    folder = tmp_path / "strict"
    folder.mkdir()
    server = Synapse(folder, default_limits=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def strict_world(strict: Synapse, judge: Judge, tmp_path: Path) -> AsyncIterator[World]:
    """People and a bot there."""
    made = await world_of(strict, tmp_path)
    made.judge = judge
    yield made
    await made.stop_bot()
    for person in made.people:
        await person.stop()


@pytest.mark.long
async def test_default_rate_limits_are_obeyed(strict_world: World) -> None:
    """Twelve violations by bridged members at once, more than Synapse lets one account answer at once: all are warned."""
    world = strict_world
    room, admin, _ = await world.scene("Strict", members=0)
    said = []
    for number in range(6):
        puppet = world.synapse.make_puppet(f"whatsapp_92300123456{number}", f"Member {number}")
        world.synapse.as_user(admin.user, "POST", f"/rooms/{quote(room)}/invite", {"user_id": puppet})
        world.synapse.as_puppet(puppet, "POST", f"/join/{quote(room)}", {})
        for turn in range(2):
            path = f"/rooms/{quote(room)}/send/m.room.message/{number}-{turn}"
            content = {"msgtype": "m.text", "body": f"{VIOLATION} {number} {turn}"}
            said.append(world.synapse.as_puppet(puppet, "PUT", path, content)["event_id"])
    await admin.until(
        lambda: {replies_to(event) for event in admin.said_by(world.bot, room)} >= set(said), wait_s=240
    )
    warned = [replies_to(event) for event in admin.said_by(world.bot, room) if replies_to(event) in said]
    assert sorted(map(str, warned)) == sorted(said)
    assert not world.journal("undelivered")
