"""Files on their way, killed at random instants: each is read, each bad one warned about once, none is forgotten."""

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.kill.killing import run_with_kills
from tests.kill.records import read_outcome
from tests.kill.test_kill_telegram import waiting
from tests.peers.bot_api import elsewhere
from tests.peers.bot_api_world import World

_VIOLATION = "Dear all, vote for PTI in the coming election and support Imran Khan, the others are thieves"
_CLEAN = "The meeting of the committee is at ten in the small room; kindly bring the minutes of the last one"


def unread(store: Path) -> int:
    """Files that still wait."""
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            query = "SELECT count(*) FROM files WHERE state = 'pending'"
            return int(connection.execute(query).fetchone()[0])
    except sqlite3.Error:
        return 1


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        pytest.param(16, 3, id="short"),
        pytest.param(200, 40, id="whole", marks=pytest.mark.long),
    ],
)
def test_no_file_is_lost_when_the_bot_is_killed(tmp_path: Path, files: int, kills: int) -> None:
    """Killed while it fetches, reads, tells; every second file is an open violation, no two are alike."""
    longest_s = 6.0
    bad: set[int] = set()
    with elsewhere() as peer:
        (tmp_path / "config.toml").write_text(
            f'[telegram]\ntoken = "{peer.api.world.token}"\nbase_url = "{peer.api.base_url}"\n'
            f'base_file_url = "{peer.api.base_file_url}"\n[rooms]\nmode = "warn"\n[http]\nlisten = ""\n',
            encoding="utf-8",
        )

        def make(world: World) -> int:
            admin = world.person("Admin")
            world.starts(admin)
            return world.group("Officers", admin)

        group = peer.do(make)

        def send(number: int) -> None:
            def act(world: World) -> None:
                member = world.person(f"M{number}")
                text = f"{_VIOLATION} ({number})" if number % 2 else f"{_CLEAN} ({number})"
                file = world.file(text.encode()) | {"file_name": f"{number}.txt"}
                message = world.says(group, member, document=file)
                if number % 2:
                    bad.add(message)

            peer.do(act)

        def feed() -> None:
            for number in range(files):
                send(number)
                time.sleep(kills * longest_s * 0.45 / files)

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        store = tmp_path / "para6.db"

        def done() -> bool:
            quiet = not feeder.is_alive() and not peer.do(lambda world: len(world.pending))
            return quiet and not unread(store) and not waiting(store)

        killed = run_with_kills(tmp_path, kills=kills, seed=files, longest_s=longest_s, done=done)
        answered = Counter(
            message["reply_to_message"]["message_id"]
            for message in peer.api.world.said(group)
            if "reply_to_message" in message
        )
    outcome = read_outcome(store)
    with closing(sqlite3.connect(store)) as connection:
        states = Counter(state for (state,) in connection.execute("SELECT state FROM files"))
        found = Counter(connection.execute("SELECT message FROM findings WHERE clause = 'political'"))
        gaps = connection.execute("SELECT count(*) FROM gaps").fetchone()[0]
    assert killed == kills
    assert states == {"done": files}
    assert gaps == 0
    assert {int(message) for (message,) in found} >= bad
    assert set(found.values()) == {1}
    assert (outcome.waiting, outcome.failed, outcome.broken) == (0, 0, None)
    assert set(answered) >= bad
    twice = sum(answered.values()) - len(answered)
    print(f"files: {files} files, {killed} kills, {sum(answered.values())} warnings, said twice: {twice}")
    assert twice <= 8 * killed
