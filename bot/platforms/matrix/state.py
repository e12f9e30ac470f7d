"""State events of rooms, turned into neutral events: who comes and goes, who is an admin, what a room is called."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.adapter import Arrival
from bot.platforms.matrix.content import clean, inner
from bot.platforms.matrix.private import PrivateRooms
from bot.platforms.matrix.rooms import RoomView, moment, room_id
from handlers.events import (
    BotChanged,
    CommandGiven,
    Event,
    GapSeen,
    Member,
    MemberChanged,
    MessageId,
    PrivateOpened,
    RoomMoved,
    RoomRenamed,
    Standing,
)


class StateReader:
    """Keeps the rooms' views up to date and says what changed."""

    def __init__(self, views: dict[str, RoomView], private: PrivateRooms) -> None:
        self.lost = False  # the server does not know any more how far we had read
        self.unfilled: set[str] = set()  # rooms with a gap too long to be filled
        self._views = views
        self._private = private
        self._joins: dict[str, str] = {}

    @property
    def _own(self) -> str:
        return self._private.own

    @staticmethod
    def now() -> datetime:
        """The time now."""
        return datetime.now(UTC)

    @staticmethod
    def is_state(event: Any) -> bool:
        """Whether it is a state event; what came out of an encrypted event never is."""
        source = getattr(event, "source", None)
        return (
            isinstance(source, dict)
            and isinstance(source.get("state_key"), str)
            and not getattr(event, "decrypted", False)
        )

    def is_own_arrival(self, event: Any) -> bool:
        """Whether we come into the room by this event."""
        source: Any = getattr(event, "source", None)
        if not self.is_state(event) or source.get("type") != "m.room.member":
            return False
        if source["state_key"] != self._own or inner(source, "content").get("membership") != "join":
            return False
        return _previous(source).get("membership") != "join"

    def own_arrival(self, events: Sequence[Any]) -> int:
        """The place of our last arrival among the events, -1 when we were there before: earlier words are not ours."""
        return max((index for index, event in enumerate(events) if self.is_own_arrival(event)), default=-1)

    @staticmethod
    def is_moving(info: Any) -> bool:
        """Whether a room goes on elsewhere in this sync."""
        return any(
            getattr(event, "source", {}).get("type") == "m.room.tombstone" for event in info.timeline.events
        )

    def take_joins(self) -> dict[str, str]:
        """The rooms to join since last asked, each with a server that knows it."""
        joins, self._joins = self._joins, {}
        return joins

    def invited(self, invitations: dict[str, Any]) -> None:
        """Every invitation is accepted."""
        for room, info in invitations.items():
            senders = [
                event.sender
                for event in info.invite_state
                if getattr(event, "state_key", None) == self._own and isinstance(event.sender, str)
            ]
            self._joins[room] = (senders[-1] if senders else self._own).partition(":")[2]

    # -- a joined room

    def before(self, room: str, state: Iterable[Any], batch: str) -> list[Arrival]:
        """The state before a timeline begins: taken in, and what it changed said."""
        view = self._views.get(room)
        fresh = view is None or not view.creators
        if view is None:
            view = self._views[room] = RoomView(room, self._own, private_with=self._private.owner(room))
        was, was_control = (view.standings(), view.missing()), view.control()
        for event in state:
            view.apply(getattr(event, "source", None))
        found: list[Arrival] = []
        if was_control and view.watched():
            found.append(Arrival(f"{room}:{batch}:group", self._present(view, self.now(), None)))
        elif not fresh and view.watched():
            found = self._changes(view, was, f"{room}:{batch}", self.now())
        if room in self.unfilled:
            self.unfilled.discard(room)
            if view.watched():
                found.append(Arrival(f"{room}:{batch}:gap", GapSeen(view.place(), "downtime", self.now())))
        return found

    def read(self, view: RoomView, event: Any, *, quiet: bool) -> list[Arrival]:
        """A state event of the timeline. With `quiet` it is history, and only taken in."""
        source = event.source
        if quiet:
            view.apply(source)
            return []
        ident, at = clean(source.get("event_id")), moment(source)
        match source.get("type"):
            case "m.room.member":
                return self._member(view, source, ident, at)
            case "m.room.power_levels" | "m.room.create" | "m.room.encryption":
                was = (view.standings(), view.missing())
                view.apply(source)
                return self._changes(view, was, ident, at) if view.watched() else []
            case "m.room.name" | "m.room.canonical_alias":
                view.apply(source)
                return [Arrival(ident, RoomRenamed(view.place(), at))] if view.watched() else []
            case "m.room.tombstone":
                view.apply(source)
                return self._moved(view, source, ident, at)
        was_control = view.control()
        view.apply(source)
        # A bridge now carries to others what one person says there.
        return [Arrival(ident, self._present(view, at, None))] if was_control and view.watched() else []

    def left(self, room: str, events: Sequence[Any]) -> list[Arrival]:
        """We are out of a room."""
        view = self._views.pop(room, None)
        known = view is not None and view.joined()
        if view is not None and view.control():
            return []
        if view is None:
            view = RoomView(room, self._own, private_with=self._private.owner(room))
        own: dict[str, Any] = {}
        for event in events:
            if self.is_state(event):
                if event.source.get("type") == "m.room.member" and event.source["state_key"] == self._own:
                    own = event.source
                view.apply(event.source)
        if not known and _previous(own).get("membership") != "join":
            return []  # an invitation taken back
        ident, at = clean(own.get("event_id")) or f"left:{room}:{self.now().timestamp()}", moment(own)
        if view.private_with is not None:
            place = view.place()
            closed = PrivateOpened(place, view.person(view.private_with), at, open=False)
            return [Arrival(ident, closed)]
        sender = own.get("sender")
        by = view.person(sender) if isinstance(sender, str) else None
        return [Arrival(ident, BotChanged(view.place(), present=False, at=at, by=by))]

    def start(self, batch: str) -> list[Arrival]:
        """At the start: how things stand in every room, for what changed while we were away."""
        found = []
        for view in self._views.values():
            if view.private_with is not None and view.private():
                membership = view.members.get(view.private_with)
                if membership is not None and membership.state in {"join", "leave", "ban"}:
                    here = membership.state == "join"
                    opened = PrivateOpened(
                        view.place(), view.person(view.private_with), self.now(), open=here
                    )
                    if here or not self._opened_elsewhere(view):
                        found.append(Arrival(f"start:{view.id}:{batch}", opened))
            elif view.joined() and view.watched():
                found.append(Arrival(f"start:{view.id}:{batch}", self._present(view, self.now(), None)))
                if self.lost:
                    gap = GapSeen(view.place(), "downtime", self.now())
                    found.append(Arrival(f"lost:{view.id}:{batch}", gap))
        self.lost = False
        return found

    def _opened_elsewhere(self, view: RoomView) -> bool:
        """Whether the member has another private room that is open."""
        user = view.private_with
        return any(
            other is not view
            and other.private_with == user
            and user is not None
            and (one := other.members.get(user)) is not None
            and one.state == "join"
            for other in self._views.values()
        )

    # -- what happened

    def _member(self, view: RoomView, source: dict[str, Any], ident: str, at: datetime) -> list[Arrival]:
        user = source["state_key"]
        known = view.members.get(user)
        before = _previous(source).get("membership") or (
            known.state if known is not None and "unsigned" not in source else None
        )
        was_private, was_control = view.private(), view.control()
        view.apply(source)
        now = view.members[user].state if user in view.members else None
        if user == view.own:
            arrived = now == "join" and before != "join"
            return self._arrived(view, source, ident, at) if arrived else []
        if now == before or now not in {"join", "leave", "ban"}:
            return []
        if user == view.private_with and (was_private or view.private()):
            event: Event = PrivateOpened(view.place(), view.person(user), at, open=now == "join")
            return [] if now != "join" and self._opened_elsewhere(view) else [Arrival(ident, event)]
        if not view.watched():
            return []
        found = []
        if was_private or was_control:  # one more person came: from now on it is a group
            found.append(Arrival(f"{ident}:group", self._present(view, at, None)))
        if now == "join":
            found.append(Arrival(ident, MemberChanged(view.place(), view.person(user), at)))
        elif before == "join":
            gone = view.person(user)
            found.append(Arrival(ident, MemberChanged(view.place(), _standing(gone, Standing.LEFT), at)))
        return found

    def _arrived(self, view: RoomView, source: dict[str, Any], ident: str, at: datetime) -> list[Arrival]:
        """We have joined: a group introduces us to its admins, a direct invitation opens a private room."""
        invitation = _previous(source)
        inviter = inner(source, "unsigned").get("prev_sender")
        if invitation.get("is_direct") is True and isinstance(inviter, str) and view.private_with is None:
            view.private_with = inviter
            if view.private():
                self._private.record(inviter, view.id)
            else:
                view.private_with = None
        if view.private() and view.private_with is not None:
            person = view.person(view.private_with)
            if view.private_with not in view.present() or view.own in view.creators:
                return []
            start = CommandGiven(view.place(), MessageId(ident), person, at, "start")
            return [
                Arrival(ident, PrivateOpened(view.place(), person, at)),
                Arrival(f"{ident}:start", start),
            ]
        if not view.watched():
            return []
        by = view.person(inviter) if isinstance(inviter, str) else None
        return [Arrival(ident, self._present(view, at, by))]

    def _present(self, view: RoomView, at: datetime, by: Member | None) -> BotChanged:
        return BotChanged(
            view.place(), present=True, at=at, by=by, missing=view.missing(), admins=view.admins()
        )

    def _changes(
        self, view: RoomView, was: tuple[dict[str, Standing], tuple[str, ...]], key: str, at: datetime
    ) -> list[Arrival]:
        """Whose standing changed, and whether our rights did."""
        found = []
        before, missing = was
        for user, standing in view.standings().items():
            if before.get(user, Standing.MEMBER) is not standing and user in before:
                changed = MemberChanged(view.place(), view.person(user), at)
                found.append(Arrival(f"{key}:{user}", changed))
        if view.missing() != missing and view.joined():
            found.append(Arrival(f"{key}:rights", self._present(view, at, None)))
        return found

    def _moved(self, view: RoomView, source: dict[str, Any], ident: str, at: datetime) -> list[Arrival]:
        new = view.replacement
        if new is None or new == view.id:
            return []
        sender = source.get("sender")
        self._joins[new] = (sender if isinstance(sender, str) else self._own).partition(":")[2]
        if not view.watched():
            return []
        return [Arrival(ident, RoomMoved(view.place(), room_id(new), at))]


def _previous(source: dict[str, Any]) -> dict[str, Any]:
    """The content that a state event took the place of."""
    return inner(inner(source, "unsigned"), "prev_content")


def _standing(member: Member, standing: Standing) -> Member:
    return Member(member.id, member.name, standing, member.language)
