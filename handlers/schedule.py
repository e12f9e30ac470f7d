"""Digests that come by themselves: every day or every Monday at an hour, to all admins of a room, in private.

What was due while the bot was down is told once, the latest only; nothing is told twice for one day, whatever was
set in between.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.decision import kept_days
from handlers.desk import LOCAL, Desk, admin_of, reachable
from handlers.digest import make_digest, order_paper
from handlers.digest_words import digest_notice
from handlers.events import MemberId
from handlers.ports import Transaction
from handlers.records import DigestTimes, Notice, Priority, Room, Send

_SPAN = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
_HOUR = 9  # when no hour is given


def latest_due(times: DigestTimes, now: datetime) -> datetime:
    """The last instant at or before `now` for which a digest is set; weeks begin on Monday."""
    here = now.astimezone(LOCAL)
    due = here.replace(hour=times.hour, minute=0, second=0, microsecond=0)
    if times.every == "weekly":
        due -= timedelta(days=due.weekday())
    return due if due <= here else due - _SPAN[times.every]


async def send_due(transaction: Transaction, desk: Desk) -> int:
    """Order the digests that are due now; of how many rooms."""
    now = desk.clock.now()
    sent = 0
    for room, times in await transaction.digest_times_of_all():
        due = latest_due(times, now)
        if due <= times.done_until:
            continue
        first_today = times.last_day != due.date()
        await transaction.save_digest_times(
            room.id, replace(times, done_until=now, last_day=due.date() if first_today else times.last_day)
        )
        if first_today:
            await _send(transaction, desk, room, times, due)
            sent += 1
    return sent


async def _send(transaction: Transaction, desk: Desk, room: Room, times: DigestTimes, due: datetime) -> None:
    now = desk.clock.now()
    digest = await make_digest(
        transaction,
        room,
        due - _SPAN[times.every],
        due,
        made_at=now,
        keep_days=kept_days(room, desk.keep_days),
        names=True,
    )
    notice = digest_notice(digest)
    for admin in await transaction.admins(room.id):
        if not reachable(admin):
            continue
        key = f"digest:{room.id}|{admin.id}|scheduled|{due.date().isoformat()}"
        await transaction.order(Send(key, notice, member=admin.id, about=room.id, priority=Priority.DIGEST))
        if times.every == "weekly":
            await order_paper(transaction, digest, admin.id, key)
        await transaction.journal(room.id, "digest_given", now, {"to": admin.id, "period": times.every})


def read_times(words: Sequence[str], now: datetime) -> DigestTimes | None:
    """`daily 8`, `weekly` (at nine), or `off` (None). Raises ValueError when the words say none of that."""
    every, hour = words[0] if words else "", words[1] if len(words) > 1 else str(_HOUR)
    if every == "off":
        return None
    hour = hour.removesuffix(":00")
    if every in _SPAN and hour.isascii() and hour.isdecimal() and int(hour) < 24:
        return DigestTimes("daily" if every == "daily" else "weekly", int(hour), done_until=now)
    raise ValueError("no times of a digest")


async def set_times(
    transaction: Transaction, desk: Desk, room: Room, times: DigestTimes | None, by: MemberId
) -> Notice | None:
    """Set when a room's digest comes; what to answer, None when `by` is no admin of the room. The first comes next time."""
    if await admin_of(transaction, room.id, by) is None:
        return None
    before = await transaction.digest_times(room.id)
    if times is not None and before is not None:
        times = replace(times, last_day=before.last_day)
    await transaction.save_digest_times(room.id, times)
    told = f"{times.every} {times.hour}" if times else "off"
    facts = {"digest": told, "by": by}
    await transaction.journal(room.id, "setting_changed", desk.clock.now(), facts)
    key = f"digest.times_{times.every if times else 'off'}"
    fields: dict[str, str | int] = {"room": room.title}
    if times is not None:
        fields["clock"] = f"{times.hour}:00"
    return Notice(key, room.language, fields)
