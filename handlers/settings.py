"""What an admin chooses for his room: the mode and the language. Each change is on record with who and when."""

from dataclasses import replace

from handlers.alert import answer
from handlers.desk import Desk, admin_of
from handlers.digest import reply
from handlers.events import ButtonPressed, CommandGiven, RoomId, Standing
from handlers.ports import Transaction
from handlers.records import Button, Buttons, Language, Mode, Notice, Room, Send


async def on_settings(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/settings` by an admin: one screen a room, in private; a word after it sets the mode at once."""
    rooms = list(await transaction.rooms_of(event.sender.id))
    if not event.place.private:
        rooms = [room for room in rooms if room.id == event.place.room]
    if not rooms:
        await reply(transaction, event, Notice("refused.admins_only", desk.language))
        return
    wanted = event.argument.strip().lower()
    if wanted in set(Mode) and len(rooms) == 1:
        await _set_mode(transaction, desk, rooms[0], Mode(wanted), event.sender.id)
        await reply(
            transaction,
            event,
            Notice(
                "settings.mode_set", rooms[0].language, {"room": rooms[0].title, "mode_key": f"mode.{wanted}"}
            ),
        )
        return
    if event.sender.standing is Standing.ANONYMOUS_ADMIN:
        await reply(transaction, event, Notice("refused.anonymous", rooms[0].language))
        return
    for room in rooms[:20]:
        await transaction.order(
            Send(
                f"answer:settings|{room.id}|{event.place.room}|{event.message}",
                settings_notice(room),
                member=event.sender.id,
                about=room.id,
                buttons=settings_buttons(room),
            )
        )
    if not event.place.private:
        await reply(transaction, event, Notice("settings.sent_private", rooms[0].language))


def settings_notice(room: Room) -> Notice:
    """The room's settings in words."""
    return Notice(
        "settings.screen",
        room.language,
        {
            "room": room.title,
            "mode_key": f"mode.{room.mode.value}",
            "language_key": f"language.{room.language.value}",
        },
    )


def settings_buttons(room: Room) -> Buttons:
    """A button a mode and a language; the one in force is marked."""
    modes = tuple(
        Button(f"button.mode_{mode.value}", f"mode:{mode.value}:{room.id}")
        for mode in Mode
        if mode is not room.mode
    )
    languages = tuple(
        Button(f"language.{language.value}", f"language:{language.value}:{room.id}")
        for language in Language
        if language is not room.language
    )
    return (modes, languages)


async def on_settings_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """A mode or language button, by an admin of that room only."""
    what, value, room_id = event.data.split(":", 2)
    room = await transaction.room(RoomId(room_id))
    if room is None or await admin_of(transaction, room.id, event.sender.id) is None:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    if what == "mode":
        room = await _set_mode(transaction, desk, room, Mode(value), event.sender.id)
        notice = Notice("settings.mode_set", room.language, {"room": room.title, "mode_key": f"mode.{value}"})
    else:
        room = replace(room, language=Language(value))
        await transaction.save_room(room)
        facts = {"language": value, "by": event.sender.id}
        await transaction.journal(room.id, "setting_changed", desk.clock.now(), facts)
        notice = Notice(
            "settings.language_set", room.language, {"room": room.title, "language_key": f"language.{value}"}
        )
    await answer(transaction, event, Notice("press.done", room.language))
    key = f"answer:set|{event.place.room}|{event.message}|{event.data}|{event.at.timestamp()}"
    await transaction.order(Send(key, notice, member=event.sender.id, about=room.id))


async def _set_mode(transaction: Transaction, desk: Desk, room: Room, mode: Mode, by: str) -> Room:
    changed = replace(room, mode=mode)
    await transaction.save_room(changed)
    await transaction.journal(room.id, "setting_changed", desk.clock.now(), {"mode": mode.value, "by": by})
    return changed
