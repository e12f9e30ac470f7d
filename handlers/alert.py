"""Alerts: said to every admin who can be reached, singly, or beyond ten a minute as a list. What he does: alert_actions."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.appeal_notice import send_appeal
from handlers.desk import Desk, admin_of, local_time, platform_of, reachable
from handlers.events import ButtonPressed, MemberId
from handlers.ports import Transaction
from handlers.records import (
    Admin,
    Alert,
    AlertId,
    AnswerPress,
    Button,
    Buttons,
    EditSent,
    Notice,
    Priority,
    Room,
    Send,
)
from handlers.wording import alert_buttons, alert_notice

# CONTRACT: alerts beyond ten a minute in a room become one with a list.
_SINGLE_A_MINUTE = 10
_LISTED = 25  # lines of such a list; the rest is a number


async def raise_alert(transaction: Transaction, desk: Desk, room: Room, alert_id: AlertId) -> None:
    """Tell the admins of an alert just added; when none can be reached, the group gets the way to open a chat."""
    alert = await transaction.alert(alert_id)
    if alert is None:
        return
    admins = [admin for admin in await transaction.admins(alert.room) if reachable(admin)]
    if not admins:
        await ask_to_open_private(transaction, desk, room)
        return
    minute_ago = desk.clock.now() - timedelta(minutes=1)
    single = await transaction.alerts_since(alert.room, minute_ago) <= _SINGLE_A_MINUTE
    for admin in admins:
        if single:
            await send_alert(transaction, room, alert, admin)
        else:
            await _list_alerts(transaction, desk, room, alert, admin)


async def send_alert(
    transaction: Transaction, room: Room, alert: Alert, admin: Admin, *, again: str = ""
) -> None:
    """One alert to one admin; sent once, however often it is ordered. `again`: the occasion on which it comes back."""
    findings = await transaction.findings_of_alert(alert.id)
    if findings:
        said = Notice("alert.again", room.language) if again else None
        await transaction.order(
            Send(
                f"alert:{alert.id}|{admin.id}" + (f"|{again}" if again else ""),
                alert_notice(room, alert, findings, said),
                member=admin.id,
                about=room.id,
                buttons=alert_buttons(room, alert, findings),
                priority=Priority.ALERT,
            )
        )


async def send_waiting(transaction: Transaction, member: MemberId) -> int:
    """All alerts still open in the rooms of an admin whose private chat has just opened; how many."""
    sent = 0
    for room in await transaction.rooms_of(member):
        admin = await admin_of(transaction, room.id, member)
        waiting = await transaction.open_alerts(room.id)
        if admin is None:
            continue
        for appeal in await transaction.open_appeals(room.id):
            await send_appeal(transaction, room, appeal, admin)
        if not waiting:
            continue
        for alert in waiting[-_SINGLE_A_MINUTE:]:
            await send_alert(transaction, room, alert, admin)
        older = waiting[:-_SINGLE_A_MINUTE]
        if older:
            key = f"alert:list|{room.id}|{admin.id}|waiting{older[-1].id}"
            await _order_list(transaction, room, older, admin, key)
        sent += len(waiting)
    return sent


async def ask_to_open_private(transaction: Transaction, desk: Desk, room: Room) -> None:
    """Once a day at most, say in the group that no admin can be told; the alerts wait.

    On Telegram an admin opens his private chat himself. On Matrix we open it, but in a bridged group all admins may be
    people of the other side, whom no private word reaches.
    """
    buttons: Buttons = ()
    match platform_of(room.id):
        case "telegram":
            key, buttons = "private.open", ((Button("button.open_private", opens_private=True),),)
        case "matrix" if not await transaction.admins(room.id):
            key = "private.nobody"
        case _:
            return
    today = desk.clock.now().date().isoformat()
    await transaction.order(
        Send(
            f"notice:open_private|{room.id}|{today}",
            Notice(key, room.language, {}),
            room=room.id,
            buttons=buttons,
            priority=Priority.ALERT,
        )
    )


async def _list_alerts(transaction: Transaction, desk: Desk, room: Room, alert: Alert, admin: Admin) -> None:
    """Put an alert on this minute's list; the list is one message, rewritten as it grows."""
    minute = int(desk.clock.now().timestamp() // 60)
    key = f"alert:list|{room.id}|{admin.id}|{minute}"
    start = desk.clock.now() - timedelta(minutes=1)
    waiting = [one for one in await transaction.open_alerts(room.id) if one.raised_at >= start]
    await _order_list(transaction, room, waiting[_SINGLE_A_MINUTE:] or [alert], admin, key)


async def _order_list(
    transaction: Transaction, room: Room, alerts: Sequence[Alert], admin: Admin, key: str
) -> None:
    lines = []
    for alert in alerts[-_LISTED:]:
        for finding in (await transaction.findings_of_alert(alert.id))[:1]:
            fields = {
                "time": local_time(finding.sent_at),
                "member": finding.member_name,
                "clause_key": f"clause.{finding.clause}",
                "link": finding.link or "",
            }
            lines.append(Notice("alert.list_line", room.language, fields))
    notice = Notice("alert.list", room.language, {"room": room.title, "n": len(alerts)}, tuple(lines))
    first = Send(key, notice, member=admin.id, about=room.id, priority=Priority.ALERT)
    # The first order of the key is sent; what comes after it rewrites that message, the newest only.
    await transaction.order(first)
    await transaction.cancel_unsent(f"relist:{key}|")
    await transaction.order(EditSent(f"relist:{key}|{alerts[-1].id}", key, notice, priority=Priority.ALERT))


async def answer(transaction: Transaction, event: ButtonPressed, notice: Notice) -> None:
    """The short word to who pressed."""
    key = f"press:{event.place.room}|{event.press or event.message}|{event.data}|{event.sender.id}|{event.at.timestamp()}"
    await transaction.order(AnswerPress(key, event.place.room, event.press, notice))
