"""The digest of a room, on request: numbers by clause, alerts open, time to act, what could not be judged."""

from datetime import datetime, timedelta
from statistics import median

from handlers.desk import LOCAL, Desk, admin_of, local_time
from handlers.events import CommandGiven, MemberId, Standing
from handlers.ports import Transaction
from handlers.records import Button, DigestCounts, Language, Notice, Priority, Room, Send

PERIODS = {"today": 0, "week": 7, "month": 30}


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
    since = period_start(period, now)
    counts = await transaction.digest_counts(room.id, since, now)
    notice = digest_notice(room.title, counts, since, now, room.language)
    key = f"digest:{room.id}|{admin}|{occasion}|{period}"
    await transaction.order(Send(key, notice, member=admin, about=room.id, priority=Priority.DIGEST))
    await transaction.journal(room.id, "digest_given", now, {"to": admin, "period": period})
    return True


def digest_notice(
    title: str, counts: DigestCounts, since: datetime, until: datetime, language: Language
) -> Notice:
    """The digest in words, a line a number; numbers are plain."""

    def line(key: str, **fields: str | int) -> Notice:
        return Notice(f"digest.{key}", language, fields)

    lines = [line("judged", n=counts.judged)]
    total = sum(counts.by_clause.values())
    lines.append(line("findings", n=total))
    for clause, times in sorted(counts.by_clause.items(), key=lambda item: (-item[1], item[0])):
        lines.append(line("clause", clause_key=f"clause.{clause}", n=times))
    if counts.noted:
        lines.append(line("noted", n=counts.noted))
    lines.append(line("warnings", n=counts.warnings))
    if counts.removed:
        lines.append(line("removed", n=counts.removed))
    lines.append(line("alerts", n=counts.alerts, open=counts.alerts_open))
    if counts.oldest_open is not None:
        lines.append(line("oldest", time=local_time(counts.oldest_open)))
    if counts.act_seconds:
        lines.append(
            line(
                "act", median=_duration(median(counts.act_seconds)), worst=_duration(max(counts.act_seconds))
            )
        )
    if counts.false_alarms:
        lines.append(line("false_alarms", n=counts.false_alarms))
    for reason, times in sorted(counts.gaps.items()):
        lines.append(line("gap", reason_key=f"gap.{reason}", n=times))
    if not counts.gaps:
        lines.append(line("no_gaps"))
    fields = {"room": title, "since": local_time(since), "until": local_time(until)}
    return Notice("digest.head", language, fields, tuple(lines))


def _duration(seconds: float) -> str:
    """h:mm:ss, which every reader of these languages knows."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


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
