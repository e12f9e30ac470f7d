"""What every handler works with: the judge, the clock, the threads in memory, and what holds by default."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from handlers import zone
from handlers.events import MemberId, MessageId, Place, RoomId, Standing
from handlers.ports import Clock, Judge, Threads, Transaction
from handlers.records import Admin, Language, Mode, Notice, Priority, Room, Send

LOCAL = zone.LOCAL

# Where a private chat can be opened by us; on Telegram the member has to do it himself.
OPENS_PRIVATE = frozenset({"matrix", "console"})

_ADMINS = frozenset({Standing.ADMIN, Standing.CREATOR, Standing.ANONYMOUS_ADMIN})


@dataclass(frozen=True, slots=True)
class Desk:
    """One for all handlers."""

    judge: Judge
    clock: Clock
    threads: Threads
    mode: Mode = Mode.REHEARSE
    language: Language = Language.EN
    keep_days: int = 90


@dataclass(slots=True)
class MemoryThreads:
    """The last texts of each room and thread; the least recently used rooms are dropped."""

    length: int = 4
    rooms: int = 2000
    _kept: OrderedDict[tuple[RoomId, str | None], deque[tuple[MessageId, str]]] = field(
        default_factory=OrderedDict, repr=False
    )

    def before(self, room: RoomId, thread: str | None) -> tuple[str, ...]:
        """The texts said before, oldest first."""
        return tuple(text for _, text in self._kept.get((room, thread), ()))

    def remember(self, room: RoomId, thread: str | None, message: MessageId, text: str) -> None:
        """Add a text, or replace that of an edited message."""
        place = (room, thread)
        ring = self._kept.setdefault(place, deque(maxlen=self.length))
        self._kept.move_to_end(place)
        if any(kept == message for kept, _ in ring):
            renewed = [(kept, text if kept == message else old) for kept, old in ring]
            ring.clear()
            ring.extend(renewed)
        else:
            ring.append((message, text))
        while len(self._kept) > self.rooms:
            self._kept.popitem(last=False)

    def forget(self, room: RoomId, message: MessageId) -> None:
        """A message was deleted."""
        for (kept_room, _), ring in self._kept.items():
            if kept_room == room:
                remaining = [item for item in ring if item[0] != message]
                ring.clear()
                ring.extend(remaining)


def platform_of(ident: str) -> str:
    """The platform in front of an id."""
    return ident.partition(":")[0]


def local_time(at: datetime) -> str:
    """A time as people read it here: 24 Nov 2026, 14:05."""
    return at.astimezone(LOCAL).strftime("%d %b %Y, %H:%M").lstrip("0")


async def known_room(transaction: Transaction, desk: Desk, place: Place) -> Room:
    """The room's record, made with the defaults when the room is new to us; its title is kept up to date."""
    room = await transaction.room(place.room)
    if room is None:
        room = Room(place.room, place.title, desk.mode, desk.language, joined_at=desk.clock.now())
        await transaction.save_room(room)
        await transaction.journal(place.room, "room_seen", desk.clock.now(), {"mode": room.mode.value})
    elif place.title and place.title != room.title and room.id == place.room:
        room = replace(room, title=place.title)
        await transaction.save_room(room)
    return room


def is_admin_standing(standing: Standing) -> bool:
    """Whether a standing makes an admin (CONTRACT: anonymous ones included)."""
    return standing in _ADMINS


async def admin_of(transaction: Transaction, room: RoomId, member: MemberId) -> Admin | None:
    """The admin's record when the member is an admin of the room."""
    return next((admin for admin in await transaction.admins(room) if admin.id == member), None)


def reachable(admin: Admin) -> bool:
    """Whether an admin can be told something in private: he is a person, and his chat is open or can be opened."""
    if admin.standing is Standing.ANONYMOUS_ADMIN:
        return False
    return admin.private is not None or platform_of(admin.id) in OPENS_PRIVATE


async def tell_admins(
    transaction: Transaction, room: Room, key: str, notice: Notice, priority: Priority = Priority.ALERT
) -> int:
    """Say something in private to every admin who can be reached; how many."""
    told = 0
    for admin in await transaction.admins(room.id):
        if reachable(admin):
            await transaction.order(
                Send(f"{key}|{admin.id}", notice, member=admin.id, about=room.id, priority=priority)
            )
            told += 1
    return told
