"""Which thread the store works in: statements on the event loop, what may wait for lock or disk aside."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.event import listen

from bot.adapter import Arrival
from bot.store.database import Database, prepare
from bot.store.inbox import Inbox
from handlers.events import GapSeen, Place, RoomId

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


async def test_the_loop_is_free_while_a_group_begins_and_is_committed(tmp_path: Path) -> None:
    """Waiting for another process's lock, fsync and a look through a whole table keep nobody else waiting."""
    path, vault = prepare("sqlite+aiosqlite:///store.db", tmp_path / "store.key", tmp_path)
    database = Database(path, vault)
    seen: dict[str, set[str]] = {"BEGIN": set(), "INSERT": set(), "DELETE": set(), "commit": set()}

    def executed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.get(statement.split(maxsplit=1)[0], set()).add(threading.current_thread().name)

    def committed(_connection: object) -> None:
        seen["commit"].add(threading.current_thread().name)

    listen(database._engine, "before_cursor_execute", executed)
    listen(database._engine, "commit", committed)
    await database.open()
    inbox = Inbox(database)
    await inbox.put([Arrival("update:1", GapSeen(Place(RoomId("console:group")), "downtime", NOW))])
    await inbox.prune(NOW)
    await database.close()
    loop = threading.current_thread().name
    aside = seen["BEGIN"] | seen["commit"] | seen["DELETE"]
    assert seen["INSERT"] == {loop}
    assert len(aside) == 1
    assert loop not in aside
