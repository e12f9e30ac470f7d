"""`/digest` and its buttons: a digest now, or when it comes by itself."""

from handlers.alert import answer
from handlers.desk import Desk
from handlers.digest import PERIODS, on_digest, reply, send_digest
from handlers.events import ButtonPressed, CommandGiven, RoomId
from handlers.ports import Transaction
from handlers.records import Button, DigestTimes, Notice
from handlers.schedule import read_times, set_times


async def on_digest_command(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/digest week` gives one now; `/digest daily 8`, `/digest weekly` and `/digest off` set when it comes."""
    words = event.argument.lower().split()
    try:
        times = read_times(words, desk.clock.now())
    except ValueError:
        await on_digest(transaction, desk, event)
    else:
        await _on_times(transaction, desk, event, times, ".".join(words[:2]))


async def on_digest_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """`digest:week:ROOM` or `digest:daily.8:ROOM`, by an admin of that room. Raises ValueError for other data."""
    _, what, room_id = event.data.split(":", 2)
    room = await transaction.room(RoomId(room_id))
    told: Notice | None = None
    if room is not None and what in PERIODS:
        occasion = f"{event.message}|{event.at.timestamp()}"
        if await send_digest(transaction, desk, room, what, event.sender.id, occasion):
            told = Notice("press.done", room.language)
    elif room is not None:
        times = read_times(what.split("."), desk.clock.now())
        told = await set_times(transaction, desk, room, times, event.sender.id)
    await answer(transaction, event, told or Notice("press.refused", desk.language))


async def _on_times(
    transaction: Transaction, desk: Desk, event: CommandGiven, times: DigestTimes | None, words: str
) -> None:
    rooms = [
        room
        for room in await transaction.rooms_of(event.sender.id)
        if event.place.private or room.id == event.place.room
    ]
    if not rooms:
        await reply(transaction, event, Notice("refused.admins_only", desk.language))
    elif len(rooms) > 1:
        buttons = tuple((Button(f"={room.title}", f"digest:{words}:{room.id}"),) for room in rooms[:50])
        await reply(transaction, event, Notice("digest.which", rooms[0].language), buttons)
    else:
        told = await set_times(transaction, desk, rooms[0], times, event.sender.id)
        await reply(transaction, event, told or Notice("refused.admins_only", desk.language))
