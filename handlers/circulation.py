"""What was circulated in a room (OM paras 6 and 7), and the roll of who has read it. Records and pure rules."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NewType

from handlers.events import MemberId, RoomId
from handlers.records import Language
from handlers.zone import LOCAL

CirculationId = NewType("CirculationId", int)

# For how long who speaks in the room is put on the roll; whoever taps later is still noted.
OPEN_FOR = timedelta(days=60)

# A reply of one of these says "I have read": for members whom no button reaches.
READ_WORDS = frozenset(
    {
        *("read", "i have read", "have read", "noted", "read and noted", "read & noted"),
        *("پڑھ لیا", "پڑھ لیا ہے", "میں نے پڑھ لیا", "میں نے پڑھ لیا ہے", "پڑھ لی", "پڑھ لی ہے"),
        *("parh liya", "parh liya hai", "parh lia", "parh lia hai", "padh liya", "padh liya hai", "parh li"),
        *("main ne parh liya", "main ne parh liya hai", "✅", "👍"),
    }
)

# A spreadsheet takes a cell that begins so for a formula and runs it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Circulation:
    """The memorandum (`text` empty) or an instruction, posted in a room with a button that says "I have read"."""

    room: RoomId
    language: Language
    at: datetime
    by: MemberId
    text: str = field(default="", repr=False)
    closed_at: datetime | None = None
    id: CirculationId = CirculationId(0)


@dataclass(frozen=True, slots=True)
class OnRoll:
    """A member of the room and when he said that he has read; None: not yet."""

    member: MemberId
    name: str = field(repr=False)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What an admin is about to register or to circulate: the step at which he is, and what he has said so far."""

    kind: Literal["permit", "circulate"]
    step: str
    at: datetime
    room: RoomId = field(default=RoomId(""))
    said: dict[str, str] = field(default_factory=dict, repr=False)


def says_read(text: str) -> bool:
    """Whether a reply says "I have read", and nothing else."""
    plain = " ".join(text.replace("\ufe0f", "").split()).casefold().strip(" .۔!،,")
    return plain in READ_WORDS


def roll_table(roll: Sequence[OnRoll]) -> str:
    """The roll as CSV with a byte order mark, so that a spreadsheet reads Urdu; no cell is taken for a formula."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["member", "id", "read", "at"])
    for one in roll:
        at = one.at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M") if one.at else ""
        rows.writerow([_cell(one.name), _cell(one.member), "yes" if one.at else "no", at])
    return "\ufeff" + out.getvalue()


def _cell(text: str) -> str:
    plain = " ".join(text.split())
    return f"'{plain}" if text.lstrip().startswith(_FORMULA) or plain.startswith(_FORMULA) else plain
