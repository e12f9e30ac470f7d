"""The store on real SQLite: nothing readable on disk, nothing lost, nothing twice, and clear errors."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.adapter import Arrival, Cursor
from bot.errors import ConfigError, StoreError
from bot.store import schema
from bot.store.database import Database, prepare
from bot.store.inbox import Inbox
from bot.store.journal import JournalEntry, first_broken
from bot.store.outbox import Outbox
from bot.store.retention import Retention
from bot.store.transaction import SqlTransaction
from bot.store.vault import make_key_file, open_vault
from handlers.events import Member, MemberId, MessageId, MessagePosted, Place, RoomId, Standing
from handlers.records import (
    AlertState,
    JudgedMessage,
    KeptFinding,
    Language,
    Mode,
    Notice,
    Priority,
    Room,
    RoomSettings,
    Send,
)

URL = "sqlite+aiosqlite:///store.db"
ROOM = RoomId("console:group")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MARKED = "zarafa-marked-sentence"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open store in an empty folder."""
    path, vault = prepare(URL, tmp_path / "store.key", tmp_path)
    opened = Database(path, vault)
    await opened.open()
    yield opened
    await opened.close()


def posted(number: int, text: str = "salam") -> MessagePosted:
    """A message of the group."""
    sender = Member(MemberId("console:ali"), "Ali")
    return MessagePosted(Place(ROOM, title="Group"), MessageId(str(number)), sender, NOW, text)


def finding(message: str, *, clause: str = "political", alert: int | None = None) -> KeptFinding:
    """A finding at rest."""
    return KeptFinding(
        room=ROOM,
        message=MessageId(message),
        member=MemberId("console:ali"),
        member_name="Ali",
        clause=clause,
        action="warn",
        score=0.9,
        start=0,
        end=4,
        cite="OM para 4(iii)",
        reason="political.support",
        text=MARKED,
        sent_at=NOW,
        found_at=NOW,
        pack="om-2024-09-02",
        model="m",
        alert=alert,  # type: ignore[arg-type] # a plain number stands for an alert's id
    )


async def test_inbox_drops_a_repeated_delivery(database: Database) -> None:
    """The same delivery key twice is one event; the cursor moves with it."""
    inbox = Inbox(database)
    await inbox.put([Arrival("update:1", posted(1))], Cursor("console", "offset", "1"))
    await inbox.put(
        [Arrival("update:1", posted(1)), Arrival("update:2", posted(2))], Cursor("console", "offset", "2")
    )
    assert await inbox.depth() == 2
    assert await inbox.cursor("console", "offset") == "2"
    assert await inbox.cursor("console", "other") is None


async def test_inbox_recognises_a_repeat_after_it_was_handled(database: Database) -> None:
    """A handled event's content is gone, its key is not."""
    inbox = Inbox(database)
    await inbox.put([Arrival("update:1", posted(1))])
    await database.write(lambda connection: inbox.done(connection, [1]))
    await inbox.put([Arrival("update:1", posted(1))])
    assert await inbox.depth() == 0


async def test_nothing_written_is_readable_on_disk(database: Database, tmp_path: Path) -> None:
    """Texts, names and titles are in no file of the store in the clear, not even in the write-ahead log."""
    inbox = Inbox(database)
    await inbox.put([Arrival("update:1", posted(1, MARKED))], Cursor("console", "offset", MARKED))

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, database.vault)
        await transaction.save_room(Room(ROOM, MARKED, Mode.WARN))
        await transaction.save_admin(ROOM, Member(MemberId("console:b"), MARKED, Standing.ADMIN))
        await transaction.add_finding(finding("1"))
        await transaction.order(
            Send("k", Notice("warning.member", Language.EN, {"member": MARKED}), room=ROOM)
        )

    await database.write(job)
    files = [path for path in tmp_path.iterdir() if path.name.startswith("store.db")]
    assert len(files) >= 2
    for path in files:
        assert MARKED.encode() not in path.read_bytes()


async def test_group_commit_keeps_the_good_jobs(database: Database) -> None:
    """A job that fails takes back its own writes only; the others of its group are committed."""

    async def bad(connection: Connection) -> None:
        await SqlTransaction(connection, database.vault).save_room(
            Room(RoomId("console:bad"), "x", Mode.WARN)
        )
        raise KeyError("bad job")

    async def good(connection: Connection) -> None:
        await SqlTransaction(connection, database.vault).save_room(Room(ROOM, "x", Mode.WARN))

    results = await asyncio.gather(database.write(bad), database.write(good), return_exceptions=True)
    assert isinstance(results[0], KeyError)
    assert results[1] is None
    async with database.reading() as connection:
        rooms = connection.execute(select(schema.rooms.c.id)).scalars().all()
    assert rooms == [ROOM]


async def test_outbox_sends_alerts_first_and_each_key_once(database: Database) -> None:
    """Priority before age; a key ordered twice is there once; what is done is not offered again."""
    outbox = Outbox(database)
    notice = Notice("help.start", Language.EN)

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, database.vault)
        await transaction.order(Send("digest:1", notice, room=ROOM, priority=Priority.DIGEST))
        await transaction.order(Send("alert:1", notice, room=ROOM, priority=Priority.ALERT))
        await transaction.order(Send("alert:1", notice, room=ROOM, priority=Priority.ALERT))

    await database.write(job)
    waiting = await outbox.waiting("console", datetime.now(UTC), 10)
    assert [queued.order.key for queued in waiting] == ["alert:1", "digest:1"]
    await outbox.sending(waiting[0].id)
    again = await outbox.waiting("console", datetime.now(UTC), 10)
    assert again[0].interrupted
    await database.write(lambda connection: outbox.sent(connection, waiting[0].id, ROOM, MessageId("77")))
    assert await outbox.sent_place("alert:1") == (ROOM, MessageId("77"))
    assert await outbox.depth() == 1


async def test_alert_is_closed_by_the_first_admin_only(database: Database) -> None:
    """The second one is told that somebody was faster."""

    async def job(connection: Connection) -> tuple[bool, bool, str]:
        transaction = SqlTransaction(connection, database.vault)
        await transaction.save_room(Room(ROOM, "x", Mode.WARN))
        alert = await transaction.add_alert(
            ROOM, MessageId("1"), MemberId("console:ali"), at=NOW, rehearsed=False
        )
        await transaction.add_finding(finding("1", alert=alert))
        first = await transaction.act_on_alert(alert, AlertState.ACKNOWLEDGED, MemberId("console:b"), NOW)
        second = await transaction.act_on_alert(alert, AlertState.FALSE_ALARM, MemberId("console:c"), NOW)
        return first, second, (await transaction.findings_of_alert(alert))[0].state.value

    assert await database.write(job) == (True, False, "acknowledged")


async def test_room_that_moved_keeps_settings_digest_and_chain(database: Database) -> None:
    """The supergroup's digest counts what was found before; its message ids start again without harm."""
    new = RoomId("console:supergroup")

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, database.vault)
        await transaction.save_room(Room(ROOM, "x", Mode.REMOVE, Language.UR))
        await transaction.save_admin(ROOM, Member(MemberId("console:b"), "B", Standing.ADMIN))
        await transaction.add_finding(finding("1"))
        await transaction.save_judged(judged("1", "old"))
        await transaction.journal(ROOM, "findings", NOW, {"message": "1"})
        await transaction.move_room(ROOM, new)
        await transaction.move_room(ROOM, new)
        await transaction.journal(new, "room_moved", NOW, {})
        room = await transaction.room(ROOM)
        assert room is not None
        assert (room.id, room.mode, room.language) == (new, Mode.REMOVE, Language.UR)
        assert await transaction.judged(new, MessageId("1")) is None
        counts = await transaction.digest_counts(new, NOW - timedelta(days=1), NOW + timedelta(days=1))
        assert counts.by_clause == {"political": 1}
        assert [one.id for one in await transaction.rooms_of(MemberId("console:b"))] == [new]

    await database.write(job)
    entries = await chain_of(database)
    assert [entry.n for entry in entries] == [1, 2]
    assert first_broken(entries) is None


async def test_room_s_own_shorter_time_is_honoured(database: Database) -> None:
    """Also for what was found before the room moved; a longer one than the operator's is not."""
    new, patient = RoomId("console:supergroup"), RoomId("console:patient")

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, database.vault)
        await transaction.save_room(Room(ROOM, "x", Mode.WARN))
        await transaction.add_finding(finding("1"))
        await transaction.save_judged(judged("1", "old"))
        await transaction.move_room(ROOM, new)
        moved = await transaction.room(new)
        assert moved is not None
        await transaction.save_room(replace(moved, settings=RoomSettings(keep_days=30)))
        await transaction.save_room(Room(patient, "y", Mode.WARN, settings=RoomSettings(keep_days=365)))
        await transaction.add_finding(replace(finding("2"), room=patient))

    await database.write(job)
    retention = Retention(database, Inbox(database), 90)
    assert await retention.erase(NOW + timedelta(days=29)) == 0
    assert await retention.erase(NOW + timedelta(days=31)) == 1
    assert await retention.erase(NOW + timedelta(days=91)) == 1


def judged(message: str, digest: str) -> JudgedMessage:
    """A judged message of the group."""
    return JudgedMessage(ROOM, MessageId(message), MemberId("console:ali"), NOW, NOW, digest, "warn")


async def chain_of(database: Database) -> list[JournalEntry]:
    """The whole journal."""
    async with database.reading() as connection:
        rows = connection.execute(select(schema.journal).order_by(schema.journal.c.n)).all()
    return [JournalEntry(r.chain, r.n, r.at, r.entry, r.facts, r.previous, r.hash) for r in rows]


async def test_journal_shows_a_changed_entry(database: Database) -> None:
    """Whoever changes one entry breaks the chain at that place, even with its own hash put right."""

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, database.vault)
        for number in range(5):
            await transaction.journal(ROOM, "findings", NOW, {"message": number})

    await database.write(job)
    entries = await chain_of(database)
    assert first_broken(entries) is None
    forged = entries[2]
    entries[2] = JournalEntry(
        forged.chain, 3, forged.at, forged.entry, '{"message":9}', forged.previous, forged.hash
    )
    assert first_broken(entries) == 3
    assert first_broken(entries[1:]) == 1


async def test_retention_erases_texts_and_keeps_the_chain(database: Database) -> None:
    """After the time of keeping the text is gone, the numbers and the journal are not."""
    inbox = Inbox(database)

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, database.vault)
        await transaction.save_room(Room(ROOM, "x", Mode.WARN))
        await transaction.add_finding(finding("1"))
        await transaction.journal(ROOM, "findings", NOW, {"message": "1"})

    await database.write(job)
    assert await Retention(database, inbox, 90).erase(NOW + timedelta(days=89)) == 0
    assert await Retention(database, inbox, 90).erase(NOW + timedelta(days=91)) == 1

    async def look(connection: Connection) -> tuple[str, int]:
        transaction = SqlTransaction(connection, database.vault)
        kept = await transaction.findings_of(ROOM, MessageId("1"))
        counts = await transaction.digest_counts(ROOM, NOW - timedelta(days=1), NOW + timedelta(days=1))
        return kept[0].text, counts.by_clause["political"]

    assert await database.write(look) == ("", 1)
    assert first_broken(await chain_of(database)) is None


async def test_full_disk_is_a_clear_error_and_nothing_is_lost(database: Database) -> None:
    """SQLite's own answer to a full disk; when there is room again, the same events go in."""
    inbox = Inbox(database)

    async def limit(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    async def unlimit(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")

    await inbox.put([Arrival("update:0", posted(0))])
    await database.write(limit)
    many = [Arrival(f"update:{number}", posted(number, "x" * 2000)) for number in range(1, 60)]
    with pytest.raises(StoreError, match="disk is full"):
        await inbox.put(many, Cursor("console", "offset", "59"))
    assert await inbox.cursor("console", "offset") is None
    await database.write(unlimit)
    await inbox.put(many, Cursor("console", "offset", "59"))
    assert await inbox.depth() == 60


async def test_another_key_file_is_refused(database: Database, tmp_path: Path) -> None:
    """A store opens with its own key only."""
    await database.close()
    (tmp_path / "store.key").unlink()
    make_key_file(tmp_path / "store.key")
    path, vault = prepare(URL, tmp_path / "store.key", tmp_path)
    with pytest.raises(StoreError, match="key file"):
        await Database(path, vault).open()


def test_store_without_its_key_file_is_an_error_never_a_new_key(tmp_path: Path) -> None:
    """A lost key is said, not replaced."""
    prepare(URL, tmp_path / "store.key", tmp_path)
    (tmp_path / "store.key").unlink()
    with pytest.raises(ConfigError, match="missing"):
        prepare(URL, tmp_path / "store.key", tmp_path)
    assert not (tmp_path / "store.key").exists()


def test_key_file_readable_by_others_is_refused(tmp_path: Path) -> None:
    """Mode 0600 or nothing, and the way to mend it."""
    key = tmp_path / "store.key"
    make_key_file(key)
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        open_vault(key)


def test_key_file_with_other_content_is_refused(tmp_path: Path) -> None:
    """Not every file is a key."""
    key = tmp_path / "store.key"
    key.write_text("not a key\n")
    key.chmod(0o600)
    with pytest.raises(ConfigError, match="does not hold"):
        open_vault(key)


def test_damaged_store_is_a_clear_error(tmp_path: Path) -> None:
    """A file that is no database, and one with its head overwritten."""
    prepare(URL, tmp_path / "store.key", tmp_path)
    path = tmp_path / "store.db"
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreError, match="damaged"):
        prepare(URL, tmp_path / "store.key", tmp_path)


def test_store_is_private_and_durable(tmp_path: Path) -> None:
    """Mode 0600, write-ahead log."""
    path, _ = prepare(URL, tmp_path / "store.key", tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
