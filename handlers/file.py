"""The files of a message, acted upon like its words once they are read; and those that somebody has checked."""

from dataclasses import replace
from datetime import datetime

from handlers.covering import covering
from handlers.decision import Decision, decide
from handlers.desk import Desk, known_room
from handlers.events import FileRead, MessagePosted
from handlers.lesson import as_taught
from handlers.message import Case, act
from handlers.permit_paper import paper_read
from handlers.ports import Transaction
from handlers.published import covered, left, register_file
from handlers.records import JudgedMessage, Notice, Send
from handlers.wording import clause_line, spoken_language, unread_notice

_WEIGHT = ("unjudged", "clear", "note", "warn")


async def on_file_read(transaction: Transaction, desk: Desk, event: FileRead) -> None:
    """What a reading comes to, by what it was ordered for."""
    match event.order.purpose:
        case "judge":
            await _judged(transaction, desk, event)
        case "check":
            await _checked(transaction, desk, event)
        case "publish":
            await register_file(transaction, desk, event)
        case "permit":
            await paper_read(transaction, desk, event)


async def _judged(transaction: Transaction, desk: Desk, event: FileRead) -> None:
    order, now = event.order, desk.clock.now()
    room = await known_room(transaction, desk, order.place)
    await _keep_gap(transaction, event, now)
    verdict, likeness = event.verdict, event.likeness
    if verdict is None or likeness is None or not verdict.findings:
        return
    paper = await covered(transaction, order.place.room, likeness)
    if paper is not None:
        verdict = left(verdict, paper, likeness)
        facts = {"message": order.message, "content": likeness.content, "published": paper.id}
        await transaction.journal(order.place.room, "published_seen", now, facts)
        if not verdict.findings:
            return
    verdict = await as_taught(transaction, desk, order.place.room, order.message, event.text, verdict)
    before = await transaction.judged(order.place.room, order.message)
    posted = MessagePosted(
        order.place,
        order.message,
        order.sender,
        order.sent_at,
        event.text,
        part="file",
        forwarded=order.forwarded,
        album=order.album,
        link=order.link,
    )
    case = Case(posted, room, likeness.content, before, order.file.name, order.said)
    decision = decide(room, verdict, await covering(transaction, posted, verdict, now))
    warned_as = await act(transaction, desk, case, verdict, decision)
    await transaction.save_judged(_raised(transaction, case, now, decision, warned_as))


def _raised(
    transaction: Transaction, case: Case, now: datetime, decision: Decision, warned_as: str | None
) -> JudgedMessage:
    """The message's record with the graver of both verdicts: of its words, and of its file."""
    event, before = case.event, case.before
    if before is None:  # forgotten meanwhile: its words are not known any more
        before = JudgedMessage(
            event.place.room,
            event.message,
            event.sender.id,
            event.sent_at,
            now,
            transaction.content_digest(case.said),
            "clear",
            event.place.thread,
            event.album,
        )
    graver = max(before.verdict, decision.action, key=_WEIGHT.index)
    return replace(before, verdict=graver, warned_as=warned_as or before.warned_as)


async def _keep_gap(transaction: Transaction, event: FileRead, now: datetime) -> None:
    """What was not read of a file is on record; read after all, it is mended."""
    order, room = event.order, event.order.place.room
    open_before = await transaction.mend_gap(room, order.message, now, file=order.file.unique)
    if not event.gap:
        if open_before:
            await transaction.journal(room, "gap_mended", now, {"message": order.message})
        return
    await transaction.add_gap(room, event.gap, at=now, message=order.message, count=1, file=order.file.unique)
    facts = {"reason": event.gap, "message": order.message, "count": 1}
    await transaction.journal(room, "gap", now, facts)


async def _checked(transaction: Transaction, desk: Desk, event: FileRead) -> None:
    """Answer who sent a file in private; nothing of it is kept."""
    if event.again:
        return
    order, verdict = event.order, event.verdict
    language = spoken_language(order.said, desk.language)
    if verdict is None:
        notice = unread_notice(event.gap, language)
    elif event.likeness is not None and await covered(transaction, None, event.likeness) is not None:
        notice = Notice("check.file_published", language)
    else:
        lines = tuple(clause_line(finding, language) for finding in verdict.findings)
        if event.gap:
            lines = (*lines, unread_notice(event.gap, language))
        notice = Notice(f"check.file_{verdict.action}", language, {}, lines)
    await transaction.order(Send(f"answer:{order.key}", notice, room=order.place.room))
