"""Day and month in an export, whose order depends on the phone: found from the whole file, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Literal, get_args

from bot.audit.errors import OrderUnknown
from bot.texts import sentence
from handlers.records import Language

Order = Literal["dmy", "mdy", "ymd"]
ORDERS: tuple[Order, ...] = get_args(Order)

# The three numbers of a date as they are written, in any digits.
Parts = tuple[str, str, str]

# A spoilt or pasted line or two does not rule an order out when it fits all the others.
_STRAY = 50
# In two-digit dates, a year in front is believed when it makes the chat at least this many times shorter.
_SHORTER = 10

_AM = frozenset(["am", "a", "قم", "قبلدوپہر", "صبح", "قظ", "ص"])
_PM = frozenset(["pm", "p", "بم", "بعددوپہر", "دوپہر", "سہپہر", "شام", "بظ", "م"])
_NIGHT = frozenset(["رات"])


@lru_cache(maxsize=4096)
def read_date(parts: Parts, order: Order) -> date | None:
    """The day that three written numbers mean in an order; None when there is no such day."""
    first, second, third = (int(part) for part in parts)
    lengths = [len(part) for part in parts]
    if order == "ymd":
        year, month, day, digits = first, second, third, lengths[0]
    else:
        year, digits = third, lengths[2]
        day, month = (first, second) if order == "dmy" else (second, first)
    if digits not in {2, 4}:
        return None
    try:
        return date(year + 2000 if digits == 2 else year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def read_time(hour: str, minute: str, second: str | None, period: str | None) -> tuple[int, int, int] | None:
    """Hour, minute and second of a day; `period` is am or pm as written, in English or Urdu. None when impossible."""
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    half = "".join(letter for letter in (period or "").lower() if letter.isalpha())
    if half and hours <= 12:
        late = half in _PM or (half in _NIGHT and 5 <= hours < 12)
        if late or half in _AM or half in _NIGHT:
            hours = hours % 12 + (12 if late else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return hours, minutes, seconds


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the dates of a file read in one order: days that do not exist, steps back, and days from first to last."""

    order: Order
    impossible: int
    back: int
    days: int
    read: tuple[date | None, ...]


def find_order(dates: Sequence[Parts]) -> Order:
    """The order of the dates of a file, in the order of the file. Raises OrderUnknown, which shows both readings.

    What decides: a year in four digits, a number that can be no month, and that time does not run back.
    """
    if not dates:
        return "dmy"
    if sum(len(parts[0]) == 4 for parts in dates) * 2 > len(dates):
        return "ymd"
    readings = {order: _read(order, dates) for order in ORDERS}
    day_first, month_first, year_first = (readings[order] for order in ORDERS)
    two_digits = all(len(parts[2]) == 2 for parts in dates)
    usual = [one for one in (day_first, month_first) if one.impossible * _STRAY <= len(dates)]
    if two_digits and year_first.impossible == 0:
        rivals = [one.days for one in usual if one.impossible == 0 and one.back <= year_first.back]
        if not rivals or (min(rivals) > 60 and min(rivals) > _SHORTER * year_first.days):
            return "ymd"
    if not usual:
        return min((day_first, month_first), key=lambda one: one.impossible).order
    least = min(one.impossible for one in usual)
    usual = [one for one in usual if one.impossible == least]
    if len(usual) == 1 or day_first.read == month_first.read:
        return usual[0].order
    better, worse = sorted(usual, key=lambda one: one.back)
    if worse.back > 2 * better.back:
        return better.order
    raise _unknown(dates, day_first, month_first)


def _read(order: Order, dates: Sequence[Parts]) -> _Reading:
    read = tuple(read_date(parts, order) for parts in dates)
    days = [day for day in read if day is not None]
    back = sum(after < before for before, after in pairwise(days))
    span = (max(days) - min(days)).days if days else 0
    return _Reading(order, len(read) - len(days), back, span, read)


def _unknown(dates: Sequence[Parts], *readings: _Reading) -> OrderUnknown:
    place = next(
        number for number in range(len(dates)) if len({reading.read[number] for reading in readings}) > 1
    )
    one, other = (reading.read[place] for reading in readings)
    return OrderUnknown(
        sentence("cli.audit_order_unknown", Language.EN).format(
            date="/".join(str(int(part)).zfill(2) for part in dates[place]),
            one=_said(one),
            other=_said(other),
        )
    )


def _said(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day is not None else "-"


def wrong_order(order: Order, line: int) -> OrderUnknown:
    """The order that was asked for does not fit the file."""
    return OrderUnknown(sentence("cli.audit_order_wrong", Language.EN).format(order=order, line=line))


def when(day: date, time: tuple[int, int, int]) -> datetime:
    """A day and a time of it, without a zone: the export has none."""
    return datetime(day.year, day.month, day.day, *time)  # noqa: DTZ001 - as in the export
