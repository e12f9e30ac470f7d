"""What the handlers need of the world, in their own words, with the errors that may come back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from handlers.circulation import Circulation, CirculationId, Draft, OnRoll
from handlers.contested import Appeal, AppealId, AppealState, Lesson, OwnRoom, Reminder
from handlers.events import Likeness, Member, MemberId, MessageId, ReadFile, RoomId
from handlers.figures import DigestCounts
from handlers.permission import Known, Permission, PermissionId
from handlers.records import (
    Admin,
    Alert,
    AlertId,
    AlertState,
    DigestTimes,
    JudgedMessage,
    KeptFinding,
    Order,
    Published,
    PublishedId,
    Room,
    Warned,
)
from policies.message import Context, Message
from policies.verdict import Verdict


class PlatformError(Exception):
    """A call to a platform failed; trying again later may help. The message names the call, never content."""


class RetryLater(PlatformError):
    """The platform asks to wait `wait_s` seconds before the next call."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"asked to wait {wait_s:g} s")
        self.wait_s = wait_s


class NotAllowed(PlatformError):
    """The bot lacks a right (`send`, `remove`, `see`): final until an admin gives it."""

    def __init__(self, right: str) -> None:
        super().__init__(f"missing right: {right}")
        self.right = right


class NotReachable(PlatformError):
    """A private chat is not open, or the room is gone, or the bot is not in it: final for this order."""


class AlreadyGone(PlatformError):
    """The message to remove, edit or answer is no longer there, or too old: final, and no harm."""


class MovedTo(PlatformError):
    """The room goes on under another id."""

    def __init__(self, room: RoomId) -> None:
        super().__init__("the room has moved")
        self.room = room


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notice in words. `text` is plain; `html` the same with the platform-neutral tags b, i, code, blockquote.

    `buttons`: rows of (label, data, opens_private). `rtl` when the language is written from right to left.
    """

    text: str
    html: str
    buttons: tuple[tuple[tuple[str, str, bool], ...], ...] = ()
    rtl: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file going out; `name` is ASCII and says nothing about a room."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


class Platform(Protocol):
    """What the outbox may ask of a chat platform. Raises PlatformError and its kinds, nothing else."""

    name: str  # the prefix of its ids

    async def send(
        self,
        room: RoomId,
        rendered: Rendered,
        *,
        key: str,
        reply_to: MessageId | None = None,
        thread: str | None = None,
    ) -> MessageId:
        """Say it; `key` makes the send idempotent where the platform can (a Matrix transaction id)."""
        ...

    async def send_file(self, room: RoomId, file: File, caption: Rendered, *, key: str) -> MessageId:
        """Send a file with a line about it; encrypted wherever the room is."""
        ...

    async def edit(self, room: RoomId, message: MessageId, rendered: Rendered, *, key: str) -> None:
        """Replace what the bot said."""
        ...

    async def remove(self, room: RoomId, message: MessageId, *, key: str) -> None:
        """Delete a member's message."""
        ...

    async def answer_press(self, room: RoomId, press: str, rendered: Rendered) -> None:
        """Answer a button press in a short word; where the platform has none, do nothing."""
        ...

    async def private_room(self, member: MemberId) -> RoomId:
        """The private chat with a member, opened if the platform lets us; NotReachable otherwise."""
        ...

    async def admins(self, room: RoomId) -> Sequence[Member]:
        """The admins of a room now (humans and anonymous; not bots)."""
        ...

    async def members(self, room: RoomId) -> Sequence[Member]:
        """Who is in a room now, us left out; empty where the platform does not tell bots."""
        ...


class Files(Protocol):
    """The files of messages, and texts and papers known again: what `Transaction` keeps of them."""

    async def read_file(self, order: ReadFile) -> None:
        """Have a file read; one whose key is already there changes nothing."""
        ...

    async def cancel_readings(self, room: RoomId, message: MessageId) -> int:
        """Take back what waits to be read of a message; how many files."""
        ...

    def likeness(self, text: str) -> Likeness:
        """By what a text is known again."""
        ...

    async def seen_text(self, text: str, *, source: str, at: datetime) -> bool:
        """Keep that a text was seen; whether it, or one very like it, was seen from another source before."""
        ...

    async def published(self, room: RoomId | None) -> Sequence[Published]:
        """The papers registered for a room and by the operator, oldest first; of all rooms for None."""
        ...

    async def add_published(self, paper: Published) -> PublishedId: ...
    async def withdraw_published(self, paper: PublishedId) -> None: ...


class Reminders(Protocol):
    """Alerts that wait for an admin."""

    async def rooms_with_open_alerts(self) -> Sequence[Room]:
        """The rooms in which an alert waits and in which the bot is."""
        ...

    async def reminder(self, alert: AlertId) -> Reminder: ...
    async def save_reminder(self, alert: AlertId, reminder: Reminder) -> None: ...
    async def alert_copies(self, alert: AlertId) -> Sequence[str]:
        """The keys of the orders that say an alert, `alert:NUMBER|MEMBER…`, but for those that failed."""
        ...

    async def remind_member(self, alert: AlertId, member: MemberId, at: datetime) -> None:
        """One admin wants to hear of an alert again; asked twice, the later word counts."""
        ...

    async def take_promised(self, now: datetime) -> Sequence[tuple[AlertId, MemberId]]:
        """Who is to hear of which alert by now; told once."""
        ...

    async def warning(self, key: str) -> Warned | None: ...


class Contested(Protocol):
    """Appeals, lessons of false alarms, and what a member may see and have erased of himself."""

    async def add_appeal(self, alert: Alert, reason: str, at: datetime) -> Appeal | None:
        """A new appeal; None when there was one."""
        ...

    async def appeal(self, appeal: AppealId) -> Appeal | None: ...
    async def appeal_of(self, alert: AlertId) -> Appeal | None: ...
    async def open_appeals(self, room: RoomId) -> Sequence[Appeal]: ...
    async def add_reason(self, appeal: AppealId, reason: str) -> None: ...
    async def decide_appeal(self, appeal: Appeal, state: AppealState, by: MemberId, at: datetime) -> bool:
        """Close an open appeal; False when it was not open."""
        ...

    async def overturn(self, alert: AlertId) -> None:
        """An alert and its findings are a false alarm, whatever was done about it before."""
        ...

    def wording(self, text: str) -> tuple[str, str]:
        """By what a wording is known again: a keyed hash ("" without words), a keyed mark for near ones ("" if short)."""
        ...

    async def add_lesson(self, lesson: Lesson) -> bool:
        """Keep it; False when the room has it already."""
        ...

    async def learnt(self, room: RoomId, text: str) -> Sequence[tuple[str, str]]:
        """The clauses that the room's lessons have quieted for this text; with a reason: for that reason only."""
        ...

    async def lessons(self, room: RoomId) -> Sequence[Lesson]: ...
    async def own_rooms(self, member: MemberId) -> Sequence[OwnRoom]: ...
    async def own_findings(self, member: MemberId, room: RoomId) -> Sequence[KeptFinding]: ...
    async def erase_texts(self, member: MemberId, room: RoomId) -> int:
        """Erase what a member said that is kept of a room; of how many findings."""
        ...


class Permits(Protocol):
    """Permissions of the Government, and what an admin is about to register or to circulate."""

    async def permissions(self, room: RoomId) -> Sequence[Permission]:
        """Those registered for a room and not withdrawn, the oldest first; over or not yet begun as well."""
        ...

    async def permission(self, permission: PermissionId) -> Permission | None: ...
    async def permissions_ending(self, now: datetime, by: datetime) -> Sequence[Permission]:
        """Those of all rooms that end after `now` and by `by`, whose end the admins have not been told to the last."""
        ...

    async def add_permission(self, permission: Permission) -> PermissionId: ...
    async def save_paper(self, permission: Permission, paper: str, name: str) -> None:
        """The keyed hash of the paper's bytes, and its name."""
        ...

    async def told_of_end(self, permission: PermissionId, stage: int) -> None: ...
    async def withdraw_permission(self, permission: PermissionId, by: MemberId, at: datetime) -> bool:
        """False when it was withdrawn before."""
        ...

    async def own_permissions(self, member: MemberId) -> int:
        """How many permissions name a member, withdrawn ones as well."""
        ...

    async def draft(self, member: MemberId) -> Draft | None: ...
    async def save_draft(self, member: MemberId, draft: Draft | None) -> None: ...


class Circulations(Protocol):
    """What was circulated in a room, who is known to be in it, and who has read."""

    async def add_circulation(self, circulation: Circulation) -> CirculationId: ...
    async def circulation(self, circulation: CirculationId) -> Circulation | None: ...
    async def circulations(self, room: RoomId) -> Sequence[Circulation]:
        """All of a room, the oldest first."""
        ...

    async def is_circulating(self, room: RoomId, now: datetime) -> bool:
        """Whether who speaks in the room is put on the roll now."""
        ...

    async def close_circulation(self, circulation: CirculationId, at: datetime) -> bool: ...
    async def seen_member(self, room: RoomId, member: MemberId, name: str) -> bool:
        """Put a member on the room's roll; False when he is on it."""
        ...

    async def own_rolls(self, member: MemberId) -> Sequence[tuple[RoomId, int]]:
        """The rooms on whose roll a member's name stands, and how many readings of his are noted there."""
        ...

    async def left_member(self, room: RoomId, member: MemberId) -> None: ...
    async def has_read(self, circulation: CirculationId, member: MemberId, at: datetime) -> bool:
        """Note it once; False when it was noted before."""
        ...

    async def roll(self, circulation: Circulation) -> Sequence[OnRoll]:
        """The room's members that are known, who has not read first, by name."""
        ...

    async def known_members(self, room: RoomId) -> Sequence[Known]:
        """Whose names are known: of the roll, the admins, and those in whose messages something was found."""
        ...


class Transaction(Files, Reminders, Contested, Permits, Circulations, Protocol):
    """The store, inside one transaction: all of it is committed with the inbox entry, or nothing is."""

    # rooms and people
    async def room(self, room: RoomId) -> Room | None: ...
    async def save_room(self, room: Room) -> None: ...
    async def move_room(self, old: RoomId, new: RoomId) -> None:
        """Everything kept about `old` is kept about `new` from now on; the journal's chain goes on."""
        ...

    async def admins(self, room: RoomId) -> Sequence[Admin]: ...
    async def save_admin(self, room: RoomId, admin: Member) -> None:
        """Record a human or anonymous admin's standing; a standing that is no admin's takes him off the list."""
        ...

    async def rooms_of(self, admin: MemberId) -> Sequence[Room]:
        """The rooms of which a member is an admin and in which the bot is present."""
        ...

    async def private_chat(self, member: MemberId) -> RoomId | None: ...
    async def save_private_chat(self, member: MemberId, room: RoomId | None) -> None: ...

    # messages and findings
    def content_digest(self, text: str) -> str:
        """A keyed hash of a text (HMAC-SHA256, hex): tells whether an edit changed anything, and nothing else."""
        ...

    async def judged(self, room: RoomId, message: MessageId) -> JudgedMessage | None: ...
    async def save_judged(self, judged: JudgedMessage) -> None: ...
    async def album_warned(self, room: RoomId, album: str) -> bool: ...
    async def add_finding(self, finding: KeptFinding) -> None: ...
    async def findings_of(self, room: RoomId, message: MessageId) -> Sequence[KeptFinding]: ...
    async def add_alert(
        self, room: RoomId, message: MessageId, member: MemberId, *, at: datetime, rehearsed: bool
    ) -> AlertId: ...
    async def alert(self, alert: AlertId) -> Alert | None: ...
    async def findings_of_alert(self, alert: AlertId) -> Sequence[KeptFinding]: ...
    async def open_alerts(self, room: RoomId) -> Sequence[Alert]: ...
    async def alerts_since(self, room: RoomId, since: datetime) -> int: ...
    async def act_on_alert(self, alert: AlertId, state: AlertState, by: MemberId, at: datetime) -> bool:
        """Close an open alert and its findings; False when it was not open (somebody else acted first)."""
        ...

    async def warnings_since(self, room: RoomId, member: MemberId, since: datetime) -> Sequence[Warned]: ...
    async def add_warning(self, warned: Warned) -> None: ...
    async def count_on_warning(self, key: str, at: datetime) -> int:
        """One more message stands behind the warning `key`; the new number of times."""
        ...

    async def add_gap(
        self,
        room: RoomId,
        reason: str,
        *,
        at: datetime,
        message: MessageId | None,
        count: int,
        file: str | None = None,
    ) -> None:
        """Something of the room could not be judged (`reason`: events.GAP_REASONS); of a message, its `file`."""
        ...

    async def mend_gap(
        self, room: RoomId, message: MessageId, at: datetime, *, file: str | None = None
    ) -> bool:
        """That message, or its file, was judged after all; whether there was a gap to mend."""
        ...

    async def open_links(self, room: RoomId) -> Sequence[tuple[MessageId, datetime]]:
        """The gaps of reason `bridge` that are not closed: the mark they were opened with, and since when."""
        ...

    async def digest_times(self, room: RoomId) -> DigestTimes | None:
        """When a room's digest comes by itself; None when it does not."""
        ...

    async def digest_times_of_all(self) -> Sequence[tuple[Room, DigestTimes]]:
        """The rooms whose digest comes by itself and in which the bot is."""
        ...

    async def save_digest_times(self, room: RoomId, times: DigestTimes | None) -> None: ...

    async def digest_counts(self, room: RoomId, since: datetime, until: datetime) -> DigestCounts: ...

    # the record and the way out
    async def journal(self, room: RoomId, entry: str, at: datetime, facts: Mapping[str, object]) -> None:
        """Append to the room's hash-chained record. `facts`: ids, clause ids, counts, times; never text or names."""
        ...

    async def order(self, order: Order) -> None:
        """Put an order into the outbox; one whose key is already there changes nothing."""
        ...

    async def is_new_order(self, key: str) -> bool:
        """Whether no order has had this key yet."""
        ...

    async def cancel_unsent(self, key_prefix: str) -> int:
        """Take back orders not yet sent whose key starts so; how many."""
        ...

    async def sent_as(self, room: RoomId, message: MessageId) -> str | None:
        """The outbox key of the order that we said as this message, if it was ours."""
        ...


class Clock(Protocol):
    """The time now, aware and in UTC."""

    def now(self) -> datetime: ...


class Judge(Protocol):
    """The pure function at the heart (policies.judge.Judge)."""

    def judge(self, message: Message, context: Context = ...) -> Verdict: ...


class Threads(Protocol):
    """The last few texts of each room and thread: in memory only, never stored."""

    def before(self, room: RoomId, thread: str | None) -> tuple[str, ...]: ...
    def remember(self, room: RoomId, thread: str | None, message: MessageId, text: str) -> None: ...
    def forget(self, room: RoomId, message: MessageId) -> None: ...


Log = Callable[..., None]
