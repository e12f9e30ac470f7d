"""A message or its next revision: judged, kept where something was found, warned about, and the admins alerted."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from handlers.alert import raise_alert
from handlers.covering import covering
from handlers.decision import Decision, decide, treatments
from handlers.desk import Desk, known_room, platform_of
from handlers.events import MessagePosted, ReadFile, Standing
from handlers.forward import passed_on
from handlers.lesson import as_taught
from handlers.ports import Transaction
from handlers.published import without_published
from handlers.records import (
    AlertId,
    Button,
    Buttons,
    EditSent,
    FindingState,
    JudgedMessage,
    KeptFinding,
    Notice,
    Priority,
    Remove,
    Room,
    Send,
    Warned,
)
from handlers.wording import clause_line, language_for
from policies.message import Context, Message
from policies.verdict import Finding, Verdict

LONGEST_BYTES = 64 * 1024

# CONTRACT: three warnings in ten minutes, then the last one is edited to say how many.
_WARNINGS = 3
_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Case:
    """A message with its room and what was said of it before.

    With `part` "file" the event's text is what was found in the file `file`, and `said` the words beside it.
    """

    event: MessagePosted
    room: Room
    digest: str
    before: JudgedMessage | None
    file: str = field(default="", repr=False)
    said: str = field(default="", repr=False)

    @property
    def of_file(self) -> bool:
        """Whether it is a file's words that were judged."""
        return self.event.part == "file"


async def on_message(transaction: Transaction, desk: Desk, event: MessagePosted) -> None:
    """Judge one revision once: a redelivery or an edit that changed nothing has no effect."""
    room = await known_room(transaction, desk, event.place)
    content = event.text if event.other_text is None else f"{event.text}\n{event.other_text}"
    digest = transaction.content_digest(content)
    before = await transaction.judged(event.place.room, event.message)
    if event.sender.standing is Standing.BOT:
        return
    await order_readings(transaction, event)  # first: an edit may bring another file under the same words
    if before is not None and before.digest == digest:
        return
    if await passed_on(transaction, desk, event):
        event = replace(event, forwarded=True)
    case = Case(event, room, digest, before)
    unread = event.attachments - len(event.files)
    if unread > 0 and not event.edited:
        await _gap(transaction, desk, case, "attachment", unread)
    if len(content.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        await _gap(transaction, desk, case, "too_long", 1)
        await transaction.save_judged(_judged(desk, case, "unjudged", None))
        return
    if await transaction.mend_gap(event.place.room, event.message, desk.clock.now()):
        await transaction.journal(
            event.place.room, "gap_mended", desk.clock.now(), {"message": event.message}
        )
    verdict = _judge(desk, case)
    if verdict.findings:
        verdict = await without_published(transaction, desk, event, verdict)
        verdict = await as_taught(transaction, desk, event.place.room, event.message, event.text, verdict)
    desk.threads.remember(event.place.room, event.place.thread, event.message, event.text)
    warned_as = before.warned_as if before is not None else None
    decision = decide(room, verdict, await covering(transaction, event, verdict, desk.clock.now()))
    if verdict.findings:
        warned_as = await act(transaction, desk, case, verdict, decision) or warned_as
    await transaction.save_judged(_judged(desk, case, decision.action, warned_as))


async def order_readings(transaction: Transaction, event: MessagePosted) -> None:
    """Have the files of a message read. The same file under the same message is read once."""
    room = event.place.room
    for file in event.files:
        await transaction.read_file(
            ReadFile(
                f"file:{room}|{event.message}|{file.unique}",
                event.place,
                event.message,
                event.sender,
                event.sent_at,
                file,
                said=event.text,
                forwarded=event.forwarded,
                album=event.album,
                link=event.link,
            )
        )


def _judge(desk: Desk, case: Case) -> Verdict:
    """The verdict on what members can see: the text, and the other body where there is one."""
    event = case.event
    thread = desk.threads.before(event.place.room, event.place.thread)
    if event.reply_text and event.reply_text not in thread:
        thread = (*thread, event.reply_text)
    sent_on = event.sent_at.date()
    verdict = desk.judge.judge(Message(event.text, event.forwarded, sent_on), Context(thread))
    if event.other_text:
        other = desk.judge.judge(Message(event.other_text, event.forwarded, sent_on), Context(thread))
        seen = {finding.clause for finding in verdict.findings}
        # Spans of the other body mean nothing in the text that is kept: such a finding points at its beginning.
        added = tuple(
            Finding(f.clause, f.action, f.score, 0, 0, f.cite, f.reason)
            for f in other.findings
            if f.clause not in seen
        )
        verdict = Verdict((*verdict.findings, *added), verdict.pack, verdict.model)
    return verdict


async def act(
    transaction: Transaction, desk: Desk, case: Case, verdict: Verdict, decision: Decision
) -> str | None:
    """Keep the findings, warn and alert as was decided; the warning's key, if one was said."""
    event, room = case.event, case.room
    now = desk.clock.now()
    album_done = bool(event.album) and await transaction.album_warned(event.place.room, event.album or "")
    # A file and the words beside it are one message to who sent it; to his admin they are two findings.
    warned_of = case.before.warned_as if case.of_file and case.before is not None else None
    alert: AlertId | None = None
    if decision.told and not album_done:
        alert = await transaction.add_alert(
            event.place.room, event.message, event.sender.id, at=now, rehearsed=decision.rehearsed
        )
    for finding in decision.kept:
        of_alert = alert if finding in decision.told else None
        kept = _kept(case, verdict, finding, of_alert, desk)
        permission = decision.covered.get(finding.clause)
        if permission is not None:
            kept = replace(kept, state=FindingState.COVERED, permission=permission)
        await transaction.add_finding(kept)
    otherwise = treatments(room, verdict)
    await transaction.journal(
        event.place.room,
        "findings",
        now,
        {
            **({"part": "file"} if case.of_file else {}),
            **({"treated": otherwise} if otherwise else {}),
            **({"covered": dict(decision.covered)} if decision.covered else {}),
            "message": event.message,
            "member": event.sender.id,
            "content": case.digest,
            "pack": verdict.pack,
            "model": verdict.model,
            "mode": room.mode.value,
            "edited": event.edited,
            "found": [[f.clause, f.action.value, round(f.score, 3)] for f in verdict.findings],
        },
    )
    if decision.removes:
        await transaction.order(
            Remove(f"remove:{event.place.room}|{event.message}", event.place.room, event.message)
        )
    if not decision.told or album_done:
        return None
    key = warned_of
    if decision.said and warned_of is None:
        key = await _warn(transaction, desk, case, decision, alert)
    if alert is not None:
        await raise_alert(transaction, desk, room, alert)
    return key


async def _warn(
    transaction: Transaction, desk: Desk, case: Case, decision: Decision, alert: AlertId | None
) -> str:
    """One courteous warning, or one more on the last."""
    event, room = case.event, case.room
    now = desk.clock.now()
    language = language_for(case.said if case.of_file else event.text, room)
    lines = tuple(clause_line(finding, language) for finding in decision.said)
    buttons: Buttons = ()
    match platform_of(room.id):
        case "telegram" if alert is not None:
            buttons = ((Button("button.appeal", f"appeal:{alert}"),),)
        case "matrix":  # where an emoji under each warning would be the bot's noise in the group
            lines = (*lines, Notice("warning.appeal", language))
    recent = await transaction.warnings_since(event.place.room, event.sender.id, now - _WINDOW)
    if len(recent) >= _WARNINGS:
        last = recent[-1]
        times = sum(one.times for one in recent[:-1]) + await transaction.count_on_warning(last.key, now)
        prefix = f"recount:{last.key}|"
        await transaction.cancel_unsent(prefix)
        notice = Notice("warning.repeated", language, {"member": event.sender.name, "times": times}, lines)
        await transaction.order(
            EditSent(f"{prefix}{times}", last.key, notice, buttons, priority=Priority.WARNING)
        )
        return last.key
    key = f"warning:{event.place.room}|{event.message}|{case.digest[:12]}"
    said = "warning.removed" if decision.removes else "warning.file" if case.of_file else "warning.member"
    notice = Notice(said, language, {"member": event.sender.name}, lines)
    await transaction.order(
        Send(
            key,
            notice,
            room=event.place.room,
            reply_to=None if decision.removes else event.message,
            thread=event.place.thread,
            buttons=buttons,
            priority=Priority.WARNING,
        )
    )
    await transaction.add_warning(Warned(event.place.room, event.sender.id, now, key))
    return key


async def _gap(transaction: Transaction, desk: Desk, case: Case, reason: str, count: int) -> None:
    event, now = case.event, desk.clock.now()
    await transaction.add_gap(event.place.room, reason, at=now, message=None, count=count)
    await transaction.journal(
        event.place.room, "gap", now, {"reason": reason, "message": event.message, "count": count}
    )


def _judged(desk: Desk, case: Case, verdict: str, warned_as: str | None) -> JudgedMessage:
    event = case.event
    return JudgedMessage(
        room=event.place.room,
        message=event.message,
        sender=event.sender.id,
        sent_at=event.sent_at,
        judged_at=desk.clock.now(),
        digest=case.digest,
        verdict=verdict,  # type: ignore[arg-type] # Verdict.action and "unjudged" are just these words
        thread=event.place.thread,
        album=event.album,
        warned_as=warned_as,
    )


def _kept(case: Case, verdict: Verdict, finding: Finding, alert: AlertId | None, desk: Desk) -> KeptFinding:
    event = case.event
    return KeptFinding(
        room=event.place.room,
        message=event.message,
        member=event.sender.id,
        member_name=event.sender.name,
        clause=finding.clause,
        action=finding.action.value,
        score=finding.score,
        start=finding.start,
        end=finding.end,
        cite=finding.cite,
        reason=finding.reason,
        text=event.text,
        sent_at=event.sent_at,
        found_at=desk.clock.now(),
        pack=verdict.pack,
        model=verdict.model,
        part=event.part,
        link=event.link,
        file=case.file,
        alert=alert,
    )
