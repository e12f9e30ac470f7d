"""The room that an operator means: by its id, its title, or the platform's own id."""

from sqlalchemy import Connection, select

from bot.errors import InputError
from bot.store import schema
from bot.store.transaction import SqlTransaction
from handlers.events import RoomId
from handlers.records import Room


async def room_named(connection: Connection, transaction: SqlTransaction, wanted: str) -> Room:
    """The one room of that name. Raises InputError, which lists the rooms by id."""
    rows = connection.execute(select(schema.rooms.c.id).where(schema.rooms.c.moved_to.is_(None))).all()
    rooms = [room for row in rows if (room := await transaction.room(RoomId(row.id))) is not None]
    matching = [room for room in rooms if wanted in {room.id, room.title, room.id.partition(":")[2]}]
    if len(matching) != 1:
        known = ", ".join(sorted(room.id for room in rooms)) or "none yet"
        raise InputError(f"no single room of that name; the rooms are: {known}")
    return matching[0]
