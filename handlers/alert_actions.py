"""What an admin does about an alert: whoever acts first closes it for all, and every copy says who acted and when."""

from datetime import timedelta

from handlers.alert import answer, send_alert
from handlers.desk import Desk, admin_of, local_time
from handlers.events import ButtonPressed
from handlers.hours import by_day
from handlers.lesson import learn
from handlers.ports import Transaction
from handlers.records import (
    Admin,
    Alert,
    AlertId,
    AlertState,
    EditSent,
    Notice,
    Priority,
    Remove,
    Room,
)
from handlers.wording import alert_notice

_STATES = {
    "ack": AlertState.ACKNOWLEDGED,
    "false": AlertState.FALSE_ALARM,
    "remove": AlertState.REMOVED,
    "covered": AlertState.COVERED,
}
_LATER = timedelta(hours=1)


async def on_alert_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """Acknowledge, False alarm, Remove message or Covered; whoever comes second is told so. Admins of the room only."""
    found = await _of_press(transaction, desk, event)
    if found is None:
        return
    room, alert, presser = found
    state = _STATES[event.data.partition(":")[0]]
    if state is AlertState.REMOVED and "remove" in room.missing:
        await answer(transaction, event, Notice("press.no_right", room.language))
        return
    if not await close_alert(transaction, desk, alert, state, presser):
        await answer(transaction, event, Notice("press.already", room.language))
        return
    await answer(transaction, event, Notice(f"press.{state.value}", room.language))
    await close_copies(transaction, desk, room, alert, state, presser)
    if state is AlertState.REMOVED:
        await transaction.order(Remove(f"remove:{alert.room}|{alert.message}", alert.room, alert.message))
    if state is AlertState.FALSE_ALARM:
        await learn(transaction, desk, room, await transaction.findings_of_alert(alert.id), "admin")
    if state in {AlertState.FALSE_ALARM, AlertState.COVERED}:
        await withdraw_warning(transaction, room, alert)


async def on_later(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """Remind me: this alert comes back to this admin in an hour, or in the morning."""
    found = await _of_press(transaction, desk, event)
    if found is None:
        return
    room, alert, presser = found
    if alert.state is not AlertState.OPEN:
        await answer(transaction, event, Notice("press.already", room.language))
        return
    due = by_day(desk.clock.now() + _LATER)
    await transaction.remind_member(alert.id, presser.id, due)
    await answer(transaction, event, Notice("press.later", room.language, {"due_at": int(due.timestamp())}))


async def on_show(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """A number in a list of alerts: that alert once more, with its buttons."""
    found = await _of_press(transaction, desk, event)
    if found is None:
        return
    room, alert, presser = found
    if alert.state is not AlertState.OPEN:
        await answer(transaction, event, Notice("press.already", room.language))
        return
    again = f"shown{int(desk.clock.now().timestamp())}"
    await send_alert(transaction, room, alert, presser, again=again)
    await answer(transaction, event, Notice("press.done", room.language))


async def close_alert(
    transaction: Transaction, desk: Desk, alert: Alert, state: AlertState, by: Admin
) -> bool:
    """Close an open alert in the name of an admin, on record; False when it was not open."""
    now = desk.clock.now()
    if not await transaction.act_on_alert(alert.id, state, by.id, now):
        return False
    facts = {"alert": alert.id, "message": alert.message, "by": by.id}
    await transaction.journal(alert.room, f"alert_{state.value}", now, facts)
    return True


async def close_copies(
    transaction: Transaction, desk: Desk, room: Room, alert: Alert, state: AlertState, by: Admin
) -> None:
    """Have every copy of an alert say who acted and when; its buttons go."""
    findings = await transaction.findings_of_alert(alert.id)
    if not findings:
        return
    fields = {"admin": by.name, "time": local_time(desk.clock.now())}
    closed = alert_notice(room, alert, findings, Notice(f"alert.{state.value}", room.language, fields))
    for sent in await transaction.alert_copies(alert.id):
        await transaction.order(
            EditSent(f"close:{sent}|{state.value}", sent, closed, priority=Priority.ALERT)
        )


async def withdraw_warning(transaction: Transaction, room: Room, alert: Alert) -> None:
    """What was said in the group to the member is taken back in the same place, if it was about this message only."""
    judged = await transaction.judged(alert.room, alert.message)
    if judged is None or judged.warned_as is None:
        return
    warned = await transaction.warning(judged.warned_as)
    findings = await transaction.findings_of_alert(alert.id)
    if warned is None or warned.times != 1 or not findings:
        return
    name = findings[0].member_name or "—"
    notice = Notice("warning.withdrawn", room.language, {"member": name})
    await transaction.order(
        EditSent(f"withdraw:{judged.warned_as}", judged.warned_as, notice, priority=Priority.WARNING)
    )


async def _of_press(
    transaction: Transaction, desk: Desk, event: ButtonPressed
) -> tuple[Room, Alert, Admin] | None:
    """The alert that a button is about, for an admin of its room; anybody else is refused, in one line."""
    number = event.data.partition(":")[2]
    known = number.isascii() and number.isdecimal() and len(number) < 16
    alert = await transaction.alert(AlertId(int(number))) if known else None
    room = await transaction.room(alert.room) if alert is not None else None
    presser = await admin_of(transaction, room.id, event.sender.id) if room is not None else None
    if alert is None or room is None or presser is None:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return None
    return room, alert, presser
