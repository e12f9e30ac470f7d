"""What people say to a finding: reminders of open alerts, appeals of members, lessons of false alarms."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType

from handlers.events import MemberId, MessageId, RoomId
from handlers.records import AlertId

AppealId = NewType("AppealId", int)


class AppealState(StrEnum):
    """Where an appeal stands; `overturned` makes a false alarm of what was found."""

    OPEN = "open"
    UPHELD = "upheld"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class Appeal:
    """A member's word against what was found in one message of his: one an alert."""

    id: AppealId
    alert: AlertId
    room: RoomId
    message: MessageId
    member: MemberId
    at: datetime
    reason: str = field(default="", repr=False)
    state: AppealState = AppealState.OPEN
    decided_at: datetime | None = None
    decided_by: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """How often an alert came back, and when it comes next. `due` None: by the room's hours, counted from the alert."""

    times: int = 0
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What admins called a false alarm: a wording that is no more than noted, for this clause, in this room.

    `mark` is keyed and tells no word; `text` is kept, sealed, only where the admins chose that the room learns.
    """

    room: RoomId
    message: MessageId
    member: MemberId
    clause: str
    reason: str
    digest: str
    mark: str
    at: datetime
    source: Literal["admin", "appeal"]
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OwnRoom:
    """What is kept about one member in one room, beside his findings."""

    room: RoomId
    judged: int
    lessons: int = 0  # examples with text
