"""Telegram's updates as neutral events. Pure: an update in, its events out.

An update that cannot be understood becomes a coverage gap where its room is known, and is counted in any case; it
never stops what comes after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram.constants import UpdateType

from bot.adapter import Arrival
from bot.metrics import EVENTS_UNJUDGED
from bot.platforms.telegram.content import COMMAND, Content, answered, answered_files, content_of
from bot.platforms.telegram.fields import (
    Json,
    Malformed,
    need_instant,
    need_table,
    need_whole,
    need_words,
    table,
    tables,
    whole,
    words,
)
from bot.platforms.telegram.files import files_of
from bot.platforms.telegram.people import (
    message_of,
    place_of,
    room_id,
    sender_of,
    standing_of,
    user,
)
from bot.platforms.telegram.rights import missing_rights
from handlers.dispatch import COMMANDS
from handlers.events import (
    EVENT,
    BotChanged,
    ButtonPressed,
    CommandGiven,
    Event,
    GapSeen,
    Member,
    MemberChanged,
    MessageId,
    MessagePosted,
    Place,
    PrivateOpened,
    RoomMoved,
    RoomRenamed,
    Standing,
)

log = structlog.get_logger()

# What we ask Telegram for; `chat_member` comes only when asked for.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself. `sees_all`: privacy mode is off, so that it reads groups without being an admin."""

    id: int
    username: str
    sees_all: bool


def arrivals_of(update: Any, me: Me) -> list[Arrival]:
    """The events of an update under its delivery key; of one that cannot be understood, its gap. Raises nothing."""
    number = update_number(update)
    try:
        events = _events(update, me)
        for event in events:
            EVENT.dump_json(
                event
            )  # what cannot be stored must be found here, where it costs one message only
    except Exception as error:  # noqa: BLE001 - one broken update must not stop those behind it; it becomes a gap
        EVENTS_UNJUDGED.labels(reason="malformed").inc()
        log.warning("update not understood", update=number, error=type(error).__name__)
        events = _gap(update)
    return [Arrival(_key(event, number, place), event) for place, event in enumerate(events)]


def update_number(update: Any) -> int | None:
    """The update's id, None when it has none."""
    return whole(update, "update_id") if isinstance(update, dict) else None


def _key(event: Event, number: int | None, place: int) -> str:
    if isinstance(event, RoomMoved):
        return f"moved:{event.place.room}"  # told by both chats, and by a failed send: taken once
    return f"update:{number}" if place == 0 else f"update:{number}:{place}"


def _gap(update: Any) -> list[Event]:
    """The gap that a broken update leaves in its room, if that is known."""
    if not isinstance(update, dict):
        return []
    for name in update:
        inner = table(update, name)
        chat = whole(table(inner, "chat"), "id") or whole(table(table(inner, "message"), "chat"), "id")
        if chat is not None and -(2**63) <= chat < 0:
            title = words(table(inner, "chat"), "title")
            number = whole(inner, "message_id")
            message = MessageId(str(number)) if number is not None else None
            return [GapSeen(Place(room_id(chat), title=title), "malformed", datetime.now(UTC), message)]
    return []


def _events(update: Json, me: Me) -> list[Event]:
    if not isinstance(update, dict):
        raise Malformed("update")
    need_whole(update, "update_id")
    for kind in KINDS:
        if kind in update:
            return _READERS[kind](need_table(update, kind), me)
    if any(name not in _KNOWN for name in update):
        raise Malformed("kind")
    return []


# -- messages


def _message(message: Json, me: Me, *, edited: bool = False) -> list[Event]:
    chat = need_table(message, "chat")
    kind = need_words(chat, "type")
    if kind == "private":
        return _private(message, edited=edited)
    if kind not in {"group", "supergroup"}:
        return []
    place, at = place_of(message), need_instant(message, "date")
    content = content_of(message)
    if content.service:
        if not content.known:
            raise Malformed("content")
        return _service(message, place, at, me)
    posted = _posted(message, place, content, edited=edited)
    command = COMMAND.fullmatch(content.text) if content.part == "text" and not edited else None
    if command is None or not _is_ours(command["name"], command["bot"], me):
        return [posted]
    given = _command(message, place, posted.sender, command["name"], command["rest"])
    events: list[Event] = []
    if posted.sender.standing is Standing.ANONYMOUS_ADMIN:
        # Telegram vouches for him as an admin; he is listed before his command is looked at.
        events.append(MemberChanged(place, posted.sender, at))
    events.append(given)
    if len(given.argument.split()) > 1:
        events.append(posted)  # everybody read what stands behind the command
    return events


def _posted(message: Json, place: Place, content: Content, *, edited: bool) -> MessagePosted:
    reply_to, reply_text = answered(message)
    return MessagePosted(
        place=place,
        message=message_of(message),
        sender=sender_of(message),
        sent_at=need_instant(message, "date"),
        text=content.text,
        part=content.part,
        forwarded=_forwarded(message),
        edited=edited,
        reply_to=MessageId(reply_to) if reply_to else None,
        reply_text=reply_text,
        album=words(message, "media_group_id") or None,
        attachments=content.attachments,
        files=content.files,
        link=_link(message),
        other_text=content.other,
    )


def _forwarded(message: Json) -> bool:
    """Whether somebody passed it on; a linked channel's own post comes as a forward and is none."""
    automatic = message.get("is_automatic_forward") is True
    return ("forward_origin" in message or "forward_date" in message) and not automatic


def _edited(message: Json, me: Me) -> list[Event]:
    return _message(message, me, edited=True)


def _private(message: Json, *, edited: bool) -> list[Event]:
    """What somebody writes to us: a command, or a draft to be checked, again when it was edited."""
    content = content_of(message)
    sender = sender_of(message)
    if content.service or sender.standing is not Standing.MEMBER:
        return []
    place = place_of(message)
    command = COMMAND.fullmatch(content.text)  # in a caption too: the file is then what the command is about
    if command is None:
        drafted = "\n".join(filter(None, (content.text, content.other)))
        return [_command(message, place, sender, "", drafted)]
    if edited:
        return []  # a command is obeyed once
    given = _command(message, place, sender, command["name"], command["rest"])
    if given.name == "start":
        return [PrivateOpened(place, sender, given.at), given]
    return [given]


def _command(message: Json, place: Place, sender: Member, name: str, argument: str) -> CommandGiven:
    reply_to, reply_text = answered(message)
    return CommandGiven(
        place=place,
        message=message_of(message),
        sender=sender,
        at=need_instant(message, "date"),
        name=name.lower(),
        argument=argument.strip() if name else argument,
        reply_to=MessageId(reply_to) if reply_to else None,
        reply_text=reply_text,
        forwarded=_forwarded(message),
        files=files_of(message),
        reply_files=answered_files(message),
    )


def _is_ours(name: str, bot: str | None, me: Me) -> bool:
    """Whether a command in a group is for us; all others are words that members read."""
    return name.lower() in COMMANDS and (bot is None or bot.lower() == me.username.lower())


def _service(message: Json, place: Place, at: datetime, me: Me) -> list[Event]:
    """People coming and going, a new title, a move: said by Telegram itself."""
    if "migrate_to_chat_id" in message:
        return [RoomMoved(place, room_id(need_whole(message, "migrate_to_chat_id")), at)]
    if "migrate_from_chat_id" in message:
        old = Place(room_id(need_whole(message, "migrate_from_chat_id")), title=place.title)
        return [RoomMoved(old, place.room, at)]
    if "new_chat_title" in message:
        return [RoomRenamed(place, at)]
    joined = [user(one) for one in tables(message, "new_chat_members") if whole(one, "id") != me.id]
    left = table(message, "left_chat_member")
    if left and whole(left, "id") != me.id:
        joined.append(user(left, Standing.LEFT))
    return [MemberChanged(place, one, at) for one in joined if one.standing is not Standing.BOT]


def _link(message: Json) -> str | None:
    """The message's address, which only supergroups have."""
    chat = table(message, "chat")
    if chat.get("type") != "supergroup":
        return None
    number = str(chat.get("id"))
    base = words(chat, "username") or f"c/{number.removeprefix('-100')}"
    thread = whole(message, "message_thread_id") if message.get("is_topic_message") is True else None
    path = f"{thread}/{message.get('message_id')}" if thread else str(message.get("message_id"))
    return f"https://t.me/{base}/{path}"


# -- buttons, people, rights


def _pressed(query: Json, _me: Me) -> list[Event]:
    """A button of ours. One under an inline message has no chat and is none of ours."""
    if "message" not in query:
        return []
    message = need_table(query, "message")
    return [
        ButtonPressed(
            place=place_of(message),
            message=message_of(message),
            sender=user(need_table(query, "from")),
            at=datetime.now(UTC),
            data=words(query, "data"),
            press=need_words(query, "id"),
        )
    ]


def _member_changed(change: Json, _me: Me) -> list[Event]:
    """Somebody joined, left, became or ceased to be an admin; other changes of his rights are nothing to us."""
    place, at = place_of(change), need_instant(change, "date")
    new = need_table(change, "new_chat_member")
    before, now = standing_of(need_table(change, "old_chat_member")), standing_of(new)
    member = user(need_table(new, "user"), now)
    if place.private or before is now or member.standing is Standing.BOT:
        return []
    return [MemberChanged(place, member, at)]


def _bot_changed(change: Json, me: Me) -> list[Event]:
    """We were added, removed, given other rights; in private: started, blocked."""
    chat = need_table(change, "chat")
    place, at = place_of(change), need_instant(change, "date")
    new = need_table(change, "new_chat_member")
    present = standing_of(new) is not Standing.LEFT
    by = user(need_table(change, "from"))
    if place.private:
        return [PrivateOpened(place, by, at, open=present)]
    if need_words(chat, "type") == "channel":
        return []
    return [BotChanged(place, present, at, by, missing_rights(new, sees_all=me.sees_all) if present else ())]


_READERS: dict[str, Callable[[Json, Me], list[Event]]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "my_chat_member": _bot_changed,
    "chat_member": _member_changed,
}

# Kinds that Telegram has and that we did not ask for; anything else is not understood.
_KNOWN = {"update_id", *(str(kind) for kind in UpdateType)}
