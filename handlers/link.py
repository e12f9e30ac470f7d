"""The bridge behind a room: while it is not connected to WhatsApp nothing can be judged, and the admins know it."""

from datetime import datetime, timedelta

from handlers.desk import Desk, known_room, local_time, tell_admins
from handlers.events import LinkChanged, MessageId, MessagePosted, Standing
from handlers.ports import Transaction
from handlers.records import Notice, Room

# The worst of an absence decides what is said at its end.
_WORSE = {"phone": 0, "away": 1, "logged_out": 2}


async def on_link_changed(transaction: Transaction, desk: Desk, event: LinkChanged) -> None:
    """A gap opens, gets worse, or is closed with its length; each is said once to the admins, in private."""
    room = await known_room(transaction, desk, event.place)
    prefix = f"link:{event.link}:"
    opened = [one for one in await transaction.open_links(room.id) if one[0].startswith(prefix)]
    if event.state == "back":
        for mark, since in opened:
            await _close(transaction, desk, room, mark, since, event.at)
        return
    since = event.at
    for mark, began in opened:
        if _WORSE[event.state] <= _WORSE[mark.removeprefix(prefix)]:
            return
        await transaction.mend_gap(room.id, mark, desk.clock.now())
        since = min(since, began)
    mark = MessageId(f"{prefix}{event.state}")
    await transaction.add_gap(room.id, "bridge", at=since, message=mark, count=1)
    facts = {"link": event.link, "state": event.state, "since": since.isoformat()}
    await transaction.journal(room.id, "link_down", desk.clock.now(), facts)
    fields = {"room": room.title, "time": local_time(since)}
    # One phone carries many groups: who is admin of several is told once, of the first.
    key = f"notice:link|{event.link}|{since.timestamp()}|{event.state}"
    await tell_admins(transaction, room, key, Notice(f"link.{event.state}", room.language, fields))


async def on_sign_of_life(transaction: Transaction, desk: Desk, event: MessagePosted) -> None:
    """A bridged member's new message shows that the bridge is connected, should it not have said so (a restart)."""
    if event.sender.standing is not Standing.PUPPET or event.edited:
        return
    for mark, since in await transaction.open_links(event.place.room):
        if not mark.endswith(":phone") and event.sent_at > since:
            room = await known_room(transaction, desk, event.place)
            await _close(transaction, desk, room, mark, since, desk.clock.now())


async def _close(
    transaction: Transaction, desk: Desk, room: Room, mark: MessageId, since: datetime, until: datetime
) -> None:
    """What comes late is judged, so that the gap is mended; what was said while logged out never comes, and it stays."""
    now = desk.clock.now()
    _, link, state = mark.split(":")
    lost = state == "logged_out"
    await transaction.mend_gap(room.id, mark, now)
    if lost:
        await transaction.add_gap(room.id, "bridge", at=now, message=None, count=1)
    facts = {
        "link": link,
        "since": since.isoformat(),
        "seconds": round((until - since).total_seconds()),
        "lost": lost,
    }
    await transaction.journal(room.id, "link_back", now, facts)
    fields = {
        "room": room.title,
        "since": local_time(since),
        "until": local_time(until),
        "length": _length(until - since),
    }
    key = f"notice:link|{link}|{since.timestamp()}|back"
    said = {"phone": "link.back_phone", "away": "link.back", "logged_out": "link.back_lost"}[state]
    await tell_admins(transaction, room, key, Notice(said, room.language, fields))


def _length(span: timedelta) -> str:
    """Hours and minutes, h:mm."""
    minutes = max(0, round(span.total_seconds() / 60))
    return f"{minutes // 60}:{minutes % 60:02}"
