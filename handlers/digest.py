"""The digest of a room, on request: what was found, what waits, how soon it was acted on, what could not be judged."""

from datetime import datetime, timedelta
from statistics import median

from handlers.decision import kept_days
from handlers.desk import LOCAL, Desk, admin_of
from handlers.digest_words import digest_notice
from handlers.events import CommandGiven, MemberId, Standing
from handlers.figures import Earlier, WaitingAlert
from handlers.next_steps import next_steps
from handlers.ports import Transaction
from handlers.records import Button, Buttons, Digest, DigestFile, Notice, Priority, Room, Send, SendFile

PERIODS = {"today": 0, "week": 7, "month": 30}

_ON_PAPER = {"week", "month"}  # a day fits into its message
_LISTED = 10  # open alerts, the oldest


def period_start(period: str, now: datetime) -> datetime:
    """When a period began: midnight here for `today`, 7 or 30 days back otherwise. Raises KeyError for another word."""
    days = PERIODS[period]
    if days:
        return now - timedelta(days=days)
    return now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)


async def on_digest(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/digest [today|week|month]` by an admin: said in private only; several rooms: which one is asked first."""
    sender = event.sender.id
    period = (event.argument.split() or ["today"])[0].lower()
    rooms = list(await transaction.rooms_of(sender))
    if not event.place.private:
        rooms = [room for room in rooms if room.id == event.place.room]
    if not rooms:
        await reply(transaction, event, Notice("refused.admins_only", desk.language))
        return
    if event.sender.standing is Standing.ANONYMOUS_ADMIN:
        await reply(transaction, event, Notice("refused.anonymous", rooms[0].language))
        return
    if period not in PERIODS:
        await reply(transaction, event, Notice("digest.periods", rooms[0].language))
        return
    if len(rooms) > 1:
        buttons = tuple((Button(f"={room.title}", f"digest:{period}:{room.id}"),) for room in rooms[:50])
        await reply(transaction, event, Notice("digest.which", rooms[0].language), buttons)
        return
    await send_digest(transaction, desk, rooms[0], period, sender, str(event.message))
    if not event.place.private:
        await reply(transaction, event, Notice("digest.sent_private", rooms[0].language))


async def send_digest(
    transaction: Transaction, desk: Desk, room: Room, period: str, admin: MemberId, occasion: str
) -> bool:
    """Order the digest for an admin's private chat; False when he is no admin of the room."""
    if await admin_of(transaction, room.id, admin) is None:
        return False
    now = desk.clock.now()
    digest = await make_digest(
        transaction,
        room,
        period_start(period, now),
        now,
        made_at=now,
        keep_days=kept_days(room, desk.keep_days),
        names=True,
    )
    key = f"digest:{room.id}|{admin}|{occasion}|{period}"
    notice = digest_notice(digest)
    buttons = _other_periods(room, period)
    await transaction.order(
        Send(key, notice, member=admin, about=room.id, buttons=buttons, priority=Priority.DIGEST)
    )
    if period in _ON_PAPER:
        await order_paper(transaction, digest, admin, key)
    await transaction.journal(room.id, "digest_given", now, {"to": admin, "period": period})
    return True


def _other_periods(room: Room, period: str) -> Buttons:
    return (
        tuple(
            Button(f"button.digest_{other}", f"digest:{other}:{room.id}")
            for other in PERIODS
            if other != period
        ),
    )


async def order_paper(transaction: Transaction, digest: Digest, admin: MemberId, key: str) -> None:
    """The same digest as a file, after its message; drawn when it goes out, of these very numbers."""
    caption = Notice("digest.paper", digest.language, {"room": digest.title})
    await transaction.order(
        SendFile(f"paper:{key}", DigestFile(digest), caption, member=admin, about=digest.room)
    )


async def make_digest(
    transaction: Transaction,
    room: Room,
    since: datetime,
    until: datetime,
    *,
    made_at: datetime,
    keep_days: int,
    names: bool,
) -> Digest:
    """The digest of a room. `names`: whether open alerts name the member, which only an admin of the room may read."""
    counts = await transaction.digest_counts(room.id, since, until)
    return Digest(
        room.id,
        room.title,
        room.language,
        since,
        until,
        made_at,
        counts,
        mode=room.mode,
        missing=room.missing,
        earlier=await _earlier(transaction, room, since, until, made_at - timedelta(days=keep_days)),
        waiting=await _waiting(transaction, room, names=names),
        steps=next_steps(counts, mode=room.mode, missing=room.missing, language=room.language),
    )


async def _earlier(
    transaction: Transaction, room: Room, since: datetime, until: datetime, kept_from: datetime
) -> Earlier | None:
    """The period before, when the room was watched all that time and its numbers are still kept.

    Of a part of a day, the same part of the day before.
    """
    back = max(until - since, timedelta(days=1))
    start = since - back
    if room.joined_at is None or start < max(room.joined_at, kept_from):
        return None
    counts = await transaction.digest_counts(room.id, start, until - back)
    return Earlier(
        counts.judged,
        counts.findings,
        counts.by_clause,
        counts.alerts,
        counts.warnings,
        counts.false_alarms,
        median(counts.act_seconds) if counts.act_seconds else None,
    )


async def _waiting(transaction: Transaction, room: Room, *, names: bool) -> tuple[WaitingAlert, ...]:
    listed = []
    for alert in (await transaction.open_alerts(room.id))[:_LISTED]:
        findings = await transaction.findings_of_alert(alert.id)
        member = findings[0].member_name if findings and names else ""
        link = findings[0].link if findings and names else None
        clauses = tuple(dict.fromkeys(finding.clause for finding in findings))
        listed.append(WaitingAlert(alert.raised_at, clauses, member, link))
    return tuple(listed)


async def reply(
    transaction: Transaction,
    event: CommandGiven,
    notice: Notice,
    buttons: tuple[tuple[Button, ...], ...] = (),
) -> None:
    """Answer a command where it was given."""
    await transaction.order(
        Send(
            f"answer:{event.place.room}|{event.message}|{notice.key}",
            notice,
            room=event.place.room,
            reply_to=None if event.place.private else event.message,
            thread=event.place.thread,
            buttons=buttons,
        )
    )
