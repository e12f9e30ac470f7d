"""Logging in: one device for ever, one clear line for wrong credentials, and nothing of them in any log."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigError
from tests.bot.platforms.matrix.conftest import World
from tests.peers.officer import replies_to

ROOT = Path(__file__).parent.parent.parent.parent.parent
MARKED = "Vote for PTI and support Imran Khan, xylophone-zebra-quartz"


async def test_password_makes_one_device(world: World) -> None:
    """The device and its token are kept, readable by us alone; three starts are one device, also with a dead token."""
    kept = world.folder / "matrix" / "session.json"
    for _ in range(2):
        await world.start_bot()
        await world.stop_bot()
    first = json.loads(kept.read_text(encoding="utf-8"))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    world.synapse.call("POST", "/_matrix/client/v3/logout", {}, first["token"])
    await world.start_bot()
    await world.stop_bot()
    second = json.loads(kept.read_text(encoding="utf-8"))
    assert second["device"] == first["device"]
    devices = world.synapse.call("GET", "/_matrix/client/v3/devices", None, second["token"])["devices"]
    mine = [one["device_id"] for one in devices if one.get("display_name") == "para6"]
    assert mine == [first["device"]]


async def test_a_token_that_dies_midway_is_replaced(world: World) -> None:
    """With the password at hand the watch goes on."""
    room, _, (member,) = await world.scene("Token")
    token = json.loads((world.folder / "matrix" / "session.json").read_text(encoding="utf-8"))["token"]
    world.synapse.call("POST", "/_matrix/client/v3/logout", {}, token)
    message = await member.say(room, MARKED)
    await member.hears(world.bot, lambda event: replies_to(event) == message, room)


async def test_access_token_with_its_device(world: World) -> None:
    """Works without a password; an account or a device that is not the token's is refused."""
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": world.bot},
        "password": world.password,
        "device_id": "HANDMADE",
    }
    made = world.synapse.call("POST", "/_matrix/client/v3/login", login)
    app = await world.start_bot(password="", access_token=made["access_token"], device_id="HANDMADE")
    assert app.receiving()
    await world.stop_bot()
    other = {"user_id": "@somebody:localhost", "store": "other"}
    for more in ({"device_id": "ANOTHER", "store": "third"}, other):
        settings = {"password": "", "access_token": made["access_token"], "device_id": "HANDMADE", **more}
        await refused(world, **settings)


async def refused(world: World, **settings: str) -> str:
    """Start the bot, which must end with a ConfigError; its words."""
    await world.start_bot(wait=False, **settings)
    assert world.task is not None
    with pytest.raises(ConfigError) as caught:
        await world.task
    world.app = world.task = None
    return str(caught.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param({"password": "wrong-secret"}, "password", id="wrong password"),
        pytest.param(
            {"password": "", "access_token": "wrong-secret", "device_id": "X"},
            "access_token",
            id="wrong token",
        ),
        pytest.param({"user_id": "no user"}, "user_id", id="no user id"),
        pytest.param({"homeserver": "localhost:1"}, "homeserver", id="no address"),
    ],
)
async def test_wrong_credentials_are_one_clear_line(
    world: World, settings: dict[str, str], words: str
) -> None:
    """The key to correct is named, and no value."""
    line = await refused(world, **settings)
    assert words in line
    assert "wrong-secret" not in line
    assert "\n" not in line


def start_talking(config: Path, output: Path) -> "subprocess.Popen[bytes]":
    """The bot as a process of its own, all it prints in one file."""
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", str(config)],
            cwd=config.parent,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        )


async def test_nothing_said_and_no_secret_is_in_any_log(world: World) -> None:
    """A marked sentence, names, the password and the token, driven through a process that logs everything it can."""
    path = world.configure()
    path.write_text(path.read_text(encoding="utf-8") + '[log]\nlevel = "DEBUG"\n', encoding="utf-8")
    output = world.folder / "all.txt"
    process = start_talking(path, output)
    try:
        admin, member = await world.person("admin"), await world.person("member")
        room = await admin.room("Marked room", member.user, world.bot, encrypted=True)
        for person in (admin, member):
            await person.with_devices_of(room, world.bot)
        await member.say(room, MARKED)
        broken: dict[str, Any] = {"msgtype": "m.text", "body": {"xylophone-zebra-quartz": 1}}
        await member.send(room, broken)
        await admin.hears(world.bot, lambda event: "Marked room" in event.body, wait_s=60)
        await world.until(lambda: len(world.journal("gap")) > 0)
    finally:
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(60) == 0
    assert time.monotonic() - began < 30
    logged = output.read_text(encoding="utf-8")
    token = json.loads((world.folder / "matrix" / "session.json").read_text(encoding="utf-8"))["token"]
    assert "delivered" in logged
    for secret in ("xylophone", "Imran", "Marked room", world.password, token, "Traceback"):
        assert secret not in logged
