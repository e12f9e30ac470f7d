"""Everyone × every command and button: nobody sees or changes a room that is not his; refusals are one line.

The rows follow the tables of handlers.dispatch: a command or a button that is new there needs its row here.
"""

import json
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from bot.store import schema
from handlers import dispatch
from handlers.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    Member,
    MemberChanged,
    MemberId,
    MessageId,
    Place,
    RoomId,
    Standing,
)
from handlers.records import ORDER, AnswerPress, Order, Send
from tests.handlers.stage import ADMIN, ALI, GROUP, Stage

OTHER = RoomId("telegram:-200")
TITLE = "Officers"  # of GROUP

# What is told in answer to these is for the admins of the room; the lines are what they may be given with.
ADMINS: dict[str, tuple[str, ...]] = {
    "setup": ("", "x"),
    "settings": ("", "remove", "clause political off", "keep 30", "digest off", "nonsense"),
    "digest": ("", "week", "daily 8", "off"),
    "alerts": ("",),
    "published": ("", "withdraw 1"),
    "permit": ("", "x", "list", "withdraw 1"),
    "circulate": ("", "om", "list"),
}
# These are anybody's: they tell of himself, or of nothing.
ANYBODY: dict[str, tuple[str, ...]] = {
    "start": ("", "alerts"),
    "help": ("",),
    "check": ("", "salam", "please vote"),
    "why": ("",),
    "appeal": ("", "it was a joke"),
    "mydata": ("",),
    "read": ("",),
}
# By verb, what a button of GROUP carries; all are the admins'.
BUTTONS: dict[str, tuple[str, ...]] = {
    "ack": ("ack:1",),
    "false": ("false:1",),
    "remove": ("remove:1",),
    "covered": ("covered:1",),
    "later": ("later:1",),
    "show": ("show:1",),
    "uphold": ("uphold:1",),
    "overturn": ("overturn:1",),
    "mode": (f"mode:remove:{GROUP}",),
    "setup": (f"setup:language:0::{GROUP}", f"setup:later:0::{GROUP}", f"setup:mode:0:remove:{GROUP}"),
    "set": (
        f"set:hub:0::{GROUP}",
        f"set:language:0:ur:{GROUP}",
        f"set:kind:0:public:{GROUP}",
        f"set:clauses:0:political.off:{GROUP}",
        f"set:digest:0:daily.9:{GROUP}",
        f"set:keep:0:30:{GROUP}",
    ),
    "digest": (f"digest:week:{GROUP}", f"digest:daily.8:{GROUP}", f"digest:off:{GROUP}"),
}
# Buttons that members have too: the test then asks only that nothing of the room is told or changed for others.
MEMBERS_BUTTONS: dict[str, tuple[str, ...]] = {
    "appeal": ("appeal:2",),  # about what Somebody has said
    "erase": ("erase:ask", "erase:yes"),
    # About what the presser is doing himself, or of a number that is none: test_permit and test_circulate have the rest.
    "permit": ("permit:confirm:yes", "permit:cancel:", "permit:withdraw:1"),
    "circ": ("circ:post:", "circ:cancel:", "circ:who:1", "circ:roll:1", "circ:nudge:1", "circ:close:1"),
    "read": ("read:1",),
}


@dataclass(frozen=True)
class Person:
    """Somebody, and where he can be met."""

    member: Member
    has_private: bool = True


PEOPLE = {
    "member": Person(ALI),
    "stranger with a copied button": Person(Member(MemberId("telegram:666"), "Stranger")),
    "ex-admin": Person(Member(MemberId("telegram:3"), "Former")),
    "ex-admin who still says he is one": Person(Member(MemberId("telegram:3"), "Former", Standing.LEFT)),
    "admin of another room": Person(Member(MemberId("telegram:4"), "Elsewhere", Standing.ADMIN)),
    "channel": Person(Member(MemberId("telegram:-300"), "Channel", Standing.CHANNEL), has_private=False),
    "anonymous admin of another room": Person(
        Member(MemberId(str(OTHER)), "Other", Standing.ANONYMOUS_ADMIN), has_private=False
    ),
    "bridged puppet": Person(Member(MemberId("telegram:7"), "Bridged", Standing.PUPPET), has_private=False),
    "bot": Person(Member(MemberId("telegram:8"), "Robot", Standing.BOT), has_private=False),
}


@pytest.fixture
async def rooms(stage: Stage) -> Stage:
    """Two rooms, an open alert in the first, and a former admin of it."""
    former = PEOPLE["ex-admin"].member
    here, there = Place(GROUP, title=TITLE), Place(OTHER, title="Batch")
    now = stage.clock.now()
    await stage.play(
        MemberChanged(here, replace(former, standing=Standing.ADMIN), now),
        MemberChanged(here, former, now),
        MemberChanged(there, PEOPLE["admin of another room"].member, now),
        MemberChanged(there, PEOPLE["anonymous admin of another room"].member, now),
        stage.says("vote"),
        stage.says("vote", "11", Member(MemberId("telegram:10"), "Somebody")),
        stage.press("appeal:1", ALI),
    )
    return stage


async def kept(stage: Stage) -> dict[str, list[tuple[object, ...]]]:
    """All that is in the store, but for what goes out and whose private chat is open."""
    tables = [one for one in schema.metadata.sorted_tables if one.name not in {"outbox", "private_chats"}]
    async with stage.database.reading() as connection:
        return {one.name: [tuple(row) for row in connection.execute(select(one))] for one in tables}


def without(rows: list[tuple[object, ...]], person: Person) -> list[tuple[object, ...]]:
    """The rows that are not about somebody: what is kept about himself he may have erased."""
    return [row for row in rows if person.member.id not in row]


def told(orders: list[Order]) -> str:
    """Everything that the orders say and carry, but for where a group's own answer goes."""
    return json.dumps(
        [
            {
                name: value
                for name, value in json.loads(ORDER.dump_json(order)).items()
                if name not in {"key", "room", "press"}
            }
            for order in orders
        ]
    )


def of_others(orders: list[Order], event: CommandGiven | ButtonPressed) -> list[Order]:
    """The orders that go neither to who asked nor where he asked."""
    place, member = event.place.room, event.sender.id
    return [
        order
        for order in orders
        if (getattr(order, "room", None) or getattr(order, "member", None)) not in {place, member}
    ]


def commands(person: Person, table: dict[str, tuple[str, ...]], stage: Stage) -> list[CommandGiven]:
    """Each command with each of its lines, in the group and in private."""
    places = [Place(GROUP, title=TITLE)]
    if person.has_private:
        places.append(Place(RoomId(str(person.member.id)), private=True))
    return [
        CommandGiven(
            place, MessageId(f"{place.room}{name}.{number}"), person.member, stage.clock.now(), name, line
        )
        for place in places
        for name, lines in table.items()
        for number, line in enumerate(lines)
    ]


def presses(person: Person, table: dict[str, tuple[str, ...]], stage: Stage) -> list[ButtonPressed]:
    """Each button, where it was copied to."""
    place = Place(RoomId(str(person.member.id)), private=True) if person.has_private else Place(GROUP)
    return [
        ButtonPressed(place, MessageId("500"), person.member, stage.clock.now(), data, f"p{data}")
        for datas in table.values()
        for data in datas
    ]


def test_every_command_and_button_has_its_row() -> None:
    """One that is new in the tables must be thought of here."""
    assert set(ADMINS) | set(ANYBODY) == set(dispatch.COMMANDS) | set(dispatch._COMMANDS)
    assert set(BUTTONS) | set(MEMBERS_BUTTONS) == set(dispatch._BUTTONS)
    named = [
        data.partition(":")[0] for datas in (*BUTTONS.values(), *MEMBERS_BUTTONS.values()) for data in datas
    ]
    assert set(named) == set(dispatch._BUTTONS)


@pytest.mark.parametrize("who", PEOPLE)
async def test_who_is_no_admin_of_the_room(rooms: Stage, who: str) -> None:
    """Refused in one line without a button, and nothing in the store is different; nothing of the room is told."""
    person = PEOPLE[who]
    before = await kept(rooms)
    elsewhere = who == "admin of another room"  # in private he has a room of his own to see to
    events: list[CommandGiven | ButtonPressed] = [*commands(person, ADMINS, rooms)]
    events += presses(person, BUTTONS, rooms)
    for event in events:
        if elsewhere and isinstance(event, CommandGiven) and event.place.private:
            continue
        orders = await rooms.play(event)
        label = f"{getattr(event, 'name', '')} {getattr(event, 'argument', '')} {getattr(event, 'data', '')}"
        assert len(orders) == 1, label
        [order] = orders
        assert isinstance(order, Send | AnswerPress), label
        assert order.notice.key.startswith(("refused.", "press.refused")), label
        assert not order.notice.parts, label
        assert not getattr(order, "buttons", ()), label
        assert TITLE not in told(orders), label
        assert of_others(orders, event) == [], label
        assert await kept(rooms) == before, label


@pytest.mark.parametrize("who", PEOPLE)
async def test_what_is_anybody_s_tells_of_nobody_else(rooms: Stage, who: str) -> None:
    """Neither the room's name to who is not in it, nor another member's, nor anything to somebody else."""
    person = PEOPLE[who]
    before = await kept(rooms)
    events: list[Event] = [
        *commands(person, ANYBODY, rooms),
        *presses(person, MEMBERS_BUTTONS, rooms),
    ]
    for event in events:
        assert isinstance(event, CommandGiven | ButtonPressed)
        orders = await rooms.play(event)
        assert of_others(orders, event) == []
        assert "Somebody" not in told(orders)
        # Who was an admin is a member still: his own data name the room on whose roll he stands, and nothing else does.
        own = isinstance(event, CommandGiven) and event.name == "mydata" and who.startswith("ex-admin")
        if person.member != ALI and not own:
            assert TITLE not in told(orders)
    after = await kept(rooms)
    for table in ("rooms", "admins", "alerts", "findings", "warnings", "published"):
        assert without(after[table], person) == without(before[table], person)


async def test_admin_of_another_room_sees_his_own_only(rooms: Stage) -> None:
    """In private he is answered, and nothing of this room is told or changed."""
    person = PEOPLE["admin of another room"]
    before = await kept(rooms)
    for event in commands(person, ADMINS, rooms):
        if event.place.private:
            orders = await rooms.play(event)
            assert orders
            assert TITLE not in told(orders)
            assert str(GROUP) not in told(orders)
            assert of_others(orders, event) == []
    after = await kept(rooms)
    mine = [row for row in after["rooms"] if row[0] == GROUP]
    assert mine == [row for row in before["rooms"] if row[0] == GROUP]
    assert after["alerts"] == before["alerts"]


async def test_admin_is_not_refused(rooms: Stage) -> None:
    """Else the rows above would prove nothing."""
    person = Person(ADMIN)
    events: list[Event] = [*commands(person, ADMINS, rooms), *presses(person, BUTTONS, rooms)]
    for event in events:
        orders = await rooms.play(event)
        assert orders
        said = {order.notice.key for order in orders if isinstance(order, Send | AnswerPress)}
        assert not said & {"refused.admins_only", "press.refused"}


async def test_anonymous_admin_speaks_as_the_group(rooms: Stage) -> None:
    """Telegram vouches for him: he is no stranger; what is for an admin's eyes is not said in the group for it."""
    hidden = Person(Member(MemberId(str(GROUP)), TITLE, Standing.ANONYMOUS_ADMIN), has_private=False)
    await rooms.play(MemberChanged(Place(GROUP, title=TITLE), hidden.member, rooms.clock.now()))
    for event in commands(hidden, ADMINS, rooms):
        orders = await rooms.play(event)
        label = f"{event.name} {event.argument}"
        assert orders, label
        for order in orders:
            assert isinstance(order, Send), label
            assert order.notice.key != "refused.admins_only", label
            assert order.room == GROUP, label
            assert not order.buttons, label
            assert "Ali" not in told(orders), label
