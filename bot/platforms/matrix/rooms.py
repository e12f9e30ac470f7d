"""What we know of a joined room, from its state events: members, levels, creators, name. Kept in memory.

Levels are worked out here and not taken from nio, which knows no creators of room version 12 and would take an
encrypted event's claims for state.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.platforms.matrix.bridge import bridge_bot_of
from bot.platforms.matrix.content import clean, inner
from handlers.events import Member, MemberId, Place, RoomId, Standing

PLATFORM = "matrix"
PRIVATE_MARK = "pk.gov.para6.private"  # in the create event of the private rooms that we make: whose it is

# Bridges name their members `@whatsapp_923001234567:server` (mautrix), `@_discord_…:server` (older ones).
_BRIDGES = (
    "bluesky|discord|facebook|gmessages|googlechat|hangouts|imessage|instagram|irc|line|linkedin|meta|signal|"
    "skype|slack|sms|teams|telegram|twitter|viber|wechat|whatsapp|xmpp|zalo"
)
_PUPPET = re.compile(rf"@_?(?:{_BRIDGES})_.+:", re.ASCII)
_BRIDGE_BOT = re.compile(rf"@_?(?:(?:{_BRIDGES})[_-]?(?:bridge)?[_-]?bot|(?:{_BRIDGES})-?bridge):", re.ASCII)
_SAYS_BOT = re.compile(r"@[^:]*bot(?:[^a-z:][^:]*)?:", re.ASCII)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_LEVEL_DEFAULTS = {"redact": 50, "users_default": 0, "events_default": 0}


def room_id(room: str) -> RoomId:
    """Our id of a Matrix room."""
    return RoomId(f"{PLATFORM}:{room}")


def member_id(user: str) -> MemberId:
    """Our id of a Matrix user."""
    return MemberId(f"{PLATFORM}:{user}")


def native(ident: str) -> str:
    """Matrix's own id in one of ours."""
    return ident.removeprefix(f"{PLATFORM}:")


def moment(source: object) -> datetime:
    """When an event was sent by its server's clock; now when that is no time or lies ahead."""
    now = datetime.now(UTC)
    stamp = source.get("origin_server_ts") if isinstance(source, dict) else None
    if not isinstance(stamp, int) or isinstance(stamp, bool):
        return now
    try:
        return min(now, datetime.fromtimestamp(stamp / 1000, UTC))
    except (OverflowError, ValueError, OSError):
        return now


def is_puppet(user: str) -> bool:
    """Whether a bridge speaks for a person outside Matrix."""
    return _PUPPET.match(user) is not None and not is_bridge_bot(user)


def is_bridge_bot(user: str) -> bool:
    """Whether it is a bridge itself."""
    return _BRIDGE_BOT.match(user) is not None


def calls_itself_bot(user: str) -> bool:
    """Whether a user's name says that it is a program; believed only together with `m.notice`."""
    return _SAYS_BOT.match(user) is not None


@dataclass(frozen=True, slots=True)
class Membership:
    """One user's place in a room."""

    state: str  # join, invite, leave, ban, knock
    name: str = field(default="", repr=False)
    since: datetime = _LONG_AGO


@dataclass(slots=True)
class RoomView:
    """A room as its state says."""

    id: str
    own: str
    version: str = "1"
    creators: frozenset[str] = frozenset()
    levels: dict[str, Any] | None = field(default=None, repr=False)
    members: dict[str, Membership] = field(default_factory=dict, repr=False)
    name: str = field(default="", repr=False)
    alias: str = field(default="", repr=False)
    encrypted: bool = False
    replacement: str | None = None
    private_with: str | None = None
    bridges: dict[str, str] = field(default_factory=dict)  # state key to bridge bot

    def apply(self, source: object) -> None:
        """Take in a state event; anything else, and what has the wrong shape, changes nothing."""
        if not isinstance(source, dict) or not isinstance(source.get("state_key"), str):
            return
        content, key = inner(source, "content"), source["state_key"]
        match source.get("type"), key:
            case "m.room.member", _:
                self._member(key, content, moment(source))
            case "m.room.create", "":
                self._created(source.get("sender"), content)
            case "m.room.power_levels", "":
                self.levels = content
            case "m.room.name", "":
                self.name = clean(content.get("name")).strip()
            case "m.room.canonical_alias", "":
                self.alias = clean(content.get("alias")).strip()
            case "m.room.encryption", "":
                self.encrypted = True
            case "m.room.tombstone", "":
                new = content.get("replacement_room")
                self.replacement = new if isinstance(new, str) and new.startswith("!") else None
            case "m.bridge" | "uk.half-shot.bridge", _:
                self._bridge(key, bridge_bot_of(source))

    def _bridge(self, key: str, bot: str | None) -> None:
        """A bridge comes or goes. Its bot must bear a bridge's name: nobody makes himself one and so goes unjudged."""
        if bot == "":
            self.bridges.pop(key, None)
        elif bot is not None and is_bridge_bot(bot):
            self.bridges[key] = bot

    def _member(self, user: str, content: dict[str, Any], at: datetime) -> None:
        state = content.get("membership")
        if isinstance(state, str):
            name = clean(content.get("displayname")).strip()
            known = self.members.get(user)
            if not name and known is not None and state not in {"join", "invite"}:
                name = known.name
            self.members[user] = Membership(state, name, at)

    def _created(self, sender: object, content: dict[str, Any]) -> None:
        version = content.get("room_version")
        self.version = version if isinstance(version, str) else "1"
        more = content.get("additional_creators")
        creators = [sender, *more] if isinstance(more, list) and self._creators_rule() else [sender]
        if not self._creators_rule() and isinstance(content.get("creator"), str):
            creators = [content["creator"]]
        self.creators = frozenset(user for user in creators if isinstance(user, str))
        marked = content.get(PRIVATE_MARK)
        if sender == self.own and isinstance(marked, str):
            self.private_with = marked

    def _creators_rule(self) -> bool:
        """From version 12 a room's creators stand above all levels."""
        return self.version.startswith("org.matrix.hydra") or (
            self.version.isdecimal() and int(self.version) >= 12
        )

    # -- rights

    def level(self, user: str) -> float:
        """A user's power level."""
        if self._creators_rule() and user in self.creators:
            return math.inf
        if self.levels is None:
            return 100 if user in self.creators else 0
        users = inner(self.levels, "users")
        return _number(users.get(user), self.needs("users_default"))

    def needs(self, action: str) -> float:
        """The level that an action (`redact`, `events_default`, …) needs."""
        return _number((self.levels or {}).get(action), _LEVEL_DEFAULTS.get(action, 50))

    def _needs_to_send(self, event_type: str) -> float:
        return _number(inner(self.levels or {}, "events").get(event_type), self.needs("events_default"))

    def missing(self) -> tuple[str, ...]:
        """The rights that we lack here: `send`, `remove`."""
        mine = self.level(self.own)
        lacking = []
        if mine < self._needs_to_send("m.room.encrypted" if self.encrypted else "m.room.message"):
            lacking.append("send")
        if mine < max(self.needs("redact"), self._needs_to_send("m.room.redaction")):
            lacking.append("remove")
        return tuple(lacking)

    def standing(self, user: str) -> Standing:
        """What a user is in the room."""
        if is_bridge_bot(user):
            return Standing.BOT
        membership = self.members.get(user)
        if membership is not None and membership.state in {"leave", "ban"}:
            return Standing.LEFT
        if is_puppet(user):
            return Standing.PUPPET
        if self._creators_rule() and user in self.creators:
            return Standing.CREATOR
        return Standing.ADMIN if self.level(user) >= self.needs("redact") else Standing.MEMBER

    def standings(self) -> dict[str, Standing]:
        """The standing of everyone who is in the room."""
        return {user: self.standing(user) for user in self.present() if user != self.own}

    # -- people

    def present(self) -> list[str]:
        """Who is in the room."""
        return [user for user, one in self.members.items() if one.state == "join"]

    def joined(self) -> bool:
        """Whether we are in it ourselves."""
        one = self.members.get(self.own)
        return one is not None and one.state == "join"

    def person(self, user: str) -> Member:
        """A user as a member."""
        known = self.members.get(user)
        name = known.name if known is not None and known.name else user.removeprefix("@").partition(":")[0]
        return Member(member_id(user), clean(name), self.standing(user))

    def admins(self) -> tuple[Member, ...]:
        """Those in the room who may redact others, people only."""
        return tuple(
            self.person(user)
            for user, standing in self.standings().items()
            if standing in {Standing.ADMIN, Standing.CREATOR}
        )

    # -- the place

    def title(self) -> str:
        """The room's name as people know it."""
        if self.name or self.alias:
            return self.name or self.alias
        others = [self.person(user).name for user in self.present() if user != self.own][:3]
        return ", ".join(others) or self.id

    def private(self) -> bool:
        """Whether it is one member's room with us: said to be so, and nobody else is there."""
        if self.private_with is None:
            return False
        return set(self.present()) <= {self.own, self.private_with}

    def control(self) -> bool:
        """Whether it is the room in which one person commands a bridge: nobody is there to be judged or to judge.

        As soon as a second person is there, or the bridge carries the room to others, it is a room like any other.
        """
        others = [user for user in self.present() if user != self.own]
        people = [user for user in others if not is_bridge_bot(user)]
        return (
            len(people) < len(others)
            and len(people) <= 1
            and not self.bridges
            and not any(map(is_puppet, people))
        )

    def watched(self) -> bool:
        """Whether what is said here is judged."""
        return not self.private() and not self.control()

    def of_bridge(self, user: str) -> bool:
        """Whether a bridge of this room speaks by this user, its bot or a puppet: nobody else can have such a name there."""
        servers = {bot.partition(":")[2] for bot in self.bridges.values()}
        return (is_puppet(user) or is_bridge_bot(user)) and user.partition(":")[2] in servers

    def place(self, thread: str | None = None) -> Place:
        """The room as the handlers' place."""
        private = self.private()
        return Place(room_id(self.id), thread, private, "" if private else self.title())


def _number(value: object, default: float) -> float:
    if isinstance(value, bool):
        return default
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):  # room versions before 10 let numbers be written as strings
        try:
            return int(value)
        except ValueError:
            return default
    return default
