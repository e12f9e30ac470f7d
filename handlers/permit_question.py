"""What an admin is asked about a permission: one question at a time, most of them answered with a tap."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.circulation import Draft
from handlers.days import say_day
from handlers.desk import Desk
from handlers.dialogue import today
from handlers.events import MemberId
from handlers.permission import Known
from handlers.permit_record import drafted_permission
from handlers.permit_words import permit_line
from handlers.ports import Transaction
from handlers.records import Button, Buttons, Notice, Room
from policies.clauses import CLAUSES

_SHOWN = 8  # members to tap on; the rest are found by name
CANCEL = Button("button.cancel", "permit:cancel:")


async def question(transaction: Transaction, desk: Desk, draft: Draft, room: Room) -> tuple[Notice, Buttons]:
    """What is asked at the step of a draft, with its answers."""
    language = room.language
    match draft.step:
        case "what":
            return Notice("permit.ask_what", language, {"room": room.title}), ((CANCEL,),)
        case "who":
            return Notice("permit.ask_who", language), people(await transaction.known_members(room.id))
        case "clause":
            each = [Button(f"short.{clause}", f"permit:clause:{clause}") for clause in CLAUSES]
            rows = tuple(tuple(each[at : at + 2]) for at in range(0, len(each), 2))
            every = (Button("permit.every_clause", "permit:clause:*"),)
            return Notice("permit.ask_clause", language), (every, *rows, (CANCEL,))
        case "until":
            return Notice("permit.ask_until", language), (*days_offered(today(desk)), (CANCEL,))
        case _:
            line = permit_line(drafted_permission(desk, room, draft.said, MemberId("")), room, language)
            buttons = ((Button("button.register", "permit:confirm:yes"), CANCEL),)
            return Notice("permit.ask_confirm", language, {}, (line,)), buttons


def people(known: Sequence[Known]) -> Buttons:
    """All, those who can be tapped on, or nobody."""
    rows = tuple((Button(f"={one.name}", f"permit:who:{one.id}"),) for one in known[:_SHOWN])
    return ((Button("permit.everyone", "permit:who:*"),), *rows, (CANCEL,))


def days_offered(first: date) -> Buttons:
    """Ends that permissions often have."""
    ends = sorted(
        {
            first + timedelta(days=30),
            first + timedelta(days=90),
            date(first.year + (first.month > 6), 6, 30),
            date(first.year, 12, 31),
        }
    )
    each = [Button(f"={say_day(end)}", f"permit:until:{end.isoformat()}") for end in ends if end > first]
    return tuple(tuple(each[at : at + 2]) for at in range(0, len(each), 2))
