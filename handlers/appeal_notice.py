"""How an appeal is told to the admins: the text, what was found, the member's reason, and two buttons."""

from handlers.contested import Appeal
from handlers.desk import local_time
from handlers.ports import Transaction
from handlers.records import Admin, Button, EditSent, Notice, Priority, Room, Send
from handlers.wording import clause_line, excerpt


async def send_appeal(
    transaction: Transaction, room: Room, appeal: Appeal, admin: Admin, *, replacing: bool = False
) -> None:
    """An open appeal to one admin, in private; sent once, however often it is ordered. `replacing`: told anew."""
    notice = await appeal_notice(transaction, room, appeal)
    buttons = (
        (
            Button("button.uphold", f"uphold:{appeal.id}"),
            Button("button.overturn", f"overturn:{appeal.id}"),
        ),
    )
    key = f"appeal:{appeal.id}|{admin.id}"
    if replacing:
        await transaction.order(EditSent(f"retell:{key}", key, notice, buttons, priority=Priority.ALERT))
        return
    await transaction.order(
        Send(
            key,
            notice,
            member=admin.id,
            about=room.id,
            buttons=buttons,
            priority=Priority.ALERT,
        )
    )


async def appeal_notice(
    transaction: Transaction, room: Room, appeal: Appeal, outcome: Notice | None = None
) -> Notice:
    """The appeal in words; `outcome` says who decided, once somebody has."""
    findings = await transaction.findings_of_alert(appeal.alert)
    first = findings[0]
    fields = {
        "room": room.title,
        "member": first.member_name or "—",
        "time": local_time(first.sent_at),
        "excerpt": excerpt(first.text, first.start, first.end),
        "link": first.link or "",
    }
    parts = [clause_line(finding, room.language) for finding in findings]
    reason = " ".join(appeal.reason.split())
    parts.append(
        Notice("appeal.reason", room.language, {"reason": reason})
        if reason
        else Notice("appeal.no_reason", room.language)
    )
    return Notice("appeal.raised", room.language, fields, (*parts, *((outcome,) if outcome else ())))
