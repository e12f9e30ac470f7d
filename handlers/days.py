"""Days as officers write them: 30/6/2027, 30-06-27, 30.6.2027, ۳۰/۶/۲۰۲۷; day first, always."""

import re
from datetime import date

_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})(?!\d)")
_DIGITS = {ord(sign): str(value) for row in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩") for value, sign in enumerate(row)}


def plain_digits(text: str) -> str:
    """Urdu and Arabic digits as 0 to 9."""
    return text.translate(_DIGITS)


def read_days(text: str) -> list[date]:
    """The days in a text, in order. Raises ValueError for one that is in no calendar."""
    found = []
    for day, month, year in _DAY.findall(plain_digits(text)):
        found.append(date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)))
    return found


def say_day(day: date) -> str:
    """A day as it is said here: 30/6/2027."""
    return f"{day.day}/{day.month}/{day.year}"
