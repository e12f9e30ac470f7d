"""Rooms and people: the bot comes and goes, admins change, rooms move, private chats open, gaps are seen."""

from dataclasses import replace

from handlers.alert import ask_to_open_private, send_waiting
from handlers.decision import kept_days
from handlers.desk import Desk, is_admin_standing, known_room, platform_of, tell_admins
from handlers.events import (
    BotChanged,
    GapSeen,
    Member,
    MemberChanged,
    MemberId,
    MessageDeleted,
    PrivateOpened,
    RoomMoved,
    RoomRenamed,
    Standing,
)
from handlers.ports import Transaction
from handlers.records import Notice, Priority, Room, Send
from handlers.setup import introduce, lead, offer_setup


async def on_bot_changed(transaction: Transaction, desk: Desk, event: BotChanged) -> None:
    """We were added, removed, or given other rights: introduce ourselves, name what is lacking."""
    before = await transaction.room(event.place.room)
    room = await known_room(transaction, desk, event.place)
    if room.id != event.place.room:
        return  # told late of a room that has moved: its successor has rights and admins of its own
    now = desk.clock.now()
    new = before is None or not before.present
    room = replace(room, present=event.present, missing=event.missing)
    await transaction.save_room(room)
    added = await _list_admins(transaction, room, event)
    if not event.present:
        await transaction.journal(room.id, "bot_removed", now, {"by": event.by.id if event.by else None})
        await tell_admins(
            transaction,
            room,
            f"notice:gone|{room.id}|{event.at.timestamp()}",
            Notice("notice.gone", room.language, {"room": room.title}),
        )
        return
    if new:
        await transaction.journal(
            room.id, "bot_added", now, {"by": event.by.id if event.by else None, "mode": room.mode.value}
        )
        await introduce(transaction, desk, room, str(event.at.timestamp()))
        room = await lead(transaction, desk, room, event)
    if before is None or set(before.missing) != set(event.missing) or (new and event.missing):
        await _rights(transaction, desk, room, event)
    for member in added:
        await send_waiting(transaction, member)


async def _list_admins(transaction: Transaction, room: Room, event: BotChanged) -> list[MemberId]:
    """Keep the admins that the platform lists, drop those it lists no more; who is new among them."""
    before = {admin.id: admin for admin in await transaction.admins(room.id)}
    listed = {admin.id for admin in event.admins}
    for admin in event.admins:
        await transaction.save_admin(room.id, admin)
    if listed:
        for gone in before.keys() - listed:
            await transaction.save_admin(room.id, Member(gone, before[gone].name, Standing.MEMBER))
    return [admin.id for admin in event.admins if admin.id not in before]


async def _rights(transaction: Transaction, desk: Desk, room: Room, event: BotChanged) -> None:
    now = desk.clock.now()
    await transaction.journal(room.id, "rights", now, {"missing": list(event.missing)})
    if "see" in event.missing:
        await transaction.add_gap(room.id, "missing_right", at=now, message=None, count=1)
    if not event.missing:
        return
    # Where a right is given differs: Telegram has boxes to tick, Matrix has levels.
    where = "matrix_" if platform_of(room.id) == "matrix" else ""
    lines = tuple(Notice(f"right.{where}{right}", room.language) for right in event.missing)
    notice = Notice("notice.missing_rights", room.language, {"room": room.title}, lines)
    key = f"notice:rights|{room.id}|{event.at.timestamp()}"
    told = await tell_admins(transaction, room, key, notice)
    if not told and "send" not in event.missing:
        await transaction.order(Send(key, notice, room=room.id, priority=Priority.ALERT))


async def on_member_changed(transaction: Transaction, desk: Desk, event: MemberChanged) -> None:
    """Someone joined, left, or became or ceased to be an admin."""
    room = await known_room(transaction, desk, event.place)
    now = desk.clock.now()
    was = {admin.id for admin in await transaction.admins(room.id)}
    await transaction.save_admin(room.id, event.member)
    is_now = is_admin_standing(event.member.standing)
    if is_now != (event.member.id in was):
        entry = "admin_added" if is_now else "admin_removed"
        await transaction.journal(room.id, entry, now, {"member": event.member.id})
    if is_now and event.member.id not in was:
        await send_waiting(transaction, event.member.id)
    told_here = event.member.standing in {Standing.MEMBER, Standing.PUPPET}
    if told_here and event.member.id not in was:
        # Told on joining, but a busy day of arrivals is told once an hour.
        hour = int(now.timestamp() // 3600)
        notice = Notice("notice.member_joined", room.language, {"days": kept_days(room, desk.keep_days)})
        await transaction.order(Send(f"notice:arrivals|{room.id}|{hour}", notice, room=room.id))


async def on_room_moved(transaction: Transaction, desk: Desk, event: RoomMoved) -> None:
    """Settings, admins, alerts and the record go on under the new id."""
    await known_room(transaction, desk, event.place)
    for mark, since in await transaction.open_links(event.place.room):  # closed one day under the new id
        await transaction.mend_gap(event.place.room, mark, desk.clock.now())
        await transaction.add_gap(event.to, "bridge", at=since, message=mark, count=1)
    await transaction.move_room(event.place.room, event.to)
    await transaction.journal(
        event.to, "room_moved", desk.clock.now(), {"from": event.place.room, "to": event.to}
    )


async def on_room_renamed(transaction: Transaction, desk: Desk, event: RoomRenamed) -> None:
    """The title is kept for alerts and digests."""
    await known_room(transaction, desk, event.place)


async def on_message_deleted(transaction: Transaction, desk: Desk, event: MessageDeleted) -> None:
    """What was found stays on record; the text leaves the memory of the thread, its file is not read any more."""
    desk.threads.forget(event.place.room, event.message)
    unread = await transaction.cancel_readings(event.place.room, event.message)
    if unread or await transaction.findings_of(event.place.room, event.message):
        facts: dict[str, object] = {"message": event.message}
        if unread:
            facts["files_not_read"] = unread
        await transaction.journal(event.place.room, "message_deleted", desk.clock.now(), facts)


async def on_private_opened(transaction: Transaction, desk: Desk, event: PrivateOpened) -> None:
    """A private chat opened: what waited for this admin is said now. Closed: his alerts look for another way."""
    member = event.member.id
    if event.open:
        if await transaction.private_chat(member) == event.place.room:
            return  # said again, at a start: what waited was ordered when it opened
        await transaction.save_private_chat(member, event.place.room)
        await send_waiting(transaction, member)
        await offer_setup(transaction, desk, member)
        return
    await transaction.save_private_chat(member, None)
    for room in await transaction.rooms_of(member):
        admins = await transaction.admins(room.id)
        if await transaction.open_alerts(room.id) and not any(admin.private for admin in admins):
            await ask_to_open_private(transaction, desk, room)


async def on_gap_seen(transaction: Transaction, desk: Desk, event: GapSeen) -> None:
    """Something could not be judged, or an earlier gap is mended: both are on record."""
    now = desk.clock.now()
    room = event.place.room
    if event.place.title or await transaction.room(room) is not None:
        await known_room(transaction, desk, event.place)
    if event.mended and event.message is not None:
        if await transaction.mend_gap(room, event.message, now):
            await transaction.journal(room, "gap_mended", now, {"message": event.message})
        return
    await transaction.add_gap(room, event.reason, at=now, message=event.message, count=event.count)
    facts = {"reason": event.reason, "message": event.message, "count": event.count}
    await transaction.journal(room, "gap", now, facts)
