"""Permissions in words: how one is said in one line, and how it is told."""

from dataclasses import dataclass, field
from datetime import date

from handlers.days import read_days, say_day
from handlers.permission import Permission
from handlers.records import Language, Notice, Room
from handlers.zone import LOCAL
from policies.clauses import CLAUSES

LONGEST = 300  # characters of a reference, an authority, a subject
_ALL = frozenset({"all", "*", "-", "everyone", "any", "sab", "tamam", "سب", "تمام"})
_SIGNS = str.maketrans({"؛": ";", "|": ";", "\n": ";"})
_PARTS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A permission as it was said in one line; `member` is still a name, "" for all."""

    reference: str = field(repr=False)
    authority: str = field(repr=False)
    member: str = field(repr=False)
    clause: str
    subject: str = field(repr=False)
    first: date
    last: date


def split_words(text: str) -> list[str]:
    """The parts of a text that are set apart by `;`, `؛`, `|` or a new line."""
    return [" ".join(part.split())[:LONGEST] for part in text.translate(_SIGNS).split(";")]


def read_line(text: str, today: date) -> Line:
    """REFERENCE; AUTHORITY; MEMBER or all; CLAUSE or all; SUBJECT; [FROM] UNTIL. Raises ValueError for anything else."""
    parts = split_words(text)
    if len(parts) < _PARTS or not all(parts[:2]):
        raise ValueError("not all parts")
    reference, authority, member, clause, subject = parts[:5]
    first, last = read_span(" ".join(parts[5:]), today)
    return Line(
        reference,
        authority,
        "" if member.casefold() in _ALL else member,
        read_clause(clause),
        subject,
        first,
        last,
    )


def read_clause(text: str) -> str:
    """A clause's id, "" for all. Raises ValueError for no clause."""
    wanted = text.strip().casefold()
    if wanted in _ALL:
        return ""
    if wanted not in CLAUSES:
        raise ValueError("no clause")
    return wanted


def read_span(text: str, today: date) -> tuple[date, date]:
    """The first and the last day; one day alone is the last, from today. Raises ValueError for days that cannot be."""
    days = read_days(text)
    if len(days) not in (1, 2):
        raise ValueError("one or two days")
    first, last = (today, days[0]) if len(days) == 1 else (days[0], days[1])
    if last < first or last < today:
        raise ValueError("over already")
    return first, last


def permit_line(permission: Permission, room: Room, language: Language) -> Notice:
    """A permission as it is listed."""
    fields: dict[str, str | int] = {
        "number": int(permission.id),
        "reference": permission.reference,
        "authority": permission.authority,
        "subject": permission.subject or "—",
        "clause_key": f"short.{permission.clause}" if permission.clause else "permit.every_clause",
        "since": say_day(permission.since.astimezone(LOCAL).date()),
        "until": say_day(permission.last_day),
        "room": room.title,
    }
    if permission.member:
        fields["member"] = permission.member_name or permission.member
    else:
        fields["member_key"] = "permit.everyone"
    paper = (Notice("permit.with_paper", language, {"name": permission.paper_name or "—"}),)
    return Notice("permit.line", language, fields, paper if permission.paper else ())
