"""Unanswered alerts come back, politely: after the room's hours, then after twice as long, up to once a day.

All that waits in a room is one reminder; at night there is none. What is due is told from the store and noted in the same
transaction that orders it, so that a restart neither loses one nor says it twice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.alert import ask_to_open_private, send_alert
from handlers.contested import Reminder
from handlers.desk import Desk, admin_of, local_time, reachable
from handlers.hours import by_day
from handlers.ports import Transaction
from handlers.records import Admin, Alert, AlertState, Button, Buttons, Notice, Priority, Room, Send

_LONGEST = timedelta(days=1)
_LISTED = 10


async def remind_due(transaction: Transaction, desk: Desk) -> int:
    """Order the reminders that are due now; of how many rooms and admins."""
    now = desk.clock.now()
    if by_day(now) != now:
        return 0
    told = await _promised(transaction, now)
    for room in await transaction.rooms_with_open_alerts():
        told += await _remind(transaction, desk, room, now)
    return told


async def _promised(transaction: Transaction, now: datetime) -> int:
    """Those who wanted to hear of an alert again."""
    told = 0
    for number, member in await transaction.take_promised(now):
        alert = await transaction.alert(number)
        room = await transaction.room(alert.room) if alert is not None else None
        if alert is None or room is None or alert.state is not AlertState.OPEN:
            continue
        admin = await admin_of(transaction, room.id, member)
        if admin is not None and reachable(admin):
            await send_alert(transaction, room, alert, admin, again=f"later{int(now.timestamp())}")
            told += 1
    return told


async def _remind(transaction: Transaction, desk: Desk, room: Room, now: datetime) -> int:
    hours = room.settings.remind_hours
    if not hours:
        return 0
    waiting = list(await transaction.open_alerts(room.id))
    kept = {alert.id: await transaction.reminder(alert.id) for alert in waiting}
    first = timedelta(hours=hours)
    if not any((kept[alert.id].due or alert.raised_at + first) <= now for alert in waiting):
        return 0
    for alert in waiting:
        times = kept[alert.id].times + 1
        wait = min(first * 2 ** min(times, 10), max(first, _LONGEST))
        await transaction.save_reminder(alert.id, Reminder(times, now + wait))
    admins = [admin for admin in await transaction.admins(room.id) if reachable(admin)]
    if not admins:
        await ask_to_open_private(transaction, desk, room)
        return 0
    for admin in admins:
        if len(waiting) == 1:
            again = f"again{int(now.timestamp())}"
            await send_alert(transaction, room, waiting[0], admin, again=again)
        else:
            key = f"alert:remind|{room.id}|{admin.id}|{int(now.timestamp())}"
            await order_waiting(transaction, room, waiting, admin, key)
    facts = {"alerts": [alert.id for alert in waiting], "admins": [admin.id for admin in admins]}
    await transaction.journal(room.id, "alert_reminded", now, facts)
    return 1


async def order_waiting(
    transaction: Transaction, room: Room, waiting: Sequence[Alert], admin: Admin, key: str
) -> None:
    """The open alerts of a room as one list, the oldest first; a number under it brings that alert back."""
    lines: list[Notice] = []
    buttons: list[Button] = []
    for alert in waiting:
        findings = await transaction.findings_of_alert(alert.id)
        if not findings or len(lines) == _LISTED:
            continue
        number = len(lines) + 1
        first = findings[0]
        fields: dict[str, str | int] = {
            "number": number,
            "time": local_time(first.sent_at),
            "member": first.member_name or "—",
            "clause_key": f"clause.{first.clause}",
            "link": first.link or "",
        }
        lines.append(Notice("alert.waiting_line", room.language, fields))
        buttons.append(Button(f"={number}", f"show:{alert.id}"))
    if not lines:
        return
    rows: Buttons = tuple(tuple(buttons[start : start + 5]) for start in range(0, len(buttons), 5))
    notice = Notice("alert.waiting", room.language, {"room": room.title, "n": len(waiting)}, tuple(lines))
    await transaction.order(
        Send(key, notice, member=admin.id, about=room.id, buttons=rows, priority=Priority.ALERT)
    )
