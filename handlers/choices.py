"""What an admin may choose for his room, and choosing it: each change once, on record with who and when."""

from dataclasses import replace
from typing import Any

from handlers.decision import kept_days, with_clause
from handlers.desk import Desk
from handlers.events import MemberId
from handlers.ports import Transaction
from handlers.records import DigestTimes, Language, Mode, Room
from handlers.schedule import read_times, set_times
from policies.clauses import CLAUSES

KINDS = ("officers", "public")
TREATMENTS = (
    "room",
    "off",
    "rehearse",
    "warn",
    "remove",
)  # in the order in which taps go round; room: as it treats all
HOURS = (7, 8, 9, 14, 17, 20)
_DAYS = (30, 90, 180, 365)


def days_offered(desk: Desk) -> tuple[int, ...]:
    """For how many days texts may be kept: never longer than the operator keeps them."""
    return (*(days for days in _DAYS if days < desk.keep_days), desk.keep_days)


def chosen_treatment(room: Room, clause: str) -> str:
    """The admin's own choice for a clause, `room` when there is none."""
    return room.settings.clauses.get(clause, "room")


def next_treatment(room: Room, clause: str) -> str:
    """What a tap on a clause makes of it."""
    return TREATMENTS[(TREATMENTS.index(chosen_treatment(room, clause)) + 1) % len(TREATMENTS)]


async def choose(
    transaction: Transaction, desk: Desk, room: Room, what: str, value: str, by: MemberId
) -> Room | None:
    """Choose; the room afterwards, None when it was so already. Raises ValueError or KeyError for no choice of ours.

    `by` must be an admin of the room: the caller has looked.
    """
    if what == "digest":
        return await _choose_digest(transaction, desk, room, value, by)
    changed, facts = _CHANGES[what](desk, room, value)
    if changed == room:
        return None
    changed = _counted(changed)
    await transaction.save_room(changed)
    await transaction.journal(room.id, "setting_changed", desk.clock.now(), {**facts, "by": by})
    return changed


async def finish(transaction: Transaction, desk: Desk, room: Room, by: MemberId) -> Room:
    """The set-up has been gone through; on record the first time."""
    if room.settings.set_up:
        return room
    room = replace(room, settings=replace(room.settings, set_up=True))
    await transaction.save_room(room)
    facts = {"mode": room.mode.value, "kind": room.kind, "language": room.language.value, "by": by}
    await transaction.journal(room.id, "set_up", desk.clock.now(), facts)
    return room


def _language(_desk: Desk, room: Room, value: str) -> tuple[Room, dict[str, object]]:
    return replace(room, language=Language(value)), {"language": value}


def _kind(_desk: Desk, room: Room, value: str) -> tuple[Room, dict[str, object]]:
    kinds: dict[str, Any] = {kind: kind for kind in KINDS}
    return replace(room, kind=kinds[value]), {"kind": value}


def _mode(_desk: Desk, room: Room, value: str) -> tuple[Room, dict[str, object]]:
    return replace(room, mode=Mode(value)), {"mode": value}


def _clause(_desk: Desk, room: Room, value: str) -> tuple[Room, dict[str, object]]:
    clause, _, how = value.partition(".")
    if clause not in CLAUSES or how not in TREATMENTS:
        raise ValueError("no clause and treatment")
    chosen: Any = None if how == "room" else how
    return with_clause(room, clause, chosen), {"clause": clause, "treatment": how}


def _keep(desk: Desk, room: Room, value: str) -> tuple[Room, dict[str, object]]:
    days = int(value)
    if days not in days_offered(desk):
        raise ValueError("no number of days that is offered")
    if days == kept_days(room, desk.keep_days):
        return room, {}
    return replace(room, settings=replace(room.settings, keep_days=days)), {"keep_days": days}


_CHANGES = {"language": _language, "kind": _kind, "mode": _mode, "clause": _clause, "keep": _keep}


async def _choose_digest(
    transaction: Transaction, desk: Desk, room: Room, value: str, by: MemberId
) -> Room | None:
    before = await transaction.digest_times(room.id)
    times = read_times(value.split("."), desk.clock.now())
    if _told(times) == _told(before) or await set_times(transaction, desk, room, times, by) is None:
        return None
    changed = _counted(room)
    await transaction.save_room(changed)
    return changed


def _told(times: DigestTimes | None) -> tuple[str, int] | None:
    return (times.every, times.hour) if times is not None else None


def _counted(room: Room) -> Room:
    return replace(room, settings=replace(room.settings, changes=room.settings.changes + 1))
