"""One event of a room's timeline, turned into neutral events.

What looks like a message and cannot be understood becomes a gap; nothing raises because of what an event contains.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from nio import (  # type: ignore[import-untyped] # the library ships no types
    BadEvent,
    MegolmEvent,
    ReactionEvent,
    RedactionEvent,
    RoomMessage,
    StickerEvent,
    UnknownBadEvent,
    UnknownEncryptedEvent,
    UnknownEvent,
)

from bot.adapter import Arrival
from bot.platforms.matrix.bridge import forwarded, placeholder_of, relayed, says_not_sent
from bot.platforms.matrix.content import (
    Body,
    Relation,
    body_of,
    clean,
    edited_body_of,
    files_of,
    inner,
    is_forward,
    poll_words,
    relation_of,
    same_words,
    without_quote,
)
from bot.platforms.matrix.notice import PREFIX, agrees, is_group_button, pressed
from bot.platforms.matrix.recent import Recent, RecentEvents
from bot.platforms.matrix.rooms import RoomView, calls_itself_bot, moment
from handlers.dispatch import COMMANDS
from handlers.events import (
    Attachment,
    ButtonPressed,
    CommandGiven,
    GapSeen,
    Member,
    MemberId,
    MessageDeleted,
    MessageId,
    MessagePosted,
    Standing,
)

_POLLS = frozenset({"m.poll.start", "org.matrix.msc3381.poll.start"})
_MESSAGES = frozenset({"m.room.message", "m.room.encrypted", "m.sticker", *_POLLS})
_SHORTEST_QUOTE = 12


@dataclass(frozen=True, slots=True)
class _Said:
    """A message on its way to an event: its place in the room and its own id."""

    view: RoomView
    event: str
    source: dict[str, Any]
    sender: Member
    forwarded: bool = False  # as the bridge marks it


class Translator:
    """Turns timeline events into arrivals; looks older events up where one refers to another."""

    def __init__(self, recent: RecentEvents) -> None:
        self._recent = recent

    async def arrivals(self, view: RoomView, event: Any) -> list[Arrival]:
        """What an event of the timeline is to us; state events are the receiver's."""
        source = event.source if isinstance(getattr(event, "source", None), dict) else {}
        ident, user = source.get("event_id"), source.get("sender")
        if not isinstance(ident, str) or not isinstance(user, str):
            return [self._malformed(view, source, None)]
        if user == view.own:
            self._remember(view, ident, user, source)
            return []
        if view.control():
            return []
        if isinstance(event, MegolmEvent | UnknownEncryptedEvent):
            return self._undecryptable(view, ident, source)
        if isinstance(event, BadEvent | UnknownBadEvent):
            looks = getattr(event, "type", source.get("type")) in _MESSAGES
            return [self._malformed(view, source, ident)] if looks else []
        return await self._readable(_Said(view, ident, source, view.person(user)), event)

    async def _readable(self, said: _Said, event: Any) -> list[Arrival]:
        content = said.source.get("content")
        match event:
            case RedactionEvent():
                message = MessageId(clean(event.redacts))
                deleted = MessageDeleted(said.view.place(), message, moment(said.source))
                return [Arrival(said.event, deleted)]
            case ReactionEvent():
                return await self._reaction(said, clean(event.reacts_to), event.key)
            case RoomMessage() | StickerEvent() if said.sender.standing is Standing.BOT:
                return await self._bridge_spoke(said)
            case RoomMessage() | StickerEvent():
                return await self._carried(said) if said.view.bridges else await self._message(said)
            case UnknownEvent() if event.type in _POLLS:
                self._remember(said.view, said.event, said.source["sender"], said.source)
                return self._posted(said, Body(poll_words(content)), relation_of(content))
        return []

    def _undecryptable(self, view: RoomView, ident: str, source: dict[str, Any]) -> list[Arrival]:
        """A message whose key has not come; in private there is nothing to keep a record of."""
        if view.private():
            return []
        gap = GapSeen(view.place(), "undecryptable", moment(source), MessageId(ident))
        return [Arrival(f"{ident}:undecryptable", gap)]

    def _malformed(self, view: RoomView, source: dict[str, Any], ident: str | None) -> Arrival:
        message = MessageId(clean(ident)) if ident else None
        gap = GapSeen(view.place(), "malformed", moment(source), message)
        return Arrival(ident or f"malformed:{view.id}:{moment(source).timestamp()}", gap)

    def _remember(self, view: RoomView, ident: str, user: str, source: dict[str, Any]) -> None:
        self._recent.remember(view.id, ident, recent_of(user, inner(source, "content")))

    async def _bridge_spoke(self, said: _Said) -> list[Arrival]:
        """A bridge's own words are not judged; those of a person for whom it speaks are."""
        speaker, content = relayed(inner(said.source, "content"))
        if speaker and content.get("msgtype") != "m.notice":
            mark = hashlib.sha256(speaker.encode()).hexdigest()[:8]
            person = Member(MemberId(f"{said.sender.id}#{mark}"), speaker, Standing.PUPPET)
            return await self._message(
                replace(said, source={**said.source, "content": content}, sender=person)
            )
        self._remember(said.view, said.event, said.source["sender"], said.source)
        answered = relation_of(content).reply_to
        if answered is None or not says_not_sent(content):
            return []
        original = await self._recent.find(said.view.id, answered)
        if original is None or original.sender != said.view.own:
            return []
        gap = GapSeen(said.view.place(), "undelivered", moment(said.source), MessageId(said.event))
        return [Arrival(said.event, gap)]

    async def _carried(self, said: _Said) -> list[Arrival]:
        """A message in a bridged room: without the bridge's marks; its placeholder for one is a gap until that comes."""
        content = inner(said.source, "content")
        reason = placeholder_of(content)
        is_forwarded, content = forwarded(content)
        puppet = said.view.of_bridge(said.source["sender"])
        if puppet:
            content = relayed(content)[1]
        found = []
        if (
            reason is None or not puppet
        ):  # of others it is judged as well: anybody could put a mark on his words
            plain = replace(said, source={**said.source, "content": content}, forwarded=is_forwarded)
            found = await self._message(plain)
        elif not relation_of(content).replaces:
            self._remember(said.view, said.event, said.source["sender"], said.source)
        if reason is not None and not relation_of(content).replaces:
            gap = GapSeen(said.view.place(), reason, moment(said.source), MessageId(said.event))
            found.append(Arrival(f"{said.event}:placeholder", gap))
        return found

    async def _message(self, said: _Said) -> list[Arrival]:
        content = said.source.get("content")
        relation = relation_of(content)
        self._remember(said.view, said.event, said.source["sender"], said.source)
        body = edited_body_of(content) if relation.replaces else body_of(content)
        if body is None:
            return [self._malformed(said.view, said.source, said.event)]
        if said.source.get("type") == "m.sticker":
            body = Body(body.text, body.others, caption=True, attachments=1, files=files_of(content))
        if inner(said.source, "content").get("msgtype") == "m.notice" and calls_itself_bot(
            said.source["sender"]
        ):
            return []
        if relation.replaces:
            return await self._edited(said, body, relation.replaces)
        return await self._new(said, body, relation)

    async def _edited(self, said: _Said, body: Body, replaced: str) -> list[Arrival]:
        original = await self._recent.find(said.view.id, replaced)
        if original is None or original.sender != said.source["sender"]:
            # Not the author's own: clients do not show it as an edit, and it must not pass for one here.
            return self._posted(said, body, Relation())
        if said.view.private():
            return []
        # What takes a placeholder's place is no edit: it is the message itself.
        first = bool(said.view.bridges) and placeholder_of(original.content) is not None
        return self._posted(said, body, Relation(thread=original.thread), edits=replaced, first=first)

    async def _new(self, said: _Said, body: Body, relation: Relation) -> list[Arrival]:
        reply_text = None
        reply_files: tuple[Attachment, ...] = ()
        if relation.reply_to:
            original = await self._recent.find(said.view.id, relation.reply_to)
            if original is not None:
                reply_text, reply_files = original.text, files_of(original.content)
            body = _unquoted(body, reply_text)
            if original is not None and original.sender == said.view.own and said.view.private():
                data = pressed(original.content, body.text)
                if data is not None:
                    return [_press(said, relation.reply_to, data)]
        command = _command(body.text)
        if command is None and said.view.private():
            command = ("", body.text)
        if command is None or (body.caption and not said.view.private()):
            return self._posted(said, body, relation, reply_text=reply_text)
        name, argument = command
        given = CommandGiven(
            said.view.place(relation.thread),
            MessageId(said.event),
            said.sender,
            moment(said.source),
            name,
            argument,
            MessageId(relation.reply_to) if relation.reply_to else None,
            reply_text,
            forwarded=is_forward(said.source.get("content")),
            files=body.files,
            reply_files=reply_files,
        )
        return [Arrival(said.event, given)]

    def _posted(
        self,
        said: _Said,
        body: Body,
        relation: Relation,
        *,
        edits: str | None = None,
        first: bool = False,
        reply_text: str | None = None,
    ) -> list[Arrival]:
        view = said.view
        if view.private():
            return []
        message = edits or said.event
        posted = MessagePosted(
            view.place(relation.thread),
            MessageId(message),
            said.sender,
            moment(said.source),
            body.text,
            part="caption" if body.caption else "text",
            forwarded=said.forwarded or is_forward(said.source.get("content")),
            edited=edits is not None and not first,
            reply_to=MessageId(relation.reply_to) if relation.reply_to else None,
            reply_text=reply_text,
            attachments=body.attachments,
            files=body.files,
            link=link(view, message),
            other_text="\n".join(body.others) or None,
        )
        return [Arrival(said.event, posted)]

    async def _reaction(self, said: _Said, reacts_to: str, emoji: object) -> list[Arrival]:
        private = said.view.private()
        # In a group every reaction to anything passes here: only those that may say "I have read" are looked into.
        if said.sender.standing is Standing.BOT or not (private or agrees(emoji)):
            return []
        notice = await self._recent.find(said.view.id, reacts_to)
        if notice is None or notice.sender != said.view.own:
            return []
        data = pressed(notice.content, emoji)
        if data is None or not (private or is_group_button(data)):
            return []
        return [_press(said, reacts_to, data)]


def recent_of(user: str, content: dict[str, Any]) -> Recent:
    """What is remembered of an event."""
    body = body_of(content)
    text = without_quote(body.text)[0] if body is not None else ""
    return Recent(user, content, relation_of(content).thread, text)


def link(view: RoomView, event: str) -> str:
    """The address of a message, for every client."""
    server = view.own.partition(":")[2]
    return f"https://matrix.to/#/{view.id}/{event}?via={server}"


def _press(said: _Said, notice: str, data: str) -> Arrival:
    place, at = said.view.place(), moment(said.source)
    return Arrival(said.event, ButtonPressed(place, MessageId(notice), said.sender, at, data, said.event))


def _unquoted(body: Body, original: str | None) -> Body:
    """A reply's own words. The quotation is taken off only where it really is one of what is answered."""
    rest, quote = without_quote(body.text)
    if not quote or original is None:
        return body
    quoted = quote.strip()
    genuine = quoted in original or same_words(quoted, original) or _begins(original, quoted)
    return Body(rest, body.others, body.caption, body.attachments, body.files) if genuine else body


def _begins(original: str, quoted: str) -> bool:
    """Whether a shortened quotation (it ends in …) begins like the original."""
    start = quoted.rstrip("….").strip()
    return len(start) >= _SHORTEST_QUOTE and original.startswith(start)


def _command(text: str) -> tuple[str, str] | None:
    """`!para6 digest week` as ("digest", "week"), `/digest week` too; the prefix alone asks for help."""
    first, _, rest = text.strip().partition(" ")
    if first.startswith("/") and first[1:].casefold() in COMMANDS:
        return first[1:].casefold(), rest.strip()
    if first.casefold() != PREFIX:
        return None
    name, _, argument = rest.strip().partition(" ")
    return name.casefold() or "help", argument.strip()
