"""What an admin changes for his room outside the set-up: by the screen, in words, or by a button under an alert."""

from handlers.alert import answer
from handlers.choices import choose
from handlers.desk import Desk, admin_of
from handlers.digest import reply
from handlers.events import ButtonPressed, CommandGiven, RoomId
from handlers.ports import Transaction
from handlers.records import Language, Mode, Notice, Room, Send
from handlers.screens import SETTINGS, summary
from handlers.setup import send_screens


async def on_settings(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/settings` by an admin: one screen a room, in private; with words (`warn`, `clause political off`) it changes."""
    words = event.argument.lower().split()
    rooms = [
        room
        for room in await transaction.rooms_of(event.sender.id)
        if event.place.private or room.id == event.place.room
    ]
    if not words or len(rooms) != 1:
        await send_screens(transaction, desk, event, SETTINGS, "hub")
        return
    room = rooms[0]
    try:
        what, value = read_words(words)
        changed = await choose(transaction, desk, room, what, value, event.sender.id)
    except (ValueError, KeyError):
        await reply(transaction, event, Notice("settings.words", room.language))
        return
    told = await _told(transaction, desk, changed or room, what)
    # The list of all choices is for the admins; in the group the mode and the language are told, else that it is done.
    listed = told.key == "settings.screen" and not event.place.private
    await reply(transaction, event, Notice("press.done", told.language) if listed else told)


def read_words(words: list[str]) -> tuple[str, str]:
    """What is chosen, and how: `warn`, `language ur`, `clause political off`, `digest daily 9`, `keep 30`.

    Raises ValueError when the words say none of that.
    """
    if words[0] in set(Mode) and len(words) == 1:
        return "mode", words[0]
    what, rest = words[0], words[1:]
    if not rest or what not in {"mode", "language", "kind", "clause", "digest", "keep"}:
        raise ValueError("no setting")
    if what == "language":
        names = {language.value.lower(): language.value for language in Language}
        names |= {"english": "en", "urdu": "ur", "roman": "ur_Latn"}
        return what, names[rest[0]]
    return what, ".".join(rest[:2])


async def on_settings_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """`mode:warn:ROOM` under an alert that was only rehearsed, by an admin of that room."""
    what, value, room_id = event.data.split(":", 2)
    room = await transaction.room(RoomId(room_id))
    if room is None or await admin_of(transaction, room.id, event.sender.id) is None:
        await answer(transaction, event, Notice("press.refused", desk.language))
        return
    changed = await choose(transaction, desk, room, what, value, event.sender.id)
    if changed is None:
        await answer(transaction, event, Notice("press.unchanged", room.language))
        return
    await answer(transaction, event, Notice("press.done", changed.language))
    key = f"answer:set|{event.place.room}|{event.message}|{event.data}|{event.at.timestamp()}"
    notice = await _told(transaction, desk, changed, what)
    await transaction.order(Send(key, notice, member=event.sender.id, about=room.id))


async def _told(transaction: Transaction, desk: Desk, room: Room, what: str) -> Notice:
    """What is so now: the mode and the language in a sentence, everything else as the list of all choices."""
    fields: dict[str, str | int] = {"room": room.title}
    match what:
        case "mode":
            key, more = "settings.mode_set", {"mode_key": f"mode.{room.mode.value}"}
        case "language":
            key, more = "settings.language_set", {"language_key": f"language.{room.language.value}"}
        case _:
            times = await transaction.digest_times(room.id)
            return Notice("settings.screen", room.language, fields, summary(desk, room, times))
    return Notice(key, room.language, fields | more)
