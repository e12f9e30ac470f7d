"""Who has read what was circulated: a tap, a reaction, a reply or a command, each noted once with its time."""

from handlers.alert import answer
from handlers.circulation import Circulation, CirculationId, says_read
from handlers.desk import Desk
from handlers.digest import reply
from handlers.events import (
    ButtonPressed,
    CommandGiven,
    Member,
    MemberChanged,
    MembersListed,
    MessageId,
    MessagePosted,
    RoomId,
    Standing,
)
from handlers.ports import Transaction
from handlers.records import EditSent, Notice, Room, Send
from handlers.roll import count_buttons, count_notice

_PEOPLE = frozenset({Standing.MEMBER, Standing.ADMIN, Standing.CREATOR, Standing.PUPPET})


async def on_spoken(transaction: Transaction, desk: Desk, event: MessagePosted) -> None:
    """While something circulates, who speaks is put on the roll; a reply that says so is an "I have read"."""
    room = event.place.room
    if event.sender.standing not in _PEOPLE or event.edited:
        return
    if await transaction.is_circulating(room, desk.clock.now()):
        await transaction.seen_member(room, event.sender.id, event.sender.name)
    if event.reply_to is None or not says_read(event.text):
        return
    circulation = await _posted_as(transaction, room, event.reply_to)
    if circulation is not None:
        key = await _note(transaction, desk, circulation, event.sender)
        notice = Notice(key, circulation.language, {"member": event.sender.name})
        order = f"answer:{room}|{event.message}|{key}"
        await transaction.order(
            Send(order, notice, room=room, reply_to=event.message, thread=event.place.thread)
        )


async def on_people(transaction: Transaction, event: MemberChanged) -> None:
    """Who joins is put on the room's roll, who leaves is taken off."""
    if event.member.standing is Standing.LEFT:
        await transaction.left_member(event.place.room, event.member.id)
    elif event.member.standing in _PEOPLE:
        await transaction.seen_member(event.place.room, event.member.id, event.member.name)


async def on_members_listed(transaction: Transaction, desk: Desk, event: MembersListed) -> None:
    """The platform told who is in the room: they are on the roll of what circulates there."""
    room = await transaction.room(event.place.room)
    if room is None or not await transaction.is_circulating(room.id, desk.clock.now()):
        return
    for member in event.members:
        if member.standing in _PEOPLE:
            await transaction.seen_member(room.id, member.id, member.name)
    for circulation in await transaction.circulations(room.id):
        if circulation.closed_at is None:
            await recount(transaction, desk, room, circulation)


async def on_read_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """`read:NUMBER` under the post, in the group where it stands. Raises ValueError for other data."""
    circulation = await transaction.circulation(CirculationId(int(event.data.partition(":")[2])))
    here = await transaction.room(event.place.room)
    if circulation is None or here is None or circulation.room != here.id or event.place.private:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    if event.sender.standing not in _PEOPLE:
        await answer(transaction, event, Notice("press.refused", circulation.language))
        return
    key = await _note(transaction, desk, circulation, event.sender)
    await answer(transaction, event, Notice(key, circulation.language, {"member": event.sender.name}))


async def on_read_command(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/read` in the group: of the post that it answers, else of the newest."""
    room = await transaction.room(event.place.room)
    circulation = None
    if room is not None and not event.place.private:
        circulation = (
            await _posted_as(transaction, event.place.room, event.reply_to) if event.reply_to else None
        )
        if circulation is None:
            circulation = next(reversed(list(await transaction.circulations(room.id))), None)
    if circulation is None or event.sender.standing not in _PEOPLE:
        language = room.language if room is not None else desk.language
        await reply(transaction, event, Notice("read.nothing", language))
        return
    key = await _note(transaction, desk, circulation, event.sender)
    await reply(transaction, event, Notice(key, circulation.language, {"member": event.sender.name}))


async def _posted_as(transaction: Transaction, room: RoomId, message: MessageId) -> Circulation | None:
    """The circulation whose post, or whose reminder, a message of ours is."""
    key = await transaction.sent_as(room, message)
    if key is None or not key.startswith(("circulated:", "nudge:")):
        return None
    return await transaction.circulation(CirculationId(int(key.partition(":")[2].partition("|")[0])))


async def _note(transaction: Transaction, desk: Desk, circulation: Circulation, member: Member) -> str:
    """Note it once; the key of the short word."""
    now = desk.clock.now()
    await transaction.seen_member(circulation.room, member.id, member.name)
    if not await transaction.has_read(circulation.id, member.id, now):
        return "read.already"
    facts = {"circulation": circulation.id, "member": member.id}
    await transaction.journal(circulation.room, "circulation_read", now, facts)
    room = await transaction.room(circulation.room)
    if room is not None:
        await recount(transaction, desk, room, circulation)
    return "read.noted"


async def recount(transaction: Transaction, desk: Desk, room: Room, circulation: Circulation) -> None:
    """Rewrite the counts in every admin's own message; only the newest counts go out."""
    notice = await count_notice(transaction, room, circulation)
    for admin in await transaction.admins(room.id):
        sent = f"roll:{circulation.id}|{admin.id}"
        await transaction.cancel_unsent(f"count:{sent}|")
        key = f"count:{sent}|{desk.clock.now().timestamp()}|{notice.fields['n']}"
        await transaction.order(EditSent(key, sent, notice, count_buttons(circulation)))
