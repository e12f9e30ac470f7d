"""Appeals: a member asks the admins to look again, they uphold or overturn what was found, and he hears."""

from handlers.alert import answer, ask_to_open_private
from handlers.alert_actions import close_alert, close_copies, withdraw_warning
from handlers.appeal_notice import appeal_notice, send_appeal
from handlers.check import message_meant
from handlers.contested import Appeal, AppealId, AppealState
from handlers.desk import Desk, admin_of, local_time, reachable
from handlers.digest import reply
from handlers.events import ButtonPressed, CommandGiven, MemberId
from handlers.lesson import learn
from handlers.ports import Transaction
from handlers.records import (
    Admin,
    Alert,
    AlertId,
    AlertState,
    EditSent,
    KeptFinding,
    Notice,
    Priority,
    Room,
    Send,
)

_LONGEST_REASON = 1000


async def on_appeal(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/appeal REASON` as a reply to the warning or to one's own message, in the group."""
    room = await transaction.room(event.place.room)
    language = room.language if room is not None else desk.language
    if room is None or event.reply_to is None:
        await reply(transaction, event, Notice("appeal.how", language))
        return
    message = await message_meant(transaction, event.place.room, event.reply_to)
    findings = [one for one in await transaction.findings_of(event.place.room, message) if one.alert]
    if not findings:
        await reply(transaction, event, Notice("why.nothing", language))
        return
    alert = await transaction.alert(findings[-1].alert) if findings[-1].alert else None
    if alert is None or alert.member != event.sender.id:
        await reply(transaction, event, Notice("appeal.not_yours", language))
        return
    told = await _raise(transaction, desk, room, alert, event.argument)
    await reply(transaction, event, Notice(told, language))


async def on_appeal_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """The button under a warning; for who was warned, and nobody else."""
    number = event.data.partition(":")[2]
    known = number.isascii() and number.isdecimal() and len(number) < 16
    alert = await transaction.alert(AlertId(int(number))) if known else None
    room = await transaction.room(alert.room) if alert is not None else None
    if alert is None or room is None or alert.member != event.sender.id:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    told = await _raise(transaction, desk, room, alert, "")
    # A toast holds 200 characters and goes by; the words are the same as those of the command.
    await answer(transaction, event, Notice(told, room.language))


async def _raise(transaction: Transaction, desk: Desk, room: Room, alert: Alert, reason: str) -> str:
    """Appeal, or add a reason to an appeal without one; the key of what to answer."""
    now = desk.clock.now()
    if alert.state is AlertState.FALSE_ALARM:
        return "appeal.settled"
    reason = reason.strip()[:_LONGEST_REASON]
    known = await transaction.appeal_of(alert.id)
    if known is not None:
        if known.state is not AppealState.OPEN or known.reason or not reason:
            return "appeal.already"
        await transaction.add_reason(known.id, reason)
        renewed = await transaction.appeal(known.id)
        if renewed is not None:
            await _retell(transaction, room, renewed)
        return "appeal.reason_added"
    appeal = await transaction.add_appeal(alert, reason, now)
    if appeal is None:
        return "appeal.already"
    facts = {"appeal": appeal.id, "alert": alert.id, "message": alert.message, "member": alert.member}
    await transaction.journal(alert.room, "appeal_raised", now, facts)
    admins = [admin for admin in await transaction.admins(room.id) if reachable(admin)]
    for admin in admins:
        await send_appeal(transaction, room, appeal, admin)
    if not admins:
        await ask_to_open_private(transaction, desk, room)
    return "appeal.sent"


async def _retell(transaction: Transaction, room: Room, appeal: Appeal) -> None:
    """The admins' copies with the reason that came later; the same buttons stay under them."""
    for admin in await transaction.admins(room.id):
        if reachable(admin):
            await send_appeal(transaction, room, appeal, admin, replacing=True)


async def on_appeal_decided(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """Uphold or Overturn, by an admin of the room: whoever comes second is told so; nobody decides his own appeal."""
    verb, _, number = event.data.partition(":")
    state = {"uphold": AppealState.UPHELD, "overturn": AppealState.OVERTURNED}[verb]
    known = number.isascii() and number.isdecimal() and len(number) < 16
    appeal = await transaction.appeal(AppealId(int(number))) if known else None
    room = await transaction.room(appeal.room) if appeal is not None else None
    presser = await admin_of(transaction, room.id, event.sender.id) if room is not None else None
    if appeal is None or room is None or presser is None:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    if appeal.member == presser.id and len(await transaction.admins(room.id)) > 1:
        await answer(transaction, event, Notice("press.own_appeal", room.language))
        return
    now = desk.clock.now()
    findings = await transaction.findings_of_alert(appeal.alert)
    alert = await transaction.alert(appeal.alert)
    if alert is None or not await transaction.decide_appeal(appeal, state, presser.id, now):
        await answer(transaction, event, Notice("press.already", room.language))
        return
    facts = {"appeal": appeal.id, "alert": appeal.alert, "message": appeal.message, "by": presser.id}
    await transaction.journal(appeal.room, f"appeal_{state.value}", now, facts)
    await _close(transaction, desk, room, alert, state, presser)
    if state is AppealState.OVERTURNED:
        await transaction.overturn(alert.id)
        await learn(transaction, desk, room, findings, "appeal")
        await withdraw_warning(transaction, room, alert)
    await _close_appeal(transaction, desk, room, appeal, state, presser)
    await _tell_member(transaction, room, appeal, state, findings[0] if findings else None)
    await answer(transaction, event, Notice(f"press.{state.value}", room.language))


async def _close(
    transaction: Transaction, desk: Desk, room: Room, alert: Alert, state: AppealState, by: Admin
) -> None:
    """Deciding is acting: an alert still open is closed with it, and one acted upon before says what became of it."""
    overturned = state is AppealState.OVERTURNED
    wanted = AlertState.FALSE_ALARM if overturned else AlertState.ACKNOWLEDGED
    if await close_alert(transaction, desk, alert, wanted, by) or overturned:
        await close_copies(transaction, desk, room, alert, wanted, by)


async def _close_appeal(
    transaction: Transaction, desk: Desk, room: Room, appeal: Appeal, state: AppealState, by: Admin
) -> None:
    fields = {"admin": by.name, "time": local_time(desk.clock.now())}
    outcome = Notice(f"appeal.by_{state.value}", room.language, fields)
    closed = await appeal_notice(transaction, room, appeal, outcome)
    for admin in await transaction.admins(room.id):
        sent = f"appeal:{appeal.id}|{admin.id}"
        await transaction.order(EditSent(f"close:{sent}", sent, closed, priority=Priority.ALERT))


async def _tell_member(
    transaction: Transaction, room: Room, appeal: Appeal, state: AppealState, finding: KeptFinding | None
) -> None:
    """In private where that is open, else in the group in reply to his message, without a word of it."""
    key = f"answer:appeal|{appeal.id}"
    if await _has_private(transaction, appeal.member):
        notice = Notice(f"appeal.told_{state.value}", room.language, {"room": room.title})
        await transaction.order(Send(key, notice, member=appeal.member, about=room.id))
        return
    judged = await transaction.judged(appeal.room, appeal.message)
    name = finding.member_name if finding is not None else ""
    notice = Notice(f"appeal.said_{state.value}", room.language, {"member": name or "—"})
    await transaction.order(
        Send(
            key,
            notice,
            room=room.id,
            reply_to=appeal.message if room.id == appeal.room else None,
            thread=judged.thread if judged is not None else None,
        )
    )


async def _has_private(transaction: Transaction, member: MemberId) -> bool:
    return await transaction.private_chat(member) is not None
