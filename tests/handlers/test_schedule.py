"""Digests that come by themselves: when, to whom, once, and after a time without power."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.store.database import Database, prepare
from bot.store.transaction import SqlTransaction
from handlers.events import MemberChanged, Place, RoomId, RoomMoved
from handlers.records import DigestTimes, Send, SendFile
from handlers.schedule import latest_due, send_due
from tests.handlers.stage import ADMIN, ALI, GROUP, SECOND, Stage

NINE = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # a Tuesday, nine o'clock in Pakistan


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A group with two admins, one of whom can be reached; it is ten past eight there."""
    database = Database(*prepare("sqlite+aiosqlite:///para6.db", tmp_path / "key", tmp_path))
    await database.open()
    played = Stage(database)
    played.clock.at = NINE.replace(hour=3, minute=10)
    await played.play(played.joined(ADMIN, SECOND), played.command("start"))
    yield played
    await database.close()


async def due(stage: Stage) -> list[tuple[str, str]]:
    """Look at the clock; the keys and receivers of what was ordered."""

    async def job(connection: Connection) -> int:
        return await send_due(SqlTransaction(connection, stage.database.vault), stage.desk)

    await stage.database.write(job)
    orders = await stage.new_orders()
    return [
        (order.key.partition(":")[0], str(order.member))
        for order in orders
        if isinstance(order, Send | SendFile)
    ]


@pytest.mark.parametrize(
    ("every", "now", "expected"),
    [
        ("daily", "2026-11-24T04:00", "2026-11-24T04:00"),
        ("daily", "2026-11-24T03:59", "2026-11-23T04:00"),
        ("daily", "2026-11-23T20:30", "2026-11-23T04:00"),  # past midnight in Pakistan, before nine
        ("weekly", "2026-11-24T04:00", "2026-11-23T04:00"),
        ("weekly", "2026-11-23T03:59", "2026-11-16T04:00"),
        ("weekly", "2026-11-23T04:00", "2026-11-23T04:00"),
    ],
)
def test_latest_due_by_the_officers_clock(every: str, now: str, expected: str) -> None:
    """Nine in Pakistan is four in UTC; weeks begin on Monday."""
    times = DigestTimes("daily" if every == "daily" else "weekly", 9, NINE)
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert latest_due(times, at) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


async def test_daily_digest_comes_once_a_day(stage: Stage) -> None:
    """Not at once, at nine, not again at half past, nor when the hour is changed on the same day; tomorrow again."""
    [told] = await stage.play(stage.command("digest daily 9"))
    assert isinstance(told, Send)
    assert (told.notice.key, told.notice.fields["clock"]) == ("digest.times_daily", "9:00")
    assert await due(stage) == []
    stage.clock.at = NINE
    assert await due(stage) == [("digest", ADMIN.id)]
    stage.clock.pass_(minutes=30)
    assert await due(stage) == []
    await stage.play(stage.command("digest daily 10"))
    stage.clock.pass_(minutes=31)
    assert await due(stage) == []
    stage.clock.pass_(days=1)
    assert await due(stage) == [("digest", ADMIN.id)]


async def test_after_a_time_without_power_the_latest_comes_once(stage: Stage) -> None:
    """Five days missed are one digest, of the last whole day."""
    await stage.play(stage.command("digest daily 9"))
    stage.clock.at = NINE
    stage.clock.pass_(days=5, hours=3)
    assert await due(stage) == [("digest", ADMIN.id)]
    assert await due(stage) == []


async def test_weekly_digest_comes_on_monday_on_paper_too(stage: Stage) -> None:
    """Set on Tuesday; the first comes next Monday and tells of the week before it."""
    await stage.play(stage.says("vote", "1"))
    await stage.play(stage.command("digest weekly"))
    stage.clock.at = NINE
    stage.clock.pass_(days=5)
    assert await due(stage) == []
    stage.clock.pass_(days=1)
    assert await due(stage) == [("digest", ADMIN.id), ("paper", ADMIN.id)]


async def test_off_and_moved_and_gone(stage: Stage) -> None:
    """A group that moves keeps its times; off stops them; a bot that is gone tells nothing."""
    await stage.play(stage.command("digest daily 9"))
    stage.clock.at = NINE
    new = RoomId("telegram:-1009")
    await stage.play(RoomMoved(Place(GROUP), new, stage.clock.now()))
    assert await due(stage) == [("digest", ADMIN.id)]
    await stage.play(stage.command("digest off"))
    stage.clock.pass_(days=1)
    assert await due(stage) == []
    await stage.play(stage.command("digest weekly 0"))
    await stage.play(MemberChanged(Place(new), ADMIN, stage.clock.now()))
    stage.clock.pass_(days=7)
    assert len(await due(stage)) == 2


async def test_only_admins_set_times(stage: Stage) -> None:
    """A member, and a member with an admin's button; what is no hour is explained."""
    assert [one.notice.key for one in await stage.play(stage.command("digest daily 9", ALI)) if isinstance(one, Send)] == ["refused.admins_only"]  # fmt: skip
    await stage.play(stage.press(f"digest:daily.9:{GROUP}", ALI), stage.press(f"digest:daily.99:{GROUP}"))
    stage.clock.at = NINE
    assert await due(stage) == []
    for words in ("digest daily 24", "digest daily x", "digest weekly -1"):
        [told] = await stage.play(stage.command(words))
        assert isinstance(told, Send)
        assert told.notice.key == "digest.periods"
    await stage.play(stage.press(f"digest:daily.9:{GROUP}"))
    stage.clock.pass_(days=1)
    assert await due(stage) == [("digest", ADMIN.id)]
