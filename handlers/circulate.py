"""`/circulate`: the memorandum (OM paras 6 and 7), or an instruction, posted in a room with "I have read" under it."""

from dataclasses import replace

from handlers.acknowledge import recount
from handlers.alert import answer
from handlers.circulation import Circulation, CirculationId, Draft
from handlers.desk import Desk, platform_of, reachable
from handlers.dialogue import Given, ask_which_room, open_draft, own_rooms, room_of, say
from handlers.digest import reply
from handlers.events import ButtonPressed, CommandGiven, RoomId, Standing
from handlers.ports import Transaction
from handlers.records import Button, Buttons, Language, ListMembers, Notice, Priority, Room, Send
from handlers.roll import count_buttons, count_notice, names_notice, order_roll_file
from handlers.wording import spoken_language
from handlers.zone import LOCAL

LONGEST = 3000  # characters of an instruction: one message everywhere
_LISTED = 5
# Where the platform tells who is in a room.
LISTS_MEMBERS = frozenset({"matrix"})
_CANCEL = Button("button.cancel", "circ:cancel:")
_WORDS = {"om": None, "om en": Language.EN, "om ur": Language.UR, "om roman": Language.ROMAN}


async def on_circulate(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/circulate`, `/circulate om [ur]`, `/circulate TEXT`, `/circulate list`, by an admin in private."""
    rooms = await own_rooms(transaction, desk, event)
    if not rooms:
        return
    if not event.place.private:
        await reply(transaction, event, Notice("circulate.in_private", rooms[0].language))
        return
    words = event.argument.strip()
    if words.lower() == "list":
        await _list(transaction, event, rooms)
        return
    if len(words) > LONGEST:
        await reply(transaction, event, Notice("circulate.too_long", rooms[0].language, {"most": LONGEST}))
        return
    draft = Draft("circulate", "room", desk.clock.now(), said={"words": words} if words else {})
    if len(rooms) > 1:
        await ask_which_room(transaction, event, draft, rooms, _CANCEL)
        return
    await _in_room(transaction, desk, event, draft, rooms[0])


async def on_circulate_text(transaction: Transaction, desk: Desk, event: CommandGiven) -> bool:
    """A text in private that is to be circulated; whether it was one."""
    draft = await open_draft(transaction, desk, event.sender.id, "circulate")
    room = await room_of(transaction, event, draft.room) if draft is not None else None
    if draft is None or room is None or draft.step != "what" or event.files or not event.argument.strip():
        return False
    if len(event.argument) > LONGEST:
        await reply(transaction, event, Notice("circulate.too_long", room.language, {"most": LONGEST}))
        return True
    await _preview(transaction, desk, event, draft, room, event.argument.strip(), None)
    return True


async def on_circulate_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """`circ:STEP:VALUE`: a step of the presser's own, or of a circulation of his room. Raises ValueError otherwise."""
    _, step, value = event.data.split(":", 2)
    if step in {"who", "roll", "nudge", "close"}:
        await _on_roll(transaction, desk, event, step, CirculationId(int(value)))
        return
    draft = await open_draft(transaction, desk, event.sender.id, "circulate")
    if draft is None:
        mine = await transaction.rooms_of(event.sender.id)
        key = "circulate.over" if mine else "press.refused"
        await answer(transaction, event, Notice(key, mine[0].language if mine else desk.language))
        return
    room = await room_of(transaction, event, RoomId(value) if step == "room" else draft.room)
    if step == "cancel":
        await transaction.save_draft(event.sender.id, None)
        language = room.language if room is not None else desk.language
        await answer(transaction, event, Notice("press.done", language))
        await say(transaction, event, Notice("circulate.cancelled", language))
        return
    if room is None:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    if {"om": "what", "post": "confirm", "room": "room"}.get(step) != draft.step:
        await answer(transaction, event, Notice("circulate.over", room.language))
        return
    await answer(transaction, event, Notice("press.done", room.language))
    if step == "room":
        await _in_room(transaction, desk, event, draft, room)
    elif step == "om":
        await _preview(transaction, desk, event, draft, room, "", Language(value))
    else:
        await _post(transaction, desk, event, room, draft)


async def _in_room(transaction: Transaction, desk: Desk, event: Given, draft: Draft, room: Room) -> None:
    """The room is known: what is to be circulated is asked, or was said with the command."""
    words = draft.said.get("words", "")
    if words.lower() in _WORDS:
        language = _WORDS[words.lower()] or room.language
        await _preview(transaction, desk, event, draft, room, "", language)
    elif words:
        await _preview(transaction, desk, event, draft, room, words, None)
    else:
        draft = replace(draft, step="what", room=room.id, at=desk.clock.now())
        await transaction.save_draft(event.sender.id, draft)
        each = tuple(
            (Button("circulate.memorandum", f"circ:om:{one.value}", more=("=·", f"language.{one.value}")),)
            for one in Language
        )
        notice = Notice("circulate.ask_what", room.language, {"room": room.title})
        await say(transaction, event, notice, (*each, (_CANCEL,)))


async def _preview(
    transaction: Transaction,
    desk: Desk,
    event: Given,
    draft: Draft,
    room: Room,
    text: str,
    language: Language | None,
) -> None:
    """Show what will be posted, as it will stand there."""
    spoken = language or spoken_language(text, room.language)
    said = {"text": text, "language": spoken.value}
    draft = Draft("circulate", "confirm", desk.clock.now(), room.id, said)
    await transaction.save_draft(event.sender.id, draft)
    head = Notice("circulate.ask_confirm", room.language, {"room": room.title}, (_post_notice(room, draft),))
    await say(transaction, event, head, ((Button("button.post", "circ:post:"), _CANCEL),))


def _post_notice(room: Room, draft: Draft) -> Notice:
    language, text = Language(draft.said["language"]), draft.said["text"]
    how = Notice(f"circulate.how_{platform_of(room.id)}", language)
    if platform_of(room.id) not in {"telegram", "matrix"}:
        how = Notice("circulate.how_matrix", language)
    if text:
        return Notice("circulate.typed", language, {"text": text}, (how,))
    return Notice("circulate.om", language, {}, (how,))


async def _post(transaction: Transaction, desk: Desk, event: ButtonPressed, room: Room, draft: Draft) -> None:
    """Post it, put the admins on the roll, and give them the counts."""
    now = desk.clock.now()
    language = Language(draft.said["language"])
    circulation = Circulation(room.id, language, now, event.sender.id, draft.said["text"])
    circulation = replace(circulation, id=await transaction.add_circulation(circulation))
    await transaction.save_draft(event.sender.id, None)
    admins = await transaction.admins(room.id)
    for admin in admins:
        if admin.standing is not Standing.ANONYMOUS_ADMIN:
            await transaction.seen_member(room.id, admin.id, admin.name)
    await transaction.order(
        Send(
            f"circulated:{circulation.id}",
            _post_notice(room, draft),
            room=room.id,
            buttons=((Button("button.read", f"read:{circulation.id}"),),),
            priority=Priority.WARNING,
        )
    )
    if platform_of(room.id) in LISTS_MEMBERS:
        await transaction.order(ListMembers(f"members:{circulation.id}", room.id))
    what = "instruction" if circulation.text else "memorandum"
    facts = {"circulation": circulation.id, "by": event.sender.id, "what": what, "language": language.value}
    await transaction.journal(room.id, "circulated", now, facts)
    notice = await count_notice(transaction, room, circulation)
    for admin in admins:
        if reachable(admin):
            key = f"roll:{circulation.id}|{admin.id}"
            buttons = count_buttons(circulation)
            await transaction.order(Send(key, notice, member=admin.id, about=room.id, buttons=buttons))


async def _on_roll(
    transaction: Transaction, desk: Desk, event: ButtonPressed, step: str, number: CirculationId
) -> None:
    """A button under the counts, by an admin of the room."""
    circulation = await transaction.circulation(number)
    room = await room_of(transaction, event, circulation.room) if circulation is not None else None
    if circulation is None or room is None:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    now, told = desk.clock.now(), "press.done"
    if step == "who":
        names = await names_notice(transaction, room, circulation)
        key = f"answer:who|{number}|{event.sender.id}|{event.press}|{event.at.timestamp()}"
        await transaction.order(Send(key, names, member=event.sender.id, about=room.id))
    elif step == "roll":
        occasion = f"{event.press or event.message}|{event.at.timestamp()}"
        await order_roll_file(transaction, room, circulation, event.sender.id, occasion)
        facts = {"circulation": number, "to": event.sender.id}
        await transaction.journal(room.id, "roll_given", now, facts)
    elif step == "close":
        if await transaction.close_circulation(number, now):
            await transaction.journal(
                room.id, "circulation_closed", now, {"circulation": number, "by": event.sender.id}
            )
            await recount(transaction, desk, room, replace(circulation, closed_at=now))
        else:
            told = "press.unchanged"
    else:
        told = await _nudge(transaction, desk, event, room, circulation)
    await answer(transaction, event, Notice(told, room.language))


async def _nudge(
    transaction: Transaction, desk: Desk, event: ButtonPressed, room: Room, circulation: Circulation
) -> str:
    """One gentle line in the group, without names, at most once a day; the key of what to answer."""
    now = desk.clock.now()
    missing = [one for one in await transaction.roll(circulation) if one.at is None]
    if circulation.closed_at is not None or not missing:
        return "circulate.nobody_left"
    key = f"nudge:{circulation.id}|{now.astimezone(LOCAL).date().isoformat()}"
    if not await transaction.is_new_order(key):
        return "circulate.nudged_today"
    notice = Notice("circulate.nudge", circulation.language)
    buttons: Buttons = ((Button("button.read", f"read:{circulation.id}"),),)
    await transaction.order(Send(key, notice, room=room.id, buttons=buttons))
    facts = {"circulation": circulation.id, "by": event.sender.id, "missing": len(missing)}
    await transaction.journal(room.id, "circulation_reminded", now, facts)
    return "circulate.nudged"


async def _list(transaction: Transaction, event: CommandGiven, rooms: list[Room]) -> None:
    """What was circulated lately in the admin's rooms, each with its counts and buttons."""
    found = [(room, one) for room in rooms for one in await transaction.circulations(room.id)]
    if not found:
        await reply(transaction, event, Notice("circulate.none", rooms[0].language))
        return
    for room, circulation in sorted(found, key=lambda pair: pair[1].id)[-_LISTED:]:
        notice = await count_notice(transaction, room, circulation)
        key = f"answer:rolls|{event.place.room}|{event.message}|{circulation.id}"
        buttons = count_buttons(circulation)
        await transaction.order(Send(key, notice, member=event.sender.id, about=room.id, buttons=buttons))
