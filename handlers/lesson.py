"""False alarms teach: the wording is no more than noted from then on, for that clause, in that room.

For this, keyed marks are kept and no word. Only where the admins chose that the room learns is the text kept too, sealed, as a
labelled example (`para6 lessons`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from handlers.contested import Lesson
from handlers.desk import Desk
from handlers.events import MessageId, RoomId
from handlers.ports import Transaction
from handlers.records import KeptFinding, Room
from policies.verdict import Action, Verdict


async def learn(
    transaction: Transaction,
    desk: Desk,
    room: Room,
    findings: Sequence[KeptFinding],
    source: Literal["admin", "appeal"],
) -> None:
    """Keep what was called a false alarm. Of a text that was erased meanwhile nothing can be learnt."""
    now = desk.clock.now()
    for finding in findings:
        digest, mark = transaction.wording(finding.text)
        if not digest or finding.action != Action.WARN:
            continue
        text = finding.text if room.settings.learns else None
        lesson = Lesson(
            finding.room,
            finding.message,
            finding.member,
            finding.clause,
            finding.reason,
            digest,
            mark,
            now,
            source,
            text,
        )
        if await transaction.add_lesson(lesson):
            facts = {"message": finding.message, "clause": finding.clause, "text_kept": text is not None}
            await transaction.journal(room.id, "lesson_learnt", now, facts)


async def as_taught(
    transaction: Transaction, desk: Desk, room: RoomId, message: MessageId, text: str, verdict: Verdict
) -> Verdict:
    """The verdict with what the room's admins have called a false alarm only noted."""
    if verdict.action != "warn":
        return verdict
    learnt = set(await transaction.learnt(room, text))
    if not learnt:
        return verdict
    quiet = [
        finding
        for finding in verdict.findings
        if finding.action is Action.WARN
        and not learnt.isdisjoint({(finding.clause, ""), (finding.clause, finding.reason)})
    ]
    if not quiet:
        return verdict
    facts = {"message": message, "clauses": [finding.clause for finding in quiet]}
    await transaction.journal(room, "lesson_applied", desk.clock.now(), facts)
    findings = tuple(
        replace(finding, action=Action.NOTE) if finding in quiet else finding for finding in verdict.findings
    )
    return Verdict(findings, verdict.pack, verdict.model)
