"""A bot of its own process, at DEBUG, with everything going wrong: neither words nor names nor the token are logged."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kill.killing import ROOT
from tests.peers.bot_api import Elsewhere, elsewhere
from tests.peers.bot_api_methods import ApiError
from tests.peers.bot_api_world import World

TOKEN = "4711:AAtokenmarkedbyitsdove-_x"
MARK = "zarafabazaar"
VIOLATION = f"Vote for PTI, bring back Imran Khan, share with all {MARK}"


def configure(folder: Path, peer: Elsewhere, token: str = TOKEN, *, more: str = "") -> None:
    """A bot that logs everything it may."""
    (folder / "config.toml").write_text(
        f'[telegram]\ntoken = "{token}"\nbase_url = "{peer.api.base_url}"\nbase_file_url = "{peer.api.base_file_url}"\n'
        f'{more}[http]\nlisten = ""\n[rooms]\nmode = "warn"\n[log]\nlevel = "DEBUG"\n',
        encoding="utf-8",
    )


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """`para6 run`, all output into one file."""
    with (folder / "output.txt").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml")],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        )


def wait(true: Callable[[], object], process: "subprocess.Popen[bytes]", timeout_s: float = 40.0) -> None:
    """Until something is so."""
    end = time.monotonic() + timeout_s
    while not true():
        assert process.poll() is None, "the bot ended by itself"
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_neither_words_nor_token_are_logged(tmp_path: Path) -> None:
    """In groups and in private, with broken updates, refused calls and answers that are no JSON."""
    with elsewhere(World(token=TOKEN)) as peer:
        configure(tmp_path, peer)
        process = start(tmp_path)
        try:
            wait(lambda: peer.api.calls["getupdates"], process)

            def happen(world: World) -> tuple[int, int]:
                admin, ali = world.person(f"Admin {MARK}"), world.person(f"Ali {MARK}")
                world.starts(admin, MARK)
                group = world.group(f"Officers {MARK}", admin, ali)
                world.says(group, ali, VIOLATION)
                broken = {
                    "message_id": 1,
                    "date": MARK,
                    "chat": world.chats[group].shown(),
                    "text": VIOLATION,
                }
                world.raw(lambda number: json.dumps({"update_id": number, "message": broken}))
                deep = "[" * 30_000 + f'"{MARK}"' + "]" * 30_000
                world.raw(lambda number: f'{{"update_id":{number},"message":{{"x":{deep}}}}}')
                peer.api.fail("getUpdates", f"<html>{MARK}".encode(), ApiError(500, MARK))
                peer.api.fail("sendMessage", ApiError(400, f"Bad Request: {MARK}"), f"<html>{MARK}".encode())
                peer.api.fail("getChatAdministrators", ApiError(403, f"Forbidden: {MARK}"))
                world.writes(admin, f"is this allowed: {VIOLATION}")
                world.writes(admin, f"/digest {MARK}")
                return group, admin

            group, admin = peer.do(happen)
            wait(
                lambda: peer.do(lambda world: len(world.said(group)) >= 2 and len(world.said(admin)) >= 4),
                process,
            )
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(30)
    told = (tmp_path / "output.txt").read_text(encoding="utf-8")
    assert code == 0
    assert "event='judged'" in told
    assert "event='delivered'" in told
    assert told.count("update not understood") == 2
    assert MARK not in told
    assert TOKEN not in told
    assert TOKEN.partition(":")[2] not in told
    assert "Traceback" not in told
    for kept in (tmp_path / "para6.db", *tmp_path.glob("para6.db-*")):
        assert MARK.encode() not in kept.read_bytes()


@pytest.mark.parametrize("case", ["refused", "without form"])
def test_wrong_token_ends_with_one_line(tmp_path: Path, case: str) -> None:
    """Exit 2, one line that says what to do, without the token."""
    token = "4711:AAanother" if case == "refused" else "my token\\n"
    with elsewhere(World(token=TOKEN)) as peer:
        configure(tmp_path, peer, token)
        process = start(tmp_path)
        assert process.wait(40) == 2
    told = (tmp_path / "output.txt").read_text(encoding="utf-8")
    [line] = [line for line in told.splitlines() if "event=" not in line]
    assert "@BotFather" in line
    assert "AAanother" not in told
    assert "my token" not in told
