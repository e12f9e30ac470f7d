"""`para6 lessons`: what a room has learnt, as a corpus file that can be read back."""

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.cli.lessons import corpus_lines, read_lessons, write_lines
from bot.store.database import Database, prepare
from bot.store.transaction import SqlTransaction
from handlers.contested import Lesson
from handlers.events import MemberId, MessageId, RoomId
from handlers.records import Mode, Room
from policies.evaluation.lines import read_lines

ROOM = RoomId("console:group")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LESSON = Lesson(
    ROOM,
    MessageId("1"),
    MemberId("console:ali"),
    "political",
    "political.support",
    "d1",
    "",
    NOW,
    "admin",
    "a vote of thanks to the chair",
)


async def test_lessons_are_read_back_as_a_corpus(tmp_path: Path) -> None:
    """One line a text whatever the number of clauses, no label left, readable by its owner only."""
    path, vault = prepare("sqlite+aiosqlite:///s.db", tmp_path / "s.key", tmp_path)
    database = Database(path, vault)
    await database.open()

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, vault)
        await transaction.save_room(Room(ROOM, "Group", Mode.WARN))
        for clause in ("political", "order"):
            assert await transaction.add_lesson(replace(LESSON, clause=clause))
            assert not await transaction.add_lesson(replace(LESSON, clause=clause))
        await transaction.add_lesson(replace(LESSON, digest="d2", text=None))

    await database.write(job)
    await database.close()
    assert b"vote of thanks" not in path.read_bytes()
    out = tmp_path / "lessons.jsonl"
    write_lines(out, corpus_lines(await read_lessons(Database(path, vault), "Group")))
    [line] = read_lines([out])
    assert (line.text, line.labels, line.kind, line.lang) == (LESSON.text, (), "near", "en")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
