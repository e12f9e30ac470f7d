"""`/permit`: an admin puts the Government's express permission (OM para 2) on record, in one line or a few taps."""

from dataclasses import replace
from datetime import date

from handlers.alert import answer
from handlers.circulation import Draft
from handlers.desk import Desk, platform_of
from handlers.dialogue import Given, ask_which_room, open_draft, own_rooms, room_of, say, today
from handlers.digest import reply
from handlers.events import ATTACHMENT, ButtonPressed, CommandGiven, MemberId, RoomId
from handlers.permission import Known, PermissionId, named
from handlers.permit_question import CANCEL, people, question
from handlers.permit_record import list_permissions, register_permission, withdraw
from handlers.permit_words import read_line, read_span, split_words
from handlers.ports import Transaction
from handlers.records import Notice, Room, Send
from policies.clauses import CLAUSES

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
        await list_permissions(transaction, desk, event, rooms)
        return
    if word.lower() in _WITHDRAW:
        number = rest.strip().lstrip("#")
        known = (
            PermissionId(int(number))
            if number.isascii() and number.isdecimal() and len(number) < 12
            else None
        )
        told = await withdraw(transaction, desk, event, known)
        await reply(transaction, event, told or Notice("permit.unknown", rooms[0].language))
        return
    said: dict[str, str] = {}
    files = event.files or event.reply_files
    if files:
        said["paper"] = ATTACHMENT.dump_json(files[0]).decode()
    if event.argument:
        try:
            read_line(event.argument, today(desk))
        except ValueError:
            await reply(transaction, event, Notice("permit.how", rooms[0].language))
            return
        said["line"] = event.argument
    draft = Draft("permit", "room", desk.clock.now(), said=said)
    if len(rooms) > 1:
        await ask_which_room(transaction, event, draft, rooms, CANCEL)
        return
    await _in_room(transaction, desk, event, draft, rooms[0])


async def on_permit_text(transaction: Transaction, desk: Desk, event: CommandGiven) -> bool:
    """A text in private that answers a question; whether it was one."""
    draft = await open_draft(transaction, desk, event.sender.id, "permit")
    if draft is None or draft.step not in {"what", "who", "until"} or event.forwarded:
        return False
    room = await room_of(transaction, event, draft.room)
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
                first, last = read_span(text, today(desk))
            except ValueError:
                await say(transaction, event, Notice("permit.days", room.language), ((CANCEL,),))
                return True
            days = {"first": first.isoformat(), "last": last.isoformat()}
            await _next(transaction, desk, event, draft, room, days, "confirm")
    return True


async def on_permit_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """`permit:STEP:VALUE`, about what the presser is doing himself. Raises ValueError for data that is not ours."""
    _, step, value = event.data.split(":", 2)
    if step == "withdraw":
        told = await withdraw(transaction, desk, event, PermissionId(int(value)))
        await answer(transaction, event, told or Notice("press.refused", desk.language))
        return
    draft = await open_draft(transaction, desk, event.sender.id, "permit")
    room_id = RoomId(value) if step == "room" else draft.room if draft is not None else RoomId("")
    room = await room_of(transaction, event, room_id)
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
            said = {"first": today(desk).isoformat(), "last": last.isoformat()}
            await _next(transaction, desk, event, draft, room, said, "confirm")
        case "confirm":
            await register_permission(transaction, desk, event, room, draft.said)
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
    notice, buttons = await question(transaction, desk, draft, room)
    key = f"permit:ask|{event.place.room}|{event.message}"
    await transaction.order(Send(key, notice, member=event.sender.id, about=room.id, buttons=buttons))
    await reply(transaction, event, Notice("settings.sent_private", room.language))


async def _in_room(transaction: Transaction, desk: Desk, event: Given, draft: Draft, room: Room) -> None:
    """The room is known: the line is registered, or the first question asked."""
    if "line" not in draft.said:
        await _next(transaction, desk, event, draft, room, {}, "what")
        return
    line = read_line(draft.said["line"], today(desk))
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
    await say(transaction, event, Notice(key, room.language), people(found))


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
    notice, buttons = await question(transaction, desk, draft, room)
    await say(transaction, event, notice, buttons)
