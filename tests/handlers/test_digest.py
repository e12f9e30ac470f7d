"""What the digest counts and says: the open alerts of any age, the trend, the chart, the next steps in their order."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.store.database import Database, prepare
from bot.store.transaction import SqlTransaction
from handlers.desk import LOCAL
from handlers.digest import make_digest, period_start
from handlers.figures import DayCounts
from handlers.next_steps import audit_steps, next_steps
from handlers.records import Digest, Language, Mode, Send
from tests.bot.reports.sample import empty, full_counts
from tests.handlers.stage import ADMIN, GROUP, SECOND, Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A group that has been watched for three weeks, with an admin who can be reached."""
    database = Database(*prepare("sqlite+aiosqlite:///para6.db", tmp_path / "key", tmp_path))
    await database.open()
    played = Stage(database)
    await played.play(played.joined(ADMIN), played.command("start"))
    played.clock.pass_(days=21)
    yield played
    await database.close()


async def digest(stage: Stage, period: str = "week", *, names: bool = True) -> Digest:
    """The group's digest now."""

    async def job(connection: Connection) -> Digest:
        transaction = SqlTransaction(connection, stage.database.vault)
        room = await transaction.room(GROUP)
        assert room
        now = stage.clock.now()
        return await make_digest(
            transaction, room, period_start(period, now), now, made_at=now, keep_days=90, names=names
        )

    return await stage.database.write(job)


async def test_open_alerts_count_whenever_they_were_raised(stage: Stage) -> None:
    """An alert left open a month ago is still the admin's exposure today; names only where an admin reads."""
    await stage.play(stage.says("vote", "1"))
    stage.clock.pass_(days=40)
    await stage.play(stage.says("salam", "2"))
    made = await digest(stage, "today")
    assert (made.counts.alerts, made.counts.alerts_open, made.counts.judged) == (0, 1, 1)
    assert [(one.clauses, one.member) for one in made.waiting] == [(("political",), "Ali")]
    assert made.steps[0].key == "digest.step_alerts"
    assert [one.member for one in (await digest(stage, names=False)).waiting] == [""]


async def test_days_are_those_of_the_officers(stage: Stage) -> None:
    """What comes after 19:00 UTC is the next day's in Pakistan."""
    stage.clock.at = stage.clock.at.replace(hour=18, minute=59)
    await stage.play(stage.says("vote", "1"), stage.says("salam", "2"))
    today = stage.clock.now().astimezone(LOCAL).date()
    stage.clock.pass_(minutes=2)
    await stage.play(stage.says("vote", "3"))
    counts = (await digest(stage)).counts
    assert counts.by_day == {today: DayCounts(2, 1), today + timedelta(days=1): DayCounts(1, 1)}
    assert (await digest(stage, "today")).counts.judged == 1


async def test_trend_needs_a_whole_period_before(stage: Stage) -> None:
    """A week is compared with the week before, today with yesterday until the same hour; no part with a whole."""
    stage.clock.pass_(days=-9)
    await stage.play(stage.says("vote", "1"))
    stage.clock.pass_(days=9)
    await stage.play(stage.says("vote", "2"), stage.says("vote", "3"))
    week, month, today = await digest(stage), await digest(stage, "month"), await digest(stage, "today")
    assert week.earlier
    assert (week.earlier.findings, week.counts.findings) == (1, 2)
    assert month.earlier is None
    assert today.earlier
    assert today.earlier.judged == 0


async def test_digest_in_a_message_has_a_chart_and_steps(stage: Stage) -> None:
    """A bar a day, the longest ten blocks; the steps at the end."""
    for number in range(3):
        await stage.play(stage.says("vote", f"{number}"))
        stage.clock.pass_(days=1)
    order = (await stage.play(stage.command("digest week")))[0]
    assert isinstance(order, Send)
    bars = [part.fields for part in order.notice.parts if part.key == "digest.bar"]
    assert len(bars) == 8
    assert [bar["n"] for bar in bars[-4:]] == [1, 1, 1, 0]
    assert (bars[-2]["bar"], bars[-1]["bar"]) == ("█" * 10, "·")
    assert order.notice.parts[-1].key == "digest.next"
    assert [step.key for step in order.notice.parts[-1].parts] == ["digest.step_alerts"]


def test_next_steps_the_most_urgent_first() -> None:
    """What stops the checking, then who waits, then settings, then gaps; six at the most."""
    counts = replace(
        full_counts(), appeals_open=2, false_alarms=5, gaps={"undelivered": 1, "attachment": 2, "failed": 1}
    )
    steps = next_steps(counts, mode=Mode.REHEARSE, missing=("see", "remove"), language=Language.EN)
    assert [step.key.removeprefix("digest.step_") for step in steps] == [
        "see",
        "alerts",
        "appeals",
        "expiring",
        "rehearsal",
        "false_alarms",
    ]
    fewer = replace(counts, alerts_open=0, oldest_open=None, appeals_open=0, permissions_expiring=())
    steps = next_steps(fewer, mode=Mode.REMOVE, missing=("remove",), language=Language.EN)
    assert [step.key.removeprefix("digest.step_") for step in steps] == [
        "remove",
        "false_alarms",
        "undelivered",
        "attachment",
        "read",
    ]


def test_next_steps_when_nothing_waits() -> None:
    """It says so; an audited chat has no settings and no alerts to see to."""
    nothing = empty().counts
    steps = next_steps(nothing, mode=Mode.WARN, missing=(), language=Language.EN)
    assert [step.key for step in steps] == ["digest.step_none"]
    steps = audit_steps(full_counts(), language=Language.EN)
    assert [step.key for step in steps] == ["digest.step_transcript", "digest.step_attachment"]


async def test_only_an_admin_of_the_room_gets_its_digest(stage: Stage) -> None:
    """A copied button, or an admin of elsewhere, gets nothing."""
    orders = await stage.play(stage.press(f"digest:week:{GROUP}", SECOND))
    assert [getattr(order, "notice", None) and order.notice.key for order in orders] == ["press.refused"]  # type: ignore[union-attr] # answers have a notice
