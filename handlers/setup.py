"""The set-up and the settings in private: screens of buttons, each turned in place, for admins of the room only."""

from dataclasses import replace

from handlers.alert import answer
from handlers.choices import choose, finish
from handlers.decision import kept_days
from handlers.desk import Desk, admin_of, platform_of, reachable
from handlers.digest import reply
from handlers.events import BotChanged, ButtonPressed, CommandGiven, MemberId, RoomId, Standing
from handlers.ports import Transaction
from handlers.records import Button, EditSent, Notice, Priority, Room, Send
from handlers.screens import SETUP, STAYS, STEPS, Screen, after, screen

# Where a screen is turned in place. On Matrix buttons are reactions, which stay under the message they were given to:
# there each screen is a message of its own.
_TURNS = frozenset({"telegram", "console"})
_MOST_ROOMS = 20
_CHOICE = {"clauses": "clause"}  # what is chosen on a screen, where it is not called like the screen


async def introduce(transaction: Transaction, desk: Desk, room: Room, occasion: str) -> None:
    """Tell the group by which rule it is checked, what is kept, for how long, and how to appeal."""
    key = "notice.joined_public" if room.kind == "public" else "notice.joined"
    await transaction.order(
        Send(
            f"notice:joined|{room.id}|{occasion}",
            Notice(key, room.language, {"days": kept_days(room, desk.keep_days)}),
            room=room.id,
            buttons=((Button("button.open_private", opens_private=True),),),
            priority=Priority.WARNING,
        )
    )


async def lead(transaction: Transaction, desk: Desk, room: Room, event: BotChanged) -> Room:
    """Lead who added the bot through the set-up, now or when he opens his chat; the other admins hear of it."""
    admins = await transaction.admins(room.id)
    by = event.by.id if event.by is not None else None
    if by is not None and any(admin.id == by for admin in admins) and not room.settings.set_up:
        room = replace(room, settings=replace(room.settings, guide=by))
        await transaction.save_room(room)
    fields = {"room": room.title, "mode_key": f"mode.{room.mode.value}"}
    welcome = Notice("notice.admin_welcome", room.language, fields)
    for admin in admins:
        if not reachable(admin):
            continue
        if admin.id == room.settings.guide:
            await offer_setup(transaction, desk, admin.id)
            continue
        key = f"notice:welcome|{room.id}|{event.at.timestamp()}|{admin.id}"
        await transaction.order(Send(key, welcome, member=admin.id, about=room.id, priority=Priority.ALERT))
    return room


async def offer_setup(transaction: Transaction, desk: Desk, member: MemberId) -> None:
    """Once a room: the set-up of what an admin's rooms still lack it, if it is his to lead."""
    for room in await transaction.rooms_of(member):
        if room.settings.set_up or room.settings.guide not in {"", member}:
            continue
        joined = room.joined_at.timestamp() if room.joined_at else ""
        shown = screen(desk, room, None, SETUP, "welcome")
        key = f"screen:offer|{room.id}|{member}|{joined}"
        await transaction.order(Send(key, shown.notice, member=member, about=room.id, buttons=shown.buttons))


async def on_setup(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/setup` by an admin: from the first screen on, in private."""
    await send_screens(transaction, desk, event, SETUP, "welcome")


async def send_screens(
    transaction: Transaction, desk: Desk, event: CommandGiven, verb: str, name: str
) -> None:
    """One screen for each room of an admin, in his private chat; given in a group, for that group."""
    rooms = [
        room
        for room in await transaction.rooms_of(event.sender.id)
        if event.place.private or room.id == event.place.room
    ]
    if not rooms:
        await reply(transaction, event, Notice("refused.admins_only", desk.language))
        return
    if event.sender.standing is Standing.ANONYMOUS_ADMIN:
        await reply(transaction, event, Notice("refused.anonymous", rooms[0].language))
        return
    if event.sender.standing is Standing.PUPPET:  # no private word reaches him
        await reply(transaction, event, Notice("settings.words", rooms[0].language))
        return
    for room in rooms[:_MOST_ROOMS]:
        shown = screen(desk, room, await transaction.digest_times(room.id), verb, name)
        await transaction.order(
            Send(
                f"screen:{verb}|{room.id}|{event.place.room}|{event.message}",
                shown.notice,
                member=event.sender.id,
                about=room.id,
                buttons=shown.buttons,
            )
        )
    if not event.place.private:
        await reply(transaction, event, Notice("settings.sent_private", rooms[0].language))


async def on_screen_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """A choice or the turn of a page, by an admin of that room. Raises ValueError or KeyError for other data."""
    verb, name, changes, value, room_id = event.data.split(":", 4)
    room = await transaction.room(RoomId(room_id))
    if room is None or await admin_of(transaction, room.id, event.sender.id) is None:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    if not value:
        await _turn(transaction, desk, event, room, verb, name)
        await answer(transaction, event, Notice("press.here", room.language))
        return
    if name not in STEPS:
        raise ValueError("nothing is chosen there")
    if int(changes) != room.settings.changes:
        await answer(transaction, event, Notice("press.stale", room.language))
        return
    changed = await choose(transaction, desk, room, _CHOICE.get(name, name), value, event.sender.id)
    room = changed or room
    if verb == SETUP:
        following = name if name in STAYS else after(name)
    else:
        following = name if name in STAYS else "hub"
    if verb == SETUP and following == "done":
        room = await _finished(transaction, desk, room, event)
    await _turn(transaction, desk, event, room, verb, following)
    await answer(transaction, event, Notice("press.done" if changed else "press.unchanged", room.language))


async def _finished(transaction: Transaction, desk: Desk, room: Room, event: ButtonPressed) -> Room:
    """The end of the set-up. What the group was told on the first day is said again if it is no longer so."""
    if room.settings.set_up:
        return room
    told = (desk.language, "officers", desk.keep_days)
    if (room.language, room.kind, kept_days(room, desk.keep_days)) != told and "send" not in room.missing:
        await introduce(transaction, desk, room, f"set_up{room.settings.changes}")
    return await finish(transaction, desk, room, event.sender.id)


async def _turn(
    transaction: Transaction, desk: Desk, event: ButtonPressed, room: Room, verb: str, name: str
) -> None:
    """Show a screen in the place of the one on which was pressed."""
    shown = screen(desk, room, await transaction.digest_times(room.id), verb, name)
    sent = await transaction.sent_as(event.place.room, event.message)
    press = f"{event.press or event.message}|{event.at.timestamp()}"
    if sent is not None and sent.startswith("screen:") and platform_of(event.place.room) in _TURNS:
        await transaction.cancel_unsent(f"turn:{sent}|")
        await transaction.order(EditSent(f"turn:{sent}|{press}", sent, shown.notice, shown.buttons))
        return
    await _send(transaction, event, room, shown, f"screen:{name}|{room.id}|{event.sender.id}|{press}")


async def _send(transaction: Transaction, event: ButtonPressed, room: Room, shown: Screen, key: str) -> None:
    await transaction.order(
        Send(key, shown.notice, member=event.sender.id, about=room.id, buttons=shown.buttons)
    )
