"""Notices about findings: which key, which fields, in which language. The sentences themselves are in `locale/`."""

from collections.abc import Sequence

from handlers.decision import treatment
from handlers.desk import local_time
from handlers.records import Alert, Button, Buttons, KeptFinding, Language, Notice, Room
from policies.text.manner import manner
from policies.verdict import Finding

_EXCERPT = 160

_BY_MANNER = {"en": Language.EN, "ur": Language.UR, "ru": Language.ROMAN}


def language_for(text: str, room: Room) -> Language:
    """The language of a warning: that of the message; mixed messages get the room's (CONTRACT)."""
    return spoken_language(text, room.language)


def spoken_language(text: str, default: Language) -> Language:
    """The language that a text is written in; the default for a mixed one, or none."""
    return _BY_MANNER.get(manner(text), default) if text.strip() else default


def clause_line(finding: Finding | KeptFinding, language: Language) -> Notice:
    """One clause with its citation and the reason found; no word of the message."""
    return Notice(
        "finding.line",
        language,
        {
            "clause_key": f"clause.{finding.clause}",
            "cite": finding.cite,
            "reason_key": f"reason.{finding.reason}",
        },
    )


def unread_notice(gap: str, language: Language) -> Notice:
    """Why a file could not be read, or not to its end, to who sent it; `gap` as in FileRead."""
    return Notice(f"unread.{gap.removeprefix('file_')}", language)


def excerpt(text: str, start: int, end: int) -> str:
    """At most 160 characters of a text around what was found, on one line."""
    if len(text) > _EXCERPT:
        margin = max(0, (_EXCERPT - (end - start)) // 2)
        first = max(0, min(start - margin, len(text) - _EXCERPT))
        cut = text[first : first + _EXCERPT]
        text = ("…" if first else "") + cut + ("…" if first + _EXCERPT < len(text) else "")
    return " ".join(text.split())


def alert_notice(room: Room, alert: Alert, findings: Sequence[KeptFinding], outcome: Notice | None) -> Notice:
    """The alert about one message; `outcome` says who acted, once somebody has."""
    first = findings[0]
    lines = tuple(clause_line(finding, room.language) for finding in findings)
    if first.part == "file":
        where = Notice(
            "alert.in_file" if first.file else "alert.in_picture", room.language, {"file": first.file}
        )
        lines = (where, *lines)
    key = "alert.rehearsed" if alert.rehearsed else "alert.raised"
    fields = {
        "room": room.title,
        "member": first.member_name or "—",  # erased at his wish, with the text
        "time": local_time(first.sent_at),
        "excerpt": excerpt(first.text, first.start, first.end),
        "link": first.link or "",
    }
    return Notice(key, room.language, fields, (*lines, outcome) if outcome else lines)


def alert_buttons(room: Room, alert: Alert, findings: Sequence[KeptFinding]) -> Buttons:
    """What an admin can do about an open alert; a rehearsed one also offers to switch warnings on."""
    removing = (Button("button.remove", f"remove:{alert.id}"),) if _may_remove(room, findings) else ()
    rows: Buttons = (
        (Button("button.acknowledge", f"ack:{alert.id}"), Button("button.false_alarm", f"false:{alert.id}")),
        (*removing, Button("button.covered", f"covered:{alert.id}")),
        (Button("button.remind", f"later:{alert.id}"),),
    )
    if alert.rehearsed:
        rows = (*rows, (Button("button.mode_warn", f"mode:warn:{alert.room}"),))
    return rows


def _may_remove(room: Room, findings: Sequence[KeptFinding]) -> bool:
    """Whether an admin's press can take a message out: we have the right, and it was not removed at once."""
    gone = any(treatment(room, finding.clause) == "remove" for finding in findings)
    return "remove" not in room.missing and not gone
