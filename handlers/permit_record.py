"""Permissions on record: registered from what an admin has said, listed, withdrawn; each on record with who and when."""

from dataclasses import replace
from datetime import date

from handlers.desk import Desk
from handlers.dialogue import Given, room_of
from handlers.digest import reply
from handlers.events import ATTACHMENT, ButtonPressed, CommandGiven, MemberId
from handlers.permission import Permission, PermissionId, first_told, span
from handlers.permit_paper import order_paper_read
from handlers.permit_words import permit_line
from handlers.ports import Transaction
from handlers.records import Button, Notice, Room, Send

_LISTED = 20


def drafted_permission(desk: Desk, room: Room, said: dict[str, str], by: MemberId) -> Permission:
    """The permission that the answers of a draft come to; it has no number yet."""
    since, until = span(date.fromisoformat(said["first"]), date.fromisoformat(said["last"]))
    now = desk.clock.now()
    return Permission(
        room=room.id,
        reference=said["reference"],
        authority=said["authority"],
        subject=said.get("subject", ""),
        since=since,
        until=until,
        registered_at=now,
        by=by,
        member=MemberId(said["member"]),
        member_name=said.get("member_name", ""),
        clause=said["clause"],
        told=first_told(until, now),
    )


async def register_permission(
    transaction: Transaction, desk: Desk, event: ButtonPressed, room: Room, said: dict[str, str]
) -> None:
    """Put it on record, tell the other admins, and have its paper read."""
    permission = drafted_permission(desk, room, said, event.sender.id)
    number = await transaction.add_permission(permission)
    permission = replace(permission, id=number)
    await transaction.save_draft(event.sender.id, None)
    facts = {
        "permission": number,
        "by": event.sender.id,
        "member": permission.member or "all",
        "clause": permission.clause or "all",
        "since": permission.since.isoformat(),
        "until": permission.until.isoformat(),
    }
    await transaction.journal(room.id, "permission_registered", desk.clock.now(), facts)
    line = permit_line(permission, room, room.language)
    await transaction.order(
        Send(
            f"permit:done|{number}",
            Notice("permit.registered", room.language, {"number": int(number)}, (line,)),
            room=event.place.room,
            buttons=((Button("button.withdraw", f"permit:withdraw:{number}"),),),
        )
    )
    told = Notice("permit.told", room.language, {"admin": event.sender.name}, (line,))
    for admin in await transaction.admins(room.id):
        if admin.id != event.sender.id and admin.private is not None:
            await transaction.order(
                Send(f"permit:told|{number}|{admin.id}", told, member=admin.id, about=room.id)
            )
    if "paper" in said:
        given = CommandGiven(event.place, event.message, event.sender, event.at, "permit")
        await order_paper_read(transaction, given, number, ATTACHMENT.validate_json(said["paper"]))


async def withdraw(
    transaction: Transaction, desk: Desk, event: Given, number: PermissionId | None
) -> Notice | None:
    """Withdraw one of a room of his; None when there is no such one."""
    permission = await transaction.permission(number) if number is not None else None
    room = await room_of(transaction, event, permission.room) if permission is not None else None
    if permission is None or room is None:
        return None
    now = desk.clock.now()
    if not await transaction.withdraw_permission(permission.id, event.sender.id, now):
        return Notice("press.unchanged", room.language)
    facts = {"permission": permission.id, "by": event.sender.id}
    await transaction.journal(room.id, "permission_withdrawn", now, facts)
    return Notice("permit.withdrawn", room.language, {"number": int(permission.id)})


async def list_permissions(
    transaction: Transaction, desk: Desk, event: CommandGiven, rooms: list[Room]
) -> None:
    """What holds or will hold, a button to withdraw each; what is over is left out."""
    now, language = desk.clock.now(), rooms[0].language
    lines: list[Notice] = []
    buttons: list[tuple[Button, ...]] = []
    for room in rooms:
        for one in await transaction.permissions(room.id):
            if one.until > now:
                lines.append(permit_line(one, room, language))
                button = Button("button.withdraw", f"permit:withdraw:{one.id}", more=(f"=#{one.id}",))
                buttons.append((button,))
    if not lines:
        await reply(transaction, event, Notice("permit.none", language))
        return
    head = Notice("permit.list", language, {"n": len(lines)}, tuple(lines[-_LISTED:]))
    await reply(transaction, event, head, tuple(buttons[-_LISTED:]))
