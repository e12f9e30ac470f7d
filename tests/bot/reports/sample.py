"""Made-up digests to draw: every part filled, in each language."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from handlers.events import RoomId
from handlers.figures import DayCounts, DigestCounts, Earlier, ExpiringPermission, WaitingAlert
from handlers.next_steps import next_steps
from handlers.records import Digest, Language, Mode

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
TITLES = {
    Language.EN: "Officers of the wing",
    Language.UR: "ونگ کے افسران (HQ)",
    Language.ROMAN: "Wing ke afsaran",
}


def full_counts(days: int = 7) -> DigestCounts:
    """A week or a month in which a little of everything happened."""
    by_day = {
        (NOW - timedelta(days=back)).date(): DayCounts(40 + back * 17 % 31, back * 7 % 5)
        for back in range(days)
    }
    return DigestCounts(
        judged=sum(one.judged for one in by_day.values()),
        warnings=9,
        by_clause={"political": 6, "unauthentic": 4, "disclosure": 2, "sectarian": 1},
        noted=5,
        alerts=13,
        alerts_open=2,
        oldest_open=NOW - timedelta(hours=27),
        false_alarms=1,
        removed=2,
        gaps={"attachment": 7, "downtime": 1},
        act_seconds=(95, 140, 320, 40, 3660, 800, 55, 72, 400, 1000, 18720),
        by_day=by_day,
        appeals=2,
        appeals_upheld=1,
        appeals_overturned=1,
        covered=1,
        permissions_expiring=(ExpiringPermission("No. 7-3/2026-Coord", NOW + timedelta(days=9)),),
    )


def sample(language: Language = Language.EN, days: int = 7, title: str | None = None) -> Digest:
    """A digest with every part filled."""
    counts = full_counts(days)
    return Digest(
        RoomId("telegram:-100"),
        TITLES[language] if title is None else title,
        language,
        NOW - timedelta(days=days),
        NOW,
        NOW,
        counts,
        mode=Mode.WARN,
        missing=("remove",),
        earlier=Earlier(389, 17, {"political": 9, "unauthentic": 2}, 17, 14, 3, 210.0),
        waiting=(
            WaitingAlert(NOW - timedelta(hours=27), ("political",), "Tariq Mehmood"),
            WaitingAlert(NOW - timedelta(minutes=12), ("disclosure", "unauthentic"), "کامران"),
        ),
        steps=next_steps(counts, mode=Mode.WARN, missing=("remove",), language=language),
    )


def empty(language: Language = Language.EN) -> Digest:
    """A digest of a day on which nothing came, in a room just joined."""
    counts = replace(
        full_counts(),
        judged=0, warnings=0, by_clause={}, noted=0, alerts=0, alerts_open=0, oldest_open=None, false_alarms=0,
        removed=0, gaps={}, act_seconds=(), by_day={}, appeals=0, appeals_upheld=0, appeals_overturned=0, covered=0,
        permissions_expiring=(),
    )  # fmt: skip
    steps = next_steps(counts, mode=Mode.REHEARSE, missing=(), language=language)
    return Digest(
        RoomId("telegram:-100"), TITLES[language], language, NOW - timedelta(hours=9), NOW, NOW, counts,
        mode=Mode.REHEARSE, steps=steps,
    )  # fmt: skip
