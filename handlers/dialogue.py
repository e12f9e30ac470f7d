"""A question to an admin in private, which he answers with a tap or with his next message."""

from datetime import date, timedelta

from handlers.circulation import Draft
from handlers.desk import LOCAL, Desk, admin_of
from handlers.digest import reply
from handlers.events import ButtonPressed, CommandGiven, MemberId, RoomId, Standing
from handlers.ports import Transaction
from handlers.records import Button, Buttons, Notice, Room, Send

# After so long a message in private is a draft to be checked again, and no answer.
LASTS = timedelta(minutes=30)

Given = CommandGiven | ButtonPressed


async def say(transaction: Transaction, event: Given, notice: Notice, buttons: Buttons = ()) -> None:
    """Answer a command or a press where it was given."""
    if isinstance(event, CommandGiven):
        await reply(transaction, event, notice, buttons)
        return
    press = event.press or event.message
    key = f"answer:{event.place.room}|{press}|{event.data}|{event.at.timestamp()}|{notice.key}"
    await transaction.order(Send(key, notice, room=event.place.room, buttons=buttons))


async def own_rooms(transaction: Transaction, desk: Desk, event: CommandGiven) -> list[Room]:
    """The rooms for which an admin speaks; whoever may not is told so, and there are none."""
    rooms = list(await transaction.rooms_of(event.sender.id))
    if not event.place.private:
        rooms = [room for room in rooms if room.id == event.place.room]
    if not rooms:
        await reply(transaction, event, Notice("refused.admins_only", desk.language))
        return []
    if event.sender.standing is Standing.ANONYMOUS_ADMIN:
        await reply(transaction, event, Notice("refused.anonymous", rooms[0].language))
        return []
    return rooms


async def open_draft(transaction: Transaction, desk: Desk, member: MemberId, kind: str) -> Draft | None:
    """What the member is about to do, unless too much time has gone by."""
    draft = await transaction.draft(member)
    if draft is None or draft.kind != kind or desk.clock.now() - draft.at > LASTS:
        return None
    return draft


async def ask_which_room(
    transaction: Transaction, event: CommandGiven, draft: Draft, rooms: list[Room], cancel: Button
) -> None:
    """Keep what the admin is about to do, and ask for which of his rooms; the buttons' verb is that of `cancel`."""
    verb = cancel.data.partition(":")[0]
    await transaction.save_draft(event.sender.id, draft)
    each = tuple((Button(f"={room.title}", f"{verb}:room:{room.id}"),) for room in rooms[:50])
    await reply(transaction, event, Notice("digest.which", rooms[0].language), (*each, (cancel,)))


async def room_of(transaction: Transaction, event: Given, room_id: RoomId) -> Room | None:
    """The room, when who gave the command or pressed is an admin of it."""
    room = await transaction.room(room_id) if room_id else None
    if room is None or await admin_of(transaction, room.id, event.sender.id) is None:
        return None
    return room


def today(desk: Desk) -> date:
    """The day by the officers' clock."""
    return desk.clock.now().astimezone(LOCAL).date()
