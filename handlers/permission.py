"""The Government's express permission (OM para 2): who may share what, where, and until when. Records and pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NewType

from handlers.events import MemberId, RoomId
from handlers.zone import LOCAL

PermissionId = NewType("PermissionId", int)

# Days before the last one on which the admins hear that it ends; 0 is the last day itself.
STAGES = (7, 1, 0)
NOT_TOLD = 99
_HOUR = 9  # of the day, by the officers' clock


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission on record. `member` and `clause` are empty for all of them.

    It holds for what is sent from `since` (inclusive) to `until` (exclusive). Of the paper only a keyed hash of its
    bytes and its name are kept. `told` is the last of STAGES of which the admins have heard.
    """

    room: RoomId
    reference: str = field(repr=False)
    authority: str = field(repr=False)
    subject: str = field(repr=False)
    since: datetime
    until: datetime
    registered_at: datetime
    by: MemberId
    member: MemberId = field(default=MemberId(""))
    member_name: str = field(default="", repr=False)
    clause: str = ""
    paper: str = ""
    paper_name: str = field(default="", repr=False)
    told: int = NOT_TOLD
    id: PermissionId = PermissionId(0)

    @property
    def last_day(self) -> date:
        """The last day on which it holds, by the officers' clock."""
        return (self.until - timedelta(seconds=1)).astimezone(LOCAL).date()


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of a room whose name the bot knows."""

    id: MemberId
    name: str = field(repr=False)


def covers(permission: Permission, member: MemberId, clause: str, *moments: datetime) -> bool:
    """Whether a permission of the room covers what a member said, at all of these moments."""
    return (
        permission.member in {"", member}
        and permission.clause in {"", clause}
        and all(permission.since <= moment < permission.until for moment in moments)
    )


def stage_due(permission: Permission, now: datetime) -> int | None:
    """The stage of which the admins are to hear now; None when there is none, or they have heard of it."""
    here = now.astimezone(LOCAL)
    left = (permission.last_day - here.date()).days
    if left < 0 or here.hour < _HOUR:
        return None
    due = min((stage for stage in STAGES if left <= stage), default=None)
    return due if due is not None and due < permission.told else None


def first_told(until: datetime, now: datetime) -> int:
    """What counts as told when a permission is registered: its admin knows how long it is."""
    left = ((until - timedelta(seconds=1)).astimezone(LOCAL).date() - now.astimezone(LOCAL).date()).days
    return min((stage for stage in STAGES if left <= stage), default=NOT_TOLD)


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants between which days hold, both days included, by the officers' clock."""
    start = datetime.combine(first, time(), LOCAL)
    return start, datetime.combine(last + timedelta(days=1), time(), LOCAL)


def named(known: Sequence[Known], wanted: str) -> Sequence[Known]:
    """Those whom a name means: exactly so named, else those in whose name it stands."""
    sought = " ".join(wanted.lstrip("@").split()).casefold()
    if not sought:
        return ()
    ids = [one for one in known if wanted.strip() in {one.id, one.id.partition(":")[2]}]
    same = [one for one in known if " ".join(one.name.split()).casefold() == sought]
    return ids or same or [one for one in known if sought in one.name.casefold()]
