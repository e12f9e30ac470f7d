"""The order of day, month and year: known from the whole file, or asked for."""

from pathlib import Path

import pytest

from bot.audit.dates import Order, Parts, find_order
from bot.audit.errors import OrderUnknown
from tests.bot.audit.exports import numbers_of, write


def parts(*dates: str) -> list[Parts]:
    """Dates with slashes, taken apart."""
    return [(one, two, three) for one, two, three in (date.split("/") for date in dates)]


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (("09/03/2026", "17/03/2026"), "dmy"),
        (("03/09/2026", "03/17/2026"), "mdy"),
        (("2026/03/09", "2026/03/10"), "ymd"),
        (("3/9/26", "3/17/26"), "mdy"),
        (("9/3/26", "17/3/26"), "dmy"),
        (("26/03/09", "26/03/10", "26/03/31"), "ymd"),
        (("30/01/2026", "02/02/2026", "05/02/2026"), "dmy"),
        (("11/01/2026", "12/01/2026", "01/02/2026"), "dmy"),  # the other way round time runs back
        (("01/11/2026", "01/12/2026", "02/01/2026"), "mdy"),
        (("03/03/2026", "03/03/2026"), "dmy"),  # both ways the same
        ((*["09/03/2026", "10/03/2026", "14/03/2026"] * 30, "03/29/2026"), "dmy"),  # one pasted line
    ],
)
def test_order_is_found(dates: tuple[str, ...], order: Order) -> None:
    """By a year in four digits, a number over twelve, or time that must not run back."""
    assert find_order(parts(*dates)) == order


@pytest.mark.parametrize(
    "dates",
    [("03/04/2026",), ("03/04/2026", "05/04/2026"), ("3/4/26", "6/4/26"), ("02/03/2026", "03/04/2026")],
)
def test_order_that_cannot_be_known_is_not_guessed(dates: tuple[str, ...]) -> None:
    """Both readings are shown, with what to do."""
    with pytest.raises(OrderUnknown, match=r"--order dmy.*--order mdy"):
        find_order(parts(*dates))


def test_both_readings_are_shown_for_the_first_date() -> None:
    """In words, so that nobody has to reckon."""
    with pytest.raises(
        OrderUnknown, match=r"03/04/2026 is 3 April 2026 with --order dmy and 4 March 2026 with"
    ):
        find_order(parts("03/04/2026"))


@pytest.mark.parametrize(("order", "first"), [("dmy", "2026-04-03"), ("mdy", "2026-03-04")])
def test_order_can_be_given(tmp_path: Path, order: Order, first: str) -> None:
    """And is then followed."""
    path = write(tmp_path, "03/04/2026, 9:00 am - A: salam\n")
    assert numbers_of(path, order)["first"] == f"{first}T09:00:00"


def test_given_order_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """With the line that it does not fit."""
    path = write(tmp_path, "03/04/2026, 9:00 am - A: salam\n03/14/2026, 9:00 am - A: salam\n")
    with pytest.raises(OrderUnknown, match="line 2"):
        numbers_of(path, "dmy")
