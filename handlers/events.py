"""The neutral events: what every platform adapter turns its own updates into.

An event is stored (encrypted) in the inbox before the platform is told that we have it, and handled afterwards.
Ids carry the platform's name in front (`telegram:-100123`, `matrix:!room:server`, `console:group`), so that one
store serves several platforms; message ids are the platform's own and unique within their room.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, NewType

from pydantic import Field, TypeAdapter

from policies.papers.likeness import Likeness as PaperLikeness
from policies.verdict import Verdict

RoomId = NewType("RoomId", str)
MemberId = NewType("MemberId", str)
MessageId = NewType("MessageId", str)


class Standing(StrEnum):
    """What the platform says a sender is in the room at that moment."""

    MEMBER = "member"
    ADMIN = "admin"  # may act on others' messages (CONTRACT: Telegram administrators, Matrix `redact` level)
    CREATOR = "creator"
    ANONYMOUS_ADMIN = "anonymous_admin"  # speaks as the group; no private chat, counts as an admin
    CHANNEL = "channel"  # a linked channel's post; judged, cannot be addressed
    PUPPET = "puppet"  # a bridged member: judged and addressed in the room, never by private message
    BOT = "bot"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Member:
    """Who did something, as the platform showed him then."""

    id: MemberId
    name: str = field(repr=False)
    standing: Standing = Standing.MEMBER
    language: str | None = None  # the client's language code, where the platform tells it


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said. `thread` is a Telegram topic or a Matrix thread root."""

    room: RoomId
    thread: str | None = None
    private: bool = False
    title: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a message carries and that can be fetched and read.

    `unique` is the platform's own name of the content, the same wherever the file is sent on; `ref` is what the
    platform needs to fetch it (its keys included), in its own form; `size` is in bytes, as the sender says.
    """

    unique: str
    ref: str = field(repr=False)
    name: str = field(default="", repr=False)
    media_type: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A message, or with `edited` its next revision (same message id).

    `attachments` counts all that hangs on it; `files` are those of them that can be read.
    """

    place: Place
    message: MessageId
    sender: Member
    sent_at: datetime
    text: str = field(repr=False)
    part: Literal["text", "caption", "file"] = "text"  # a file's words are judged by `FileRead`
    forwarded: bool = False
    edited: bool = False
    reply_to: MessageId | None = None
    reply_text: str | None = field(default=None, repr=False)
    album: str | None = None
    attachments: int = 0
    files: tuple[Attachment, ...] = ()
    link: str | None = field(default=None, repr=False)
    # Another body of the same message that members may see (a Matrix edit's fallback): judged as well.
    other_text: str | None = field(default=None, repr=False)
    kind: Literal["message_posted"] = "message_posted"


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A member or admin took a message back."""

    place: Place
    message: MessageId
    at: datetime
    kind: Literal["message_deleted"] = "message_deleted"


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """`/digest week`, `!para6 why`, or text in a private chat (`name` is then empty and `argument` the text).

    `files` came with it, `reply_files` hang on the message that it answers.
    """

    place: Place
    message: MessageId
    sender: Member
    at: datetime
    name: str
    argument: str = field(default="", repr=False)
    reply_to: MessageId | None = None
    reply_text: str | None = field(default=None, repr=False)
    forwarded: bool = False
    files: tuple[Attachment, ...] = ()
    reply_files: tuple[Attachment, ...] = ()
    kind: Literal["command_given"] = "command_given"


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A button of ours (or its Matrix reaction). `data` is what we put on it; `press` answers the press."""

    place: Place
    message: MessageId
    sender: Member
    at: datetime
    data: str
    press: str = ""
    kind: Literal["button_pressed"] = "button_pressed"


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """A member joined, left, became or ceased to be an admin: `member.standing` is the new standing."""

    place: Place
    member: Member
    at: datetime
    kind: Literal["member_changed"] = "member_changed"


@dataclass(frozen=True, slots=True)
class MembersListed:
    """Who is in a room, as far as the platform tells; asked for with ListMembers."""

    place: Place
    members: tuple[Member, ...]
    at: datetime
    kind: Literal["members_listed"] = "members_listed"


@dataclass(frozen=True, slots=True)
class BotChanged:
    """We were added to a room, removed, or our rights changed.

    `missing` names the rights we lack and need: `see` (read all messages: privacy mode, or never given),
    `send`, `remove`. `by` is who did it; `admins` those the platform lists now.
    """

    place: Place
    present: bool
    at: datetime
    by: Member | None = None
    missing: tuple[str, ...] = ()
    admins: tuple[Member, ...] = ()
    kind: Literal["bot_changed"] = "bot_changed"


@dataclass(frozen=True, slots=True)
class RoomMoved:
    """A group became a supergroup, or a Matrix room was upgraded: everything kept goes with it."""

    place: Place
    to: RoomId
    at: datetime
    kind: Literal["room_moved"] = "room_moved"


@dataclass(frozen=True, slots=True)
class RoomRenamed:
    """The room's title changed (`place.title` is the new one)."""

    place: Place
    at: datetime
    kind: Literal["room_renamed"] = "room_renamed"


@dataclass(frozen=True, slots=True)
class PrivateOpened:
    """A member opened (or with `open` false closed, blocked) his private chat with us; `place.room` is that chat."""

    place: Place
    member: Member
    at: datetime
    open: bool = True
    kind: Literal["private_opened"] = "private_opened"


@dataclass(frozen=True, slots=True)
class GapSeen:
    """Something in a room could not be judged; shown to the admin, never taken as clean.

    `reason` is one of GAP_REASONS; `message` names the one concerned, if any; `count` how many.
    `mended` says that an earlier gap of that message is closed (its key came, and it was judged).
    """

    place: Place
    reason: str
    at: datetime
    message: MessageId | None = None
    count: int = 1
    mended: bool = False
    kind: Literal["gap_seen"] = "gap_seen"


LinkState = Literal["phone", "away", "logged_out", "back"]


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """How the bridge that carries a room's messages fares with its other side (WhatsApp).

    `phone`: the phone behind it has not been seen for days, and the link will end; `away`: not connected, what is
    said meanwhile comes later; `logged_out`: nothing arrives, and what is said meanwhile never will; `back`: in order
    again. `link` tells one login of a bridge from another.
    """

    place: Place
    link: str
    state: LinkState
    at: datetime
    kind: Literal["link_changed"] = "link_changed"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Fetch a file and read it; a FileRead comes of it. `key` is unique for ever: ordered twice, it is read once.

    `purpose`: judge it as a member's message, check it for who sent it in private, register it as published, or keep
    the keyed hash of its bytes with a permission.
    `said` is the text beside it, whose manner the warning takes.
    """

    key: str
    place: Place
    message: MessageId
    sender: Member
    sent_at: datetime
    file: Attachment
    purpose: Literal["judge", "check", "publish", "permit"] = "judge"
    said: str = field(default="", repr=False)
    forwarded: bool = False
    album: str | None = None
    link: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Likeness:
    """By what a paper is known again: the keyed hash of its bytes, and what policies.papers.likeness keeps of it.

    A text has the hash of its words in their plain form.
    """

    content: str
    paper: PaperLikeness | None = None


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file was read, or cannot be. `gap` (GAP_REASONS) says what was not read of it, "" when all of it was.

    `verdict` is None when nothing was read; offsets of its findings are code points of `text`, which holds the
    places found and nothing else of the file. `again`: it is not over, the file is tried again.
    """

    place: Place
    order: ReadFile
    at: datetime
    gap: str = ""
    again: bool = False
    likeness: Likeness | None = None
    official: float = 0.0
    verdict: Verdict | None = None
    text: str = field(default="", repr=False)
    kind: Literal["file_read"] = "file_read"


GAP_REASONS = frozenset(
    {
        "undecryptable",  # a Matrix message whose key has not come
        "too_long",  # over the judge's 64 KiB
        "malformed",  # an update that could not be understood
        "failed",  # the judge or a handler failed on it repeatedly
        "attachment",  # a file that is not read
        "downtime",  # we were not running, and the platform did not keep everything for us
        "missing_right",  # we may not read the room
        "undelivered",  # a warning or alert could not be delivered
        "file_locked",  # files (bot.readers): with a password
        "file_broken",
        "file_too_large",
        "file_too_many_pages",  # the first pages were read
        "file_too_slow",  # what was read when time was up was judged
        "file_bomb",
        "file_unsupported",
        "file_not_installed",  # what reads it is missing on the bot's machine
        "view_once",  # shown once on the member's phone, and to no bridge
        "unsupported",  # a kind of message that a bridge does not carry
        "bridge",  # the bridge to another network was not connected; one for each time
        "file_gone",  # the platform has it no more
        "file_unreachable",  # the platform does not give it to us; tried again
        "no_instrument",  # sent before any instrument known here was in force (an audit of an old chat)
    }
)

Event = (
    MessagePosted
    | MessageDeleted
    | CommandGiven
    | ButtonPressed
    | MemberChanged
    | MembersListed
    | BotChanged
    | RoomMoved
    | RoomRenamed
    | PrivateOpened
    | GapSeen
    | LinkChanged
    | FileRead
)

EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
ATTACHMENT: TypeAdapter[Attachment] = TypeAdapter(Attachment)
READ_FILE: TypeAdapter[ReadFile] = TypeAdapter(ReadFile)
