"""Which handler an event goes to: the table of everything that can happen."""

from collections.abc import Awaitable, Callable
from typing import Any

from handlers.acknowledge import on_members_listed, on_people, on_read_button, on_read_command, on_spoken
from handlers.alert import answer, send_waiting
from handlers.alert_actions import on_alert_button, on_later, on_show
from handlers.appeal import on_appeal, on_appeal_button, on_appeal_decided
from handlers.check import on_check, on_why
from handlers.circulate import on_circulate, on_circulate_button, on_circulate_text
from handlers.desk import Desk, admin_of
from handlers.digest import reply
from handlers.digest_command import on_digest_button, on_digest_command
from handlers.events import (
    BotChanged,
    ButtonPressed,
    CommandGiven,
    Event,
    FileRead,
    GapSeen,
    LinkChanged,
    MemberChanged,
    MembersListed,
    MessageDeleted,
    MessagePosted,
    PrivateOpened,
    RoomMoved,
    RoomRenamed,
)
from handlers.file import on_file_read
from handlers.link import on_link_changed, on_sign_of_life
from handlers.message import on_message
from handlers.mydata import on_erase, on_mydata
from handlers.permit import on_permit, on_permit_button, on_permit_text
from handlers.permit_paper import on_paper_sent
from handlers.ports import Transaction
from handlers.published import on_published
from handlers.records import Notice
from handlers.reminder import order_waiting
from handlers.room import (
    on_bot_changed,
    on_gap_seen,
    on_member_changed,
    on_message_deleted,
    on_private_opened,
    on_room_moved,
    on_room_renamed,
)
from handlers.screens import SETTINGS, SETUP
from handlers.settings import on_settings, on_settings_button
from handlers.setup import offer_setup, on_screen_button, on_setup

ADMIN_COMMANDS = ("setup", "digest", "alerts", "permit", "circulate", "settings", "published")
MEMBER_COMMANDS = ("start", "help", "check", "why", "appeal", "mydata", "read")
COMMANDS = MEMBER_COMMANDS + ADMIN_COMMANDS


async def handle(transaction: Transaction, desk: Desk, event: Event) -> None:
    """Let the event's handler act, inside the transaction that completes the inbox entry."""
    await _HANDLERS[type(event)](transaction, desk, event)


async def _on_posted(transaction: Transaction, desk: Desk, event: MessagePosted) -> None:
    await on_sign_of_life(transaction, desk, event)
    await on_message(transaction, desk, event)
    await on_spoken(transaction, desk, event)


async def _on_member(transaction: Transaction, desk: Desk, event: MemberChanged) -> None:
    await on_member_changed(transaction, desk, event)
    await on_people(transaction, event)


async def on_command(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """A command, or a text in private, which is checked as a draft."""
    if event.place.private:
        await transaction.save_private_chat(event.sender.id, event.place.room)
    if not event.name and event.place.private:
        if not await _answers(transaction, desk, event):
            await on_check(transaction, desk, event)
        return
    if event.name in _COMMANDS:
        await _COMMANDS[event.name](transaction, desk, event)
    elif event.name in ADMIN_COMMANDS and not await transaction.rooms_of(event.sender.id):
        await reply(transaction, event, Notice("refused.admins_only", desk.language))
    elif event.name in COMMANDS:
        await reply(transaction, event, Notice("refused.not_yet", desk.language))
    elif event.place.private:
        await reply(transaction, event, Notice("refused.unknown", desk.language))


async def _answers(transaction: Transaction, desk: Desk, event: CommandGiven) -> bool:
    """Whether a text in private answers a question that we asked, or a file belongs to a permission."""
    return (
        await on_paper_sent(transaction, event)
        or await on_permit_text(transaction, desk, event)
        or await on_circulate_text(transaction, desk, event)
    )


async def _start(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    await reply(transaction, event, Notice("help.start", desk.language, {"days": desk.keep_days}))
    if event.place.private:
        await send_waiting(transaction, event.sender.id)
        await offer_setup(transaction, desk, event.sender.id)


async def _help(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    is_admin = bool(await transaction.rooms_of(event.sender.id))
    key = "help.admin" if is_admin and event.place.private else "help.member"
    await reply(transaction, event, Notice(key, desk.language))


async def _alerts(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    rooms = [
        room
        for room in await transaction.rooms_of(event.sender.id)
        if event.place.private or room.id == event.place.room
    ]
    if not rooms:
        await reply(transaction, event, Notice("refused.admins_only", desk.language))
        return
    waiting = {room.id: await transaction.open_alerts(room.id) for room in rooms}
    fields = {"n": sum(map(len, waiting.values()))}
    await reply(transaction, event, Notice("alerts.open", rooms[0].language, fields))
    if not event.place.private:
        return
    await send_waiting(transaction, event.sender.id)
    for room in rooms:
        admin = await admin_of(transaction, room.id, event.sender.id)
        if admin is not None and waiting[room.id]:
            key = f"answer:alerts|{room.id}|{event.place.room}|{event.message}"
            await order_waiting(transaction, room, waiting[room.id], admin, key)


_COMMANDS: dict[str, Callable[[Transaction, Desk, CommandGiven], Awaitable[None]]] = {
    "start": _start,
    "help": _help,
    "check": on_check,
    "why": on_why,
    "appeal": on_appeal,
    "mydata": on_mydata,
    "digest": on_digest_command,
    "settings": on_settings,
    "setup": on_setup,
    "alerts": _alerts,
    "published": on_published,
    "permit": on_permit,
    "circulate": on_circulate,
    "read": on_read_command,
}


async def on_button(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """A press: by what the button carries. Copied, stale or foreign data is refused in one line."""
    handler = _BUTTONS.get(event.data.partition(":")[0])
    try:
        if handler is not None:
            await handler(transaction, desk, event)
            return
    except (ValueError, KeyError):
        pass  # data that we never put on a button
    await answer(transaction, event, Notice("press.refused", desk.language))


_BUTTONS: dict[str, Callable[[Transaction, Desk, ButtonPressed], Awaitable[None]]] = {
    "ack": on_alert_button,
    "false": on_alert_button,
    "remove": on_alert_button,
    "covered": on_alert_button,
    "later": on_later,
    "show": on_show,
    "appeal": on_appeal_button,
    "uphold": on_appeal_decided,
    "overturn": on_appeal_decided,
    "erase": on_erase,
    "mode": on_settings_button,
    SETUP: on_screen_button,
    SETTINGS: on_screen_button,
    "digest": on_digest_button,
    "permit": on_permit_button,
    "circ": on_circulate_button,
    "read": on_read_button,
}

_HANDLERS: dict[type[Event], Callable[[Transaction, Desk, Any], Awaitable[None]]] = {
    MessagePosted: _on_posted,
    CommandGiven: on_command,
    ButtonPressed: on_button,
    MessageDeleted: on_message_deleted,
    MemberChanged: _on_member,
    MembersListed: on_members_listed,
    BotChanged: on_bot_changed,
    RoomMoved: on_room_moved,
    RoomRenamed: on_room_renamed,
    PrivateOpened: on_private_opened,
    GapSeen: on_gap_seen,
    LinkChanged: on_link_changed,
    FileRead: on_file_read,
}
