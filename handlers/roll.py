"""The roll of a circulation as admins see it: how many have read, who has and who has not, and as a file."""

from handlers.circulation import Circulation, OnRoll, roll_table
from handlers.desk import local_time, platform_of
from handlers.events import MemberId
from handlers.ports import Transaction
from handlers.records import Button, Buttons, Notice, Room, SendFile, TextFile

_NAMES = 60  # in one message; the file has all


async def count_notice(transaction: Transaction, room: Room, circulation: Circulation) -> Notice:
    """How many have read, of how many who are known."""
    roll = await transaction.roll(circulation)
    fields: dict[str, str | int] = {
        "number": int(circulation.id),
        "room": room.title,
        "time": local_time(circulation.at),
        "what_key": "circulate.a_typed" if circulation.text else "circulate.a_memorandum",
        "n": sum(one.at is not None for one in roll),
        "all": len(roll),
    }
    lines: list[Notice] = []
    if circulation.closed_at is not None:
        lines.append(Notice("circulate.is_closed", room.language))
    elif platform_of(room.id) == "telegram":
        lines.append(Notice("circulate.cannot_list", room.language))
    return Notice("circulate.count", room.language, fields, tuple(lines))


def count_buttons(circulation: Circulation) -> Buttons:
    """What an admin can do about a circulation."""
    number = circulation.id
    rows: Buttons = (
        (Button("button.who_read", f"circ:who:{number}"), Button("button.roll_file", f"circ:roll:{number}")),
    )
    if circulation.closed_at is not None:
        return rows
    return (
        *rows,
        (Button("button.nudge", f"circ:nudge:{number}"),),
        (Button("button.close_roll", f"circ:close:{number}"),),
    )


async def names_notice(transaction: Transaction, room: Room, circulation: Circulation) -> Notice:
    """Who has not read, and who has."""
    roll = await transaction.roll(circulation)
    lines = [
        *_names("roll.not_read", [one for one in roll if one.at is None], room),
        *_names("roll.read", [one for one in roll if one.at is not None], room),
    ]
    fields: dict[str, str | int] = {"number": int(circulation.id), "room": room.title}
    return Notice("roll.head", room.language, fields, tuple(lines))


def _names(key: str, people: list[OnRoll], room: Room) -> list[Notice]:
    if not people:
        return []
    lines = [Notice(key, room.language, {"n": len(people)})]
    for one in people[:_NAMES]:
        fields = {"member": one.name or one.member}
        lines.append(Notice("roll.member", room.language, fields))
    if len(people) > _NAMES:
        lines.append(Notice("roll.more", room.language, {"n": len(people) - _NAMES}))
    return lines


async def order_roll_file(
    transaction: Transaction, room: Room, circulation: Circulation, admin: MemberId, occasion: str
) -> None:
    """The roll as CSV, to the admin's private chat."""
    table = roll_table(await transaction.roll(circulation))
    name = f"roll-{circulation.id}.csv"
    caption = Notice("roll.file", room.language, {"number": int(circulation.id), "room": room.title})
    key = f"rollfile:{circulation.id}|{admin}|{occasion}"
    await transaction.order(
        SendFile(key, TextFile(name, "text/csv", table), caption, member=admin, about=room.id)
    )
