"""Circulate and acknowledge: posted once seen, each reading noted once, the roll for admins of the room only."""

import csv
import io

import pytest
from sqlalchemy import select

from bot.store import schema
from bot.texts import render
from handlers.circulation import OnRoll, roll_table, says_read
from handlers.events import ButtonPressed, Member, MemberChanged, MemberId, MessageId, Place, RoomId, Standing
from handlers.records import AnswerPress, EditSent, Language, Order, Send, SendFile, TextFile
from tests.handlers.stage import ADMIN, ALI, GROUP, Stage
from tests.handlers.test_people import keys
from tests.handlers.test_permit import entries, taps

BRIDGED = Member(MemberId("telegram:7"), "Zahid", Standing.PUPPET)


def tap(stage: Stage, sender: Member = ALI, number: int = 1, room: RoomId = GROUP) -> ButtonPressed:
    """A member taps "I have read" in the group."""
    stage.clock.pass_(seconds=1)
    place = Place(room, title="Officers", private=room != GROUP)
    return ButtonPressed(place, MessageId("90"), sender, stage.clock.now(), f"read:{number}", f"p{sender.id}")


async def circulated(stage: Stage, line: str = "circulate om ur") -> list[Order]:
    """Posted, and delivered as message 90."""
    orders = await taps(stage, await stage.play(stage.command(line)), "Post it")
    await stage.mark_sent("circulated:1", GROUP, "90")
    return orders


def counts(orders: list[Order]) -> list[tuple[object, object]]:
    """What the admin's message says: how many have read, of how many."""
    edits = [order for order in orders if isinstance(order, EditSent)]
    return [(order.notice.fields["n"], order.notice.fields["all"]) for order in edits]


async def test_the_memorandum_is_posted_after_it_was_shown(stage: Stage) -> None:
    """In the language chosen; the counts come to the admins, with what Telegram does not tell."""
    asked = await stage.play(stage.command("circulate"))
    assert keys(asked) == ["circulate.ask_what"]
    asked = await taps(stage, asked, "Roman Urdu")
    assert keys(asked) == ["press.done", "circulate.ask_confirm"]
    posted = await taps(stage, asked, "Post it")
    assert keys(posted) == ["press.done", "circulate.om", "circulate.count"]
    post = posted[1]
    assert isinstance(post, Send)
    assert (post.room, post.notice.language) == (GROUP, Language.ROMAN)
    assert len(render(post.notice, post.buttons).text) < 4000
    count = posted[2]
    assert isinstance(count, Send)
    assert (count.member, count.notice.fields["n"], count.notice.fields["all"]) == (ADMIN.id, 0, 1)
    assert [part.key for part in count.notice.parts] == ["circulate.cannot_list"]
    assert keys(await taps(stage, asked, "Post it")) == ["circulate.over"]


async def test_an_instruction_is_typed(stage: Stage) -> None:
    """With the command, or as the next message; the words stand in the post and nowhere in the record."""
    asked = await stage.play(stage.command("circulate"))
    shown = await stage.play(stage.command(" Leave your phones outside the briefing."))
    assert keys(shown) == ["circulate.ask_confirm"]
    assert asked
    posted = await taps(stage, shown, "Post it")
    assert keys(posted)[1] == "circulate.typed"
    [facts] = await entries(stage, "circulated")
    assert facts == {"by": ADMIN.id, "circulation": 1, "language": "en", "what": "instruction"}
    assert keys(await stage.play(stage.command(f"circulate {'x' * 3001}"))) == ["circulate.too_long"]


async def test_each_reading_is_noted_once(stage: Stage) -> None:
    """A short word to the member, the counts in the admin's message; tapped twice, the second is told so."""
    await circulated(stage)
    orders = await stage.play(tap(stage))
    assert keys(orders) == ["circulate.count", "read.noted"]
    assert counts(orders) == [(1, 2)]
    again = await stage.play(tap(stage))
    assert keys(again) == ["read.already"]
    assert len(await entries(stage, "circulation_read")) == 1


async def test_a_bridged_member_replies(stage: Stage) -> None:
    """No button reaches him; other replies are no reading, nor is the word as a reply to something else."""
    await circulated(stage)
    for number, (text, to) in enumerate((("I have not read it", "90"), ("parh liya", "55"))):
        assert (
            keys(await stage.play(stage.says(text, str(100 + number), BRIDGED, reply_to=MessageId(to)))) == []
        )
    orders = await stage.play(stage.says("پڑھ لیا۔", "110", BRIDGED, reply_to=MessageId("90")))
    assert keys(orders) == ["circulate.count", "read.noted"]
    assert keys(await stage.play(stage.command("read", ALI, private=False))) == [
        "circulate.count",
        "read.noted",
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Read", True),
        ("parh liya hai.", True),
        ("👍", True),
        ("✅️", True),
        ("پڑھ لیا ہے", True),
        ("unread", False),
    ],
)
def test_words_that_say_so(text: str, read: bool) -> None:
    """The whole reply, in three languages."""
    assert says_read(text) is read


async def test_who_is_on_the_roll(stage: Stage) -> None:
    """Who joins; who speaks only while something circulates; who leaves is off, and his reading stays in the record."""
    newcomer = Member(MemberId("telegram:30"), "Naya")
    await stage.play(stage.says("salam", "1"))
    await stage.play(MemberChanged(Place(GROUP, title="Officers"), newcomer, stage.clock.now()))
    posted = await circulated(stage)
    [count] = [order for order in posted if isinstance(order, Send) and order.notice.key == "circulate.count"]
    assert count.notice.fields["all"] == 2, "the admin and who joined; not who spoke before"
    await stage.play(stage.says("salam", "2"), tap(stage, newcomer))
    who = await taps(stage, posted, "Who has read")
    names = [part.fields.get("member") for part in who[0].notice.parts if part.fields.get("member")]  # type: ignore[union-attr] # a Send
    assert names == ["Admin Sahib", "Ali", "Naya"]
    gone = Member(newcomer.id, "Naya", Standing.LEFT)
    await stage.play(MemberChanged(Place(GROUP, title="Officers"), gone, stage.clock.now()))
    assert counts(await stage.play(tap(stage))) == [(1, 2)]
    assert len(await entries(stage, "circulation_read")) == 2


async def test_the_roll_as_a_file(stage: Stage) -> None:
    """Every cell is text, whatever a member calls himself; given out, it is on record."""
    evil = Member(MemberId("telegram:31"), '=HYPERLINK("http://x.example")')
    posted = await circulated(stage)
    await stage.play(tap(stage, evil))
    [file, *_] = [
        order for order in await taps(stage, posted, "Roll as a file") if isinstance(order, SendFile)
    ]
    assert file.member == ADMIN.id
    assert isinstance(file.file, TextFile)
    rows = list(csv.reader(io.StringIO(file.file.text.removeprefix("\ufeff"))))
    assert rows[0] == ["member", "id", "read", "at"]
    assert [row[2] for row in rows[1:]] == ["no", "yes"]
    assert rows[2][0].startswith("'=")
    assert await entries(stage, "roll_given") == [{"circulation": 1, "to": ADMIN.id}]


def test_no_cell_is_a_formula() -> None:
    """Also behind blanks and in full width."""
    names = ["=1", " +1", "-1", "@x", "＝1", "\t=1"]
    table = roll_table([OnRoll(MemberId("telegram:1"), name) for name in names])
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))[1:]
    assert all(row[0].startswith("'") for row in rows)


async def test_one_gentle_reminder_a_day(stage: Stage) -> None:
    """One line in the group, without names; none when all have read, none when closed."""
    posted = await circulated(stage)
    orders = await taps(stage, posted, "Remind those")
    assert keys(orders) == ["circulate.nudge", "circulate.nudged"]
    assert isinstance(orders[0], Send)
    assert (orders[0].room, dict(orders[0].notice.fields)) == (GROUP, {})
    assert keys(await taps(stage, posted, "Remind those")) == ["circulate.nudged_today"]
    await stage.play(tap(stage, ADMIN))
    stage.clock.pass_(days=1)
    assert keys(await taps(stage, posted, "Remind those")) == ["circulate.nobody_left"]


async def test_closed(stage: Stage) -> None:
    """Who speaks is put on no roll any more; the list still shows it."""
    posted = await circulated(stage)
    assert keys(await taps(stage, posted, "Close the roll")) == ["circulate.count", "press.done"]
    await stage.play(stage.says("salam", "3", Member(MemberId("telegram:40"), "Late")))
    async with stage.database.reading() as connection:
        assert connection.execute(select(schema.roll_members.c.member)).scalars().all() == [ADMIN.id]
    assert keys(await stage.play(stage.command("circulate list"))) == ["circulate.count"]


@pytest.mark.parametrize(
    "data", ["circ:who:1", "circ:roll:1", "circ:nudge:1", "circ:close:1", "circ:post:", "circ:who:x"]
)
async def test_the_roll_is_for_admins_of_the_room(stage: Stage, data: str) -> None:
    """A member, a stranger, and an admin of another room with a copied button."""
    await circulated(stage)
    elsewhere = Member(MemberId("telegram:4"), "Elsewhere", Standing.ADMIN)
    await stage.play(
        MemberChanged(Place(RoomId("telegram:-200"), title="Batch"), elsewhere, stage.clock.now())
    )
    for sender in (ALI, Member(MemberId("telegram:666"), "Stranger"), elsewhere):
        stage.clock.pass_(seconds=1)
        orders = await stage.play(stage.press(data, sender))
        assert all(isinstance(order, AnswerPress) for order in orders)
        assert set(keys(orders)) <= {"press.refused", "circulate.over"}


async def test_read_only_where_it_was_posted(stage: Stage) -> None:
    """A copied button in private, or of another room, notes nothing."""
    await circulated(stage)
    orders = await stage.play(tap(stage, room=RoomId(str(ALI.id))), tap(stage, number=9))
    assert keys(orders) == ["press.refused", "press.refused"]
    robot = Member(MemberId("telegram:8"), "Robot", Standing.BOT)
    assert keys(await stage.play(tap(stage, robot))) == ["press.refused"]


async def test_mydata_tells_of_the_roll(stage: Stage) -> None:
    """Whose name is kept hears of it, and of nobody else's."""
    await circulated(stage)
    assert keys(await stage.play(stage.command("mydata", ALI))) == ["mydata.nothing"]
    await stage.play(tap(stage))
    [told] = [one for one in await stage.play(stage.command("mydata ", ALI)) if isinstance(one, Send)]
    assert [(part.key, part.fields.get("n")) for part in told.notice.parts] == [("mydata.roll", 1)]
