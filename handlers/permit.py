"""`/permit`: an admin puts the Government's express permission (OM para 2) on record, in one line or a few taps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.alert import answer
from handlers.choices import CLAUSES
from handlers.circulation import Draft
from handlers.days import say_day
from handlers.desk import Desk, admin_of, platform_of
from handlers.dialogue import Given, open_draft, own_rooms, say, which_room
from handlers.digest import reply
from handlers.events import ATTACHMENT, ButtonPressed, CommandGiven, MemberId, RoomId
from handlers.permission import Known, Permission, PermissionId, first_told, named, span
from handlers.permit_paper import order_paper_read
from handlers.permit_words import permit_line, read_line, read_span, split_words
from handlers.ports import Transaction
from handlers.records import Button, Buttons, Notice, Room, Send
from handlers.zone import LOCAL

_SHOWN = 8  # members to tap on; the rest are found by name
_LISTED = 20
_CANCEL = Button("button.cancel", "permit:cancel:")
_LIST, _WITHDRAW = frozenset({"list", "fehrist"}), frozenset({"withdraw", "remove"})


async def on_permit(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/permit`, `/permit LINE`, `/permit list`, `/permit withdraw N` in private; in a group as a reply to a member."""
    rooms = await own_rooms(transaction, desk, event)
    if not rooms:
        return
    if not event.place.private:
        await _about_member(transaction, desk, event, rooms[0])
        return
    word, _, rest = event.argument.partition(" ")
    if word.lower() in _LIST:
        await _list(transaction, desk, event, rooms)
        return
    if word.lower() in _WITHDRAW:
        number = rest.strip().lstrip("#")
        known = (
            PermissionId(int(number))
            if number.isascii() and number.isdecimal() and len(number) < 12
            else None
        )
        told = await _withdraw(transaction, desk, event, known)
        await reply(transaction, event, told or Notice("permit.unknown", rooms[0].language))
        return
    said: dict[str, str] = {}
    files = event.files or event.reply_files
    if files:
        said["paper"] = ATTACHMENT.dump_json(files[0]).decode()
    if event.argument:
        try:
            read_line(event.argument, _today(desk))
        except ValueError:
            await reply(transaction, event, Notice("permit.how", rooms[0].language))
            return
        said["line"] = event.argument
    draft = Draft("permit", "room", desk.clock.now(), said=said)
    if len(rooms) > 1:
        await transaction.save_draft(event.sender.id, draft)
        buttons = (*which_room(rooms, "permit"), (_CANCEL,))
        await reply(transaction, event, Notice("digest.which", rooms[0].language), buttons)
        return
    await _in_room(transaction, desk, event, draft, rooms[0])


async def on_permit_text(transaction: Transaction, desk: Desk, event: CommandGiven) -> bool:
    """A text in private that answers a question; whether it was one."""
    draft = await open_draft(transaction, desk, event.sender.id, "permit")
    if draft is None or draft.step not in {"what", "who", "until"} or event.forwarded:
        return False
    room = await _room_of(transaction, event, draft.room)
    if room is None:
        return False
    text = event.argument.strip()
    match draft.step:
        case "what":
            parts = split_words(text)
            if len(parts) < 2 or not all(parts[:2]):
                await _ask(transaction, desk, event, draft, room)
                return True
            said = {"reference": parts[0], "authority": parts[1], "subject": " ".join(parts[2:])}
            if event.files:
                said["paper"] = ATTACHMENT.dump_json(event.files[0]).decode()
            await _next(
                transaction, desk, event, draft, room, said, "clause" if "member" in draft.said else "who"
            )
        case "who":
            await _who(transaction, desk, event, draft, room, text)
        case _:
            try:
                first, last = read_span(text, _today(desk))
            except ValueError:
                await say(transaction, event, Notice("permit.days", room.language), ((_CANCEL,),))
                return True
            days = {"first": first.isoformat(), "last": last.isoformat()}
            await _next(transaction, desk, event, draft, room, days, "confirm")
    return True


async def on_permit_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """`permit:STEP:VALUE`, about what the presser is doing himself. Raises ValueError for data that is not ours."""
    _, step, value = event.data.split(":", 2)
    if step == "withdraw":
        told = await _withdraw(transaction, desk, event, PermissionId(int(value)))
        await answer(transaction, event, told or Notice("press.refused", desk.language))
        return
    draft = await open_draft(transaction, desk, event.sender.id, "permit")
    room_id = RoomId(value) if step == "room" else draft.room if draft is not None else RoomId("")
    room = await _room_of(transaction, event, room_id)
    if draft is None:
        mine = await transaction.rooms_of(event.sender.id)
        key = "permit.over" if mine else "press.refused"
        await answer(transaction, event, Notice(key, mine[0].language if mine else desk.language))
        return
    if step == "cancel":
        await transaction.save_draft(event.sender.id, None)
        language = room.language if room is not None else desk.language
        await answer(transaction, event, Notice("press.done", language))
        await say(transaction, event, Notice("permit.cancelled", language))
        return
    if room is None:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    if step != draft.step:
        await answer(transaction, event, Notice("permit.over", room.language))
        return
    await answer(transaction, event, Notice("press.done", room.language))
    match step:
        case "room":
            await _in_room(transaction, desk, event, draft, room)
        case "who":
            known = await transaction.known_members(room.id)
            name = next((one.name for one in known if one.id == value), "")
            said = {"member": "" if value == "*" else value, "member_name": name}
            await _next(transaction, desk, event, draft, room, said, "clause")
        case "clause" if value == "*" or value in CLAUSES:
            said = {"clause": "" if value == "*" else value}
            await _next(transaction, desk, event, draft, room, said, "until")
        case "until":
            last = date.fromisoformat(value)
            said = {"first": _today(desk).isoformat(), "last": last.isoformat()}
            await _next(transaction, desk, event, draft, room, said, "confirm")
        case "confirm":
            await _register(transaction, desk, event, room, draft.said)
        case _:
            raise ValueError("no step")


# -- the way through the questions


async def _about_member(transaction: Transaction, desk: Desk, event: CommandGiven, room: Room) -> None:
    """As a reply in the group: the questions come in private, about whoever was replied to."""
    judged = (
        await transaction.judged(event.place.room, event.reply_to) if event.reply_to is not None else None
    )
    if judged is None or event.argument:
        await reply(transaction, event, Notice("permit.in_private", room.language))
        return
    known = await transaction.known_members(room.id)
    name = next((one.name for one in known if one.id == judged.sender), "")
    said = {"member": str(judged.sender), "member_name": name}
    draft = Draft("permit", "what", desk.clock.now(), room.id, said)
    await transaction.save_draft(event.sender.id, draft)
    notice, buttons = await _question(transaction, desk, draft, room)
    key = f"permit:ask|{event.place.room}|{event.message}"
    await transaction.order(Send(key, notice, member=event.sender.id, about=room.id, buttons=buttons))
    await reply(transaction, event, Notice("settings.sent_private", room.language))


async def _in_room(transaction: Transaction, desk: Desk, event: Given, draft: Draft, room: Room) -> None:
    """The room is known: the line is registered, or the first question asked."""
    if "line" not in draft.said:
        await _next(transaction, desk, event, draft, room, {}, "what")
        return
    line = read_line(draft.said["line"], _today(desk))
    said = {
        "reference": line.reference,
        "authority": line.authority,
        "subject": line.subject,
        "clause": line.clause,
        "first": line.first.isoformat(),
        "last": line.last.isoformat(),
    }
    if not line.member:
        await _next(
            transaction, desk, event, draft, room, {**said, "member": "", "member_name": ""}, "confirm"
        )
        return
    draft = replace(draft, said={**draft.said, **said})
    await _who(transaction, desk, event, draft, room, line.member)


async def _who(
    transaction: Transaction, desk: Desk, event: Given, draft: Draft, room: Room, wanted: str
) -> None:
    """Whom a name means: one goes on, several are offered, nobody is asked for again."""
    draft = replace(draft, room=room.id, step="who")
    found = named(await transaction.known_members(room.id), wanted)
    if not found and platform_of(room.id) == "matrix" and wanted.startswith("@") and ":" in wanted:
        found = (Known(MemberId(f"matrix:{wanted}"), wanted),)
    if len(found) == 1:
        said = {"member": str(found[0].id), "member_name": found[0].name}
        await _next(
            transaction, desk, event, draft, room, said, "confirm" if "last" in draft.said else "clause"
        )
        return
    await transaction.save_draft(event.sender.id, draft)
    key = "permit.which_member" if found else "permit.no_member"
    await say(transaction, event, Notice(key, room.language), _people(found))


async def _next(
    transaction: Transaction,
    desk: Desk,
    event: Given,
    draft: Draft,
    room: Room,
    said: dict[str, str],
    step: str,
) -> None:
    """Keep what was said and ask the next question."""
    if step == "clause" and "last" in draft.said:
        step = "confirm"  # all else stood in the line
    draft = Draft("permit", step, desk.clock.now(), room.id, {**draft.said, **said})
    await transaction.save_draft(event.sender.id, draft)
    await _ask(transaction, desk, event, draft, room)


async def _ask(transaction: Transaction, desk: Desk, event: Given, draft: Draft, room: Room) -> None:
    notice, buttons = await _question(transaction, desk, draft, room)
    await say(transaction, event, notice, buttons)


async def _question(transaction: Transaction, desk: Desk, draft: Draft, room: Room) -> tuple[Notice, Buttons]:
    language = room.language
    match draft.step:
        case "what":
            return Notice("permit.ask_what", language, {"room": room.title}), ((_CANCEL,),)
        case "who":
            return Notice("permit.ask_who", language), _people(await transaction.known_members(room.id))
        case "clause":
            each = [Button(f"short.{clause}", f"permit:clause:{clause}") for clause in CLAUSES]
            rows = tuple(tuple(each[at : at + 2]) for at in range(0, len(each), 2))
            every = (Button("permit.every_clause", "permit:clause:*"),)
            return Notice("permit.ask_clause", language), (every, *rows, (_CANCEL,))
        case "until":
            return Notice("permit.ask_until", language), (*_days(_today(desk)), (_CANCEL,))
        case _:
            line = permit_line(_permission(desk, room, draft.said, MemberId("")), room, language)
            buttons = ((Button("button.register", "permit:confirm:yes"), _CANCEL),)
            return Notice("permit.ask_confirm", language, {}, (line,)), buttons


def _people(known: Sequence[Known]) -> Buttons:
    rows = tuple((Button(f"={one.name}", f"permit:who:{one.id}"),) for one in known[:_SHOWN])
    return ((Button("permit.everyone", "permit:who:*"),), *rows, (_CANCEL,))


def _days(today: date) -> Buttons:
    """Ends that permissions often have."""
    ends = sorted(
        {
            today + timedelta(days=30),
            today + timedelta(days=90),
            date(today.year + (today.month > 6), 6, 30),
            date(today.year, 12, 31),
        }
    )
    each = [Button(f"={say_day(end)}", f"permit:until:{end.isoformat()}") for end in ends if end > today]
    return tuple(tuple(each[at : at + 2]) for at in range(0, len(each), 2))


# -- on record


def _permission(desk: Desk, room: Room, said: dict[str, str], by: MemberId) -> Permission:
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


async def _register(
    transaction: Transaction, desk: Desk, event: ButtonPressed, room: Room, said: dict[str, str]
) -> None:
    permission = _permission(desk, room, said, event.sender.id)
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


async def _withdraw(
    transaction: Transaction, desk: Desk, event: Given, number: PermissionId | None
) -> Notice | None:
    """Withdraw one of a room of his; None when there is no such one."""
    permission = await transaction.permission(number) if number is not None else None
    room = await _room_of(transaction, event, permission.room) if permission is not None else None
    if permission is None or room is None:
        return None
    now = desk.clock.now()
    if not await transaction.withdraw_permission(permission.id, event.sender.id, now):
        return Notice("press.unchanged", room.language)
    facts = {"permission": permission.id, "by": event.sender.id}
    await transaction.journal(room.id, "permission_withdrawn", now, facts)
    return Notice("permit.withdrawn", room.language, {"number": int(permission.id)})


async def _list(transaction: Transaction, desk: Desk, event: CommandGiven, rooms: list[Room]) -> None:
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


async def _room_of(transaction: Transaction, event: Given, room_id: RoomId) -> Room | None:
    """The room, for an admin of it."""
    room = await transaction.room(room_id) if room_id else None
    if room is None or await admin_of(transaction, room.id, event.sender.id) is None:
        return None
    return room


def _today(desk: Desk) -> date:
    return desk.clock.now().astimezone(LOCAL).date()
