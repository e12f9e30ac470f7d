"""What is kept: rooms, admins, findings, alerts, and the orders that go out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Literal, NewType

from pydantic import Field, TypeAdapter

from handlers.events import Likeness, MemberId, MessageId, RoomId, Standing
from handlers.figures import DigestCounts, Earlier, WaitingAlert

FindingId = NewType("FindingId", int)
AlertId = NewType("AlertId", int)


class Mode(StrEnum):
    """What the bot does in a room: tell the admins only, warn, or warn and remove."""

    REHEARSE = "rehearse"
    WARN = "warn"
    REMOVE = "remove"


class Language(StrEnum):
    """The languages of `locale/` (folder names)."""

    EN = "en"
    UR = "ur"
    ROMAN = "ur_Latn"


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """What an admin has chosen beside mode, language and kind; every field has its default, so that old rows read.

    `clauses` holds the clauses that are treated otherwise than the room's mode says: a mode, or `off` (neither said
    nor alerted, only kept on record). `keep_days` None: as the operator has set.
    """

    clauses: Mapping[str, Literal["off", "rehearse", "warn", "remove"]] = field(default_factory=dict)
    keep_days: int | None = None
    remind_hours: int = 4  # an alert on which nobody has acted comes back after so many hours; 0: never
    learns: bool = False  # the room's false alarms are kept as labelled examples (opt-in)
    set_up: bool = False  # an admin has gone through the set-up
    guide: str = ""  # the admin who is led through it: who added the bot
    changes: int = 0  # how often anything was changed: a screen that shows older choices is known by it


SETTINGS: TypeAdapter[RoomSettings] = TypeAdapter(RoomSettings)


@dataclass(frozen=True, slots=True)
class Room:
    """A group the bot watches, with its settings. `kind` is the OM's: officers (para 4) or public (para 5)."""

    id: RoomId
    title: str = field(repr=False)
    mode: Mode
    language: Language = Language.EN
    kind: Literal["officers", "public"] = "officers"
    present: bool = True
    joined_at: datetime | None = None
    missing: tuple[str, ...] = ()  # rights we lack, as in BotChanged
    settings: RoomSettings = RoomSettings()


@dataclass(frozen=True, slots=True)
class Admin:
    """A human admin of a room. `private` is his private chat with us, None while it is not open."""

    id: MemberId
    name: str = field(repr=False)
    standing: Standing = Standing.ADMIN
    private: RoomId | None = None


@dataclass(frozen=True, slots=True)
class JudgedMessage:
    """The last judged revision of a message. `digest` is a keyed hash of its text, never the text.

    `warned_as` is the outbox key of the warning about it, None when it was not warned.
    """

    room: RoomId
    message: MessageId
    sender: MemberId
    sent_at: datetime
    judged_at: datetime
    digest: str
    verdict: Literal["clear", "note", "warn", "unjudged"]
    thread: str | None = None
    album: str | None = None
    warned_as: str | None = None


class FindingState(StrEnum):
    """Where a finding stands; `open` until an admin or the member acts."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    FALSE_ALARM = "false_alarm"
    REMOVED = "removed"  # an admin had the message removed
    COVERED = "covered"  # by a permission


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A finding at rest; `text` is the message, kept encrypted, for the room's retention time only."""

    room: RoomId
    message: MessageId
    member: MemberId
    member_name: str = field(repr=False)
    clause: str
    action: str
    score: float
    start: int
    end: int
    cite: str
    reason: str
    text: str = field(repr=False)
    sent_at: datetime
    found_at: datetime
    pack: str
    model: str
    part: str = "text"
    link: str | None = field(default=None, repr=False)
    file: str = field(default="", repr=False)  # with `part` "file": its name; `text` holds its places found
    state: FindingState = FindingState.OPEN
    alert: AlertId | None = None
    permission: int | None = None  # what covers it
    id: FindingId | None = None


class AlertState(StrEnum):
    """An alert waits for an admin to act: this is his exposure under para 6, so it is kept with its times."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    FALSE_ALARM = "false_alarm"
    REMOVED = "removed"  # an admin had the message removed
    COVERED = "covered"  # by a permission


@dataclass(frozen=True, slots=True)
class Alert:
    """What the admins of a room are told about one message; all its findings hang on it."""

    id: AlertId
    room: RoomId
    message: MessageId
    member: MemberId
    raised_at: datetime
    rehearsed: bool = False
    state: AlertState = AlertState.OPEN
    acted_at: datetime | None = None
    acted_by: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning given to a member in a room: the last ones decide whether another is said or edited."""

    room: RoomId
    member: MemberId
    at: datetime
    key: str  # the outbox key of the warning sent
    times: int = 1  # how many messages it stands for


PublishedId = NewType("PublishedId", int)


@dataclass(frozen=True, slots=True)
class Published:
    """A paper that an admin (or, with an empty `room` and `by`, the operator) declared published.

    `clauses` are what was found in it then: a paper like it stays quiet about these, and about what only an
    unpublished paper can break.
    """

    room: RoomId
    name: str = field(repr=False)
    likeness: Likeness
    at: datetime
    by: MemberId
    clauses: tuple[str, ...] = ()
    id: PublishedId | None = None


class Priority(IntEnum):
    """The order in which the outbox sends."""

    ALERT = 0
    WARNING = 1
    ANSWER = 2
    DIGEST = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """Any text going out: a key of `locale/` and its fields; rendered in `language` at the edge.

    A field whose name ends in `_key` holds another key and is rendered first (a clause's name, say); one that ends in
    `_at` holds an instant in whole seconds since the epoch, and becomes a time by the officers' clock.
    """

    key: str
    language: Language
    fields: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    # Notices listed under this one, each on its own line or paragraph (lines of a digest, of a list of alerts).
    parts: tuple["Notice", ...] = ()


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """When a room's digest comes by itself: `hour` (0 to 23) by the officers' clock, daily or on Mondays.

    What was due until `done_until` is done with; `last_day` is the day for which one was sent last.
    """

    every: Literal["daily", "weekly"]
    hour: int
    done_until: datetime
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A room's digest, ready to be told in any form. `steps`: what the admin should do next, the most urgent first.

    `mode` and `missing` are the room's at that moment; `mode` is None for an exported chat, where no bot was.
    """

    room: RoomId
    title: str = field(repr=False)
    language: Language
    since: datetime
    until: datetime
    made_at: datetime
    counts: DigestCounts
    mode: Mode | None = None
    missing: tuple[str, ...] = ()  # rights, as in BotChanged
    earlier: Earlier | None = None  # None when the room was not watched all that time
    waiting: tuple[WaitingAlert, ...] = ()  # the oldest
    steps: tuple[Notice, ...] = ()
    pack: str = "om-2024-09-02"


@dataclass(frozen=True, slots=True)
class Button:
    """`data` comes back in ButtonPressed; with `opens_private` it opens a private chat with the bot instead.

    `key` names the label in `locale/`; a key that starts with `=` is the label itself (a room's title). The labels of
    the keys in `more` follow it.
    """

    key: str
    data: str = ""
    opens_private: bool = False
    more: tuple[str, ...] = ()


Buttons = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Send:
    """Say a notice in a room, or with `member` in that member's private chat.

    `key` is unique for ever: the same order enqueued twice is sent once.
    """

    key: str
    notice: Notice
    room: RoomId | None = None
    member: MemberId | None = None
    about: RoomId | None = None  # the room a private notice is about
    reply_to: MessageId | None = None
    thread: str | None = None
    buttons: Buttons = ()
    priority: Priority = Priority.ANSWER
    kind: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class DigestFile:
    """A digest that is drawn when it is delivered: as a PDF, or as a page where that cannot be drawn."""

    digest: Digest
    kind: Literal["digest"] = "digest"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that is text already: a roll as CSV, say. `name` with its ending, ASCII."""

    name: str
    media_type: str
    text: str = field(repr=False)
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class SendFile:
    """Send a file with a line about it, to a room or with `member` to that member's private chat."""

    key: str
    file: Annotated[DigestFile | TextFile, Field(discriminator="kind")]
    caption: Notice
    room: RoomId | None = None
    member: MemberId | None = None
    about: RoomId | None = None  # the room that a private file is about
    priority: Priority = Priority.DIGEST
    kind: Literal["send_file"] = "send_file"


@dataclass(frozen=True, slots=True)
class EditSent:
    """Replace what the order `sent_key` said (nothing happens when that one was never sent)."""

    key: str
    sent_key: str
    notice: Notice
    buttons: Buttons = ()
    priority: Priority = Priority.ANSWER
    kind: Literal["edit_sent"] = "edit_sent"


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete a member's message."""

    key: str
    room: RoomId
    message: MessageId
    priority: Priority = Priority.WARNING
    kind: Literal["remove"] = "remove"


@dataclass(frozen=True, slots=True)
class AnswerPress:
    """The short word shown to who pressed a button (ephemeral where the platform has that)."""

    key: str
    room: RoomId
    press: str
    notice: Notice
    priority: Priority = Priority.ALERT
    kind: Literal["answer_press"] = "answer_press"


@dataclass(frozen=True, slots=True)
class ListMembers:
    """Ask the platform who is in a room; a MembersListed comes of it where the platform tells."""

    key: str
    room: RoomId
    priority: Priority = Priority.ALERT
    kind: Literal["list_members"] = "list_members"


Order = Send | SendFile | EditSent | Remove | AnswerPress | ListMembers

ORDER: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="kind")])
