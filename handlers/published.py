"""Published papers: registered by an admin for his rooms (or by the operator for all), and known again in any form.

What is the registered one, byte for byte, stays quiet. What only looks or reads like it stays quiet about what an
unpublished paper alone can break and about what was found in the registered one: a line that somebody added to a
notification is judged like any other.
"""

from collections.abc import Sequence

from handlers.desk import Desk, local_time
from handlers.digest import reply
from handlers.events import (
    CommandGiven,
    FileRead,
    Likeness,
    MemberId,
    MessagePosted,
    Place,
    ReadFile,
    RoomId,
)
from handlers.forward import SHORTEST
from handlers.ports import Transaction
from handlers.records import Notice, Published, PublishedId, Room, Send
from handlers.wording import unread_notice
from policies.message import Message
from policies.papers.likeness import is_same_paper
from policies.verdict import Verdict

# Clauses that published material cannot break.
_FREED = frozenset({"disclosure", "unauthentic", "security"})
_LISTED = 30
_WITHDRAW = frozenset({"withdraw", "remove"})


def is_like(known: Likeness, new: Likeness) -> bool:
    """Whether a paper is a registered one, by its bytes or by what it says and how it looks."""
    if known.content == new.content:
        return True
    return known.paper is not None and new.paper is not None and is_same_paper(known.paper, new.paper)


async def covered(transaction: Transaction, room: RoomId | None, likeness: Likeness) -> Published | None:
    """The registered paper that this one is, or else is like: of a room (None: of any), or the operator's."""
    found = [one for one in await transaction.published(room) if is_like(one.likeness, likeness)]
    same = [one for one in found if one.likeness.content == likeness.content]
    return next(iter(same or found), None)


def left(verdict: Verdict, paper: Published, likeness: Likeness) -> Verdict:
    """What is still to be said of a paper that is like a registered one."""
    if paper.likeness.content == likeness.content:
        return Verdict((), verdict.pack, verdict.model)
    quiet = _FREED | set(paper.clauses)
    loud = tuple(finding for finding in verdict.findings if finding.clause not in quiet)
    return Verdict(loud, verdict.pack, verdict.model)


async def without_published(
    transaction: Transaction, desk: Desk, event: MessagePosted, verdict: Verdict
) -> Verdict:
    """The verdict on a message without what is said of a text that was registered."""
    if len(event.text) < SHORTEST or not await transaction.published(event.place.room):
        return verdict
    likeness = transaction.likeness(event.text)
    paper = await covered(transaction, event.place.room, likeness)
    if paper is None:
        return verdict
    facts = {"message": event.message, "content": likeness.content, "published": paper.id}
    await transaction.journal(event.place.room, "published_seen", desk.clock.now(), facts)
    return left(verdict, paper, likeness)


# -- the admin's command


async def on_published(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """`/published` as a reply to a paper registers it, alone it lists, `withdraw N` takes one back. Admins only."""
    rooms = await _rooms(transaction, event.sender.id, event.place)
    if not rooms:
        await reply(transaction, event, Notice("refused.admins_only", desk.language))
        return
    words = event.argument.split()
    if words and words[0].lower() in _WITHDRAW:
        await reply(transaction, event, await _withdrawn(transaction, desk, event, rooms, words[1:]))
        return
    files = event.reply_files or event.files
    for file in files:
        key = f"publish:{event.place.room}|{event.message}|{file.unique}"
        order = ReadFile(key, event.place, event.message, event.sender, event.at, file, purpose="publish")
        await transaction.read_file(order)
    if not files:
        notice = await (
            _list(transaction, rooms) if event.reply_text is None else _text(transaction, desk, event, rooms)
        )
        await reply(transaction, event, notice)


async def register_file(transaction: Transaction, desk: Desk, event: FileRead) -> None:
    """The paper that an admin replied to was read: it is registered, and he is told so."""
    order = event.order
    rooms = await _rooms(transaction, order.sender.id, order.place)
    if event.again or not rooms:
        return  # tried again; or he is an admin no more
    language = rooms[0].language
    if event.likeness is None or event.verdict is None:
        notice = unread_notice(event.gap, language)
    else:
        name = order.file.name
        notice = await _register(
            transaction, desk, rooms, order.sender.id, name, event.likeness, event.verdict
        )
    await transaction.order(
        Send(
            f"answer:{order.key}",
            notice,
            room=order.place.room,
            reply_to=None if order.place.private else order.message,
            thread=order.place.thread,
        )
    )


async def _rooms(transaction: Transaction, admin: MemberId, place: Place) -> list[Room]:
    """The rooms that an admin speaks for: in private all of his, in a group that one."""
    rooms = await transaction.rooms_of(admin)
    return [room for room in rooms if place.private or room.id == place.room]


async def _text(transaction: Transaction, desk: Desk, event: CommandGiven, rooms: Sequence[Room]) -> Notice:
    text = event.reply_text or ""
    if len(text) < SHORTEST:
        return Notice("published.too_short", rooms[0].language)
    verdict = desk.judge.judge(Message(text, sent_on=event.at.date()))
    likeness = transaction.likeness(text)
    return await _register(transaction, desk, rooms, event.sender.id, "", likeness, verdict)


async def _register(
    transaction: Transaction,
    desk: Desk,
    rooms: Sequence[Room],
    by: MemberId,
    name: str,
    likeness: Likeness,
    verdict: Verdict,
) -> Notice:
    """Keep a paper for each of the rooms that do not have it yet."""
    now = desk.clock.now()
    clauses = tuple(sorted({finding.clause for finding in verdict.findings}))
    added = False
    for room in rooms:
        kept = await transaction.published(room.id)
        if any(one.likeness.content == likeness.content for one in kept):
            continue
        number = await transaction.add_published(Published(room.id, name, likeness, now, by, clauses))
        facts = {"published": number, "content": likeness.content, "by": by}
        await transaction.journal(room.id, "published_registered", now, facts)
        added = True
    return Notice("published.registered" if added else "published.already", rooms[0].language)


async def _withdrawn(
    transaction: Transaction, desk: Desk, event: CommandGiven, rooms: Sequence[Room], words: Sequence[str]
) -> Notice:
    number = words[0].lstrip("#") if words else ""
    wanted = PublishedId(int(number)) if number.isdecimal() and len(number) < 10 else None
    for room in rooms:
        kept = [one for one in await transaction.published(room.id) if one.room == room.id]
        if wanted is not None and any(one.id == wanted for one in kept):
            await transaction.withdraw_published(wanted)
            facts = {"published": wanted, "by": event.sender.id}
            await transaction.journal(room.id, "published_withdrawn", desk.clock.now(), facts)
            return Notice("published.withdrawn", room.language)
    return Notice("published.unknown", rooms[0].language)


async def _list(transaction: Transaction, rooms: Sequence[Room]) -> Notice:
    """What is registered, the newest last, each with the number that withdraws it."""
    language = rooms[0].language
    lines: dict[PublishedId, Notice] = {}
    for room in rooms:
        for one in await transaction.published(room.id):
            if one.id is not None:
                kind = "line" if one.name else "line_text"
                key = f"published.{kind}" if one.room else "published.line_operator"
                fields: dict[str, str | int] = {
                    "number": one.id,
                    "time": local_time(one.at),
                    "name": one.name,
                    "room": room.title,
                }
                lines[one.id] = Notice(key, language, fields)
    shown = tuple(lines[number] for number in sorted(lines)[-_LISTED:])
    if not shown:
        return Notice("published.none", language)
    return Notice("published.list", language, {"n": len(lines)}, shown)
