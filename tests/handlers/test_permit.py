"""Permissions of the Government: on record by taps or in a line, covering what they cover and nothing else."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.store import schema
from bot.store.transaction import SqlTransaction
from bot.texts import render
from handlers.days import read_days
from handlers.events import (
    Attachment,
    CommandGiven,
    FileRead,
    Likeness,
    Member,
    MemberChanged,
    MemberId,
    Place,
    ReadFile,
    RoomId,
    RoomMoved,
)
from handlers.permission import Permission
from handlers.permit_endings import announce_endings
from handlers.permit_words import read_line
from handlers.records import AnswerPress, Order, Send
from tests.handlers.stage import ADMIN, ALI, GROUP, SECOND, Stage
from tests.handlers.test_file import carrying, read, waiting
from tests.handlers.test_people import keys

LINE = "permit F.1-2/2026; Secretary Information; {who}; {clause}; press talk; {days}"


def permit(who: str = "all", clause: str = "all", days: str = "24/11/2026 31/12/2026") -> str:
    """A permission in one line."""
    return LINE.format(who=who, clause=clause, days=days)


async def taps(stage: Stage, orders: list[Order], label: str, sender: Member = ADMIN) -> list[Order]:
    """Tap a button of the last notice that has one so labelled."""
    for order in reversed(orders):
        if isinstance(order, Send) and order.buttons:
            rows = render(order.notice, order.buttons).buttons
            found = [data for row in rows for text, data, _ in row if label in text]
            if found:
                stage.clock.pass_(seconds=1)
                return await stage.play(stage.press(found[0], sender))
    raise AssertionError(f"no button {label}")


async def registered(stage: Stage, line: str) -> list[Order]:
    """Register what a line says."""
    return await taps(stage, await stage.play(stage.command(line)), "Put on record")


async def permissions(stage: Stage, room: RoomId = GROUP) -> list[Permission]:
    """What is on record."""

    async def job(connection: Connection) -> list[Permission]:
        return list(await SqlTransaction(connection, stage.database.vault).permissions(room))

    return await stage.database.write(job)


async def entries(stage: Stage, entry: str) -> list[dict[str, object]]:
    """The facts of a kind of entry in the record."""
    async with stage.database.reading() as connection:
        rows = connection.execute(select(schema.journal.c.facts).where(schema.journal.c.entry == entry))
        return [json.loads(row.facts) for row in rows]


async def endings(stage: Stage) -> list[str]:
    """What is announced now."""

    async def job(connection: Connection) -> int:
        return await announce_endings(SqlTransaction(connection, stage.database.vault), stage.desk)

    await stage.database.write(job)
    return keys(await stage.new_orders())


async def test_a_permission_by_taps(stage: Stage) -> None:
    """Reference, authority and subject in a message, then a tap each; what it says is shown before it holds."""
    assert keys(await stage.play(stage.command("permit"))) == ["permit.ask_what"]
    asked = await stage.play(stage.command(" F.1-2/2026\nSecretary Information\npress talk on the expo"))
    assert keys(asked) == ["permit.ask_who"]
    asked = await taps(stage, asked, "Admin Sahib")
    assert keys(asked) == ["press.done", "permit.ask_clause"]
    asked = await taps(stage, asked, "Promotion")
    asked = await taps(stage, asked, "31/12/2026")
    assert keys(asked) == ["press.done", "permit.ask_confirm"]
    assert await permissions(stage) == []
    done = await taps(stage, asked, "Put on record")
    assert keys(done) == ["press.done", "permit.registered"]
    [kept] = await permissions(stage)
    assert (kept.reference, kept.authority, kept.subject) == (
        "F.1-2/2026",
        "Secretary Information",
        "press talk on the expo",
    )
    assert (kept.member, kept.member_name, kept.clause) == (ADMIN.id, "Admin Sahib", "promotion")
    assert kept.last_day == date(2026, 12, 31)
    assert kept.until == datetime(2026, 12, 31, 19, tzinfo=UTC)
    [facts] = await entries(stage, "permission_registered")
    assert facts["permission"] == kept.id
    assert "F.1-2" not in json.dumps(facts)
    assert keys(await taps(stage, asked, "Put on record")) == ["permit.over"], "once"


async def test_other_texts_in_private_are_checked_as_ever(stage: Stage) -> None:
    """Before, after, and when half an hour went by without an answer."""
    assert keys(await stage.play(stage.command(" salam to all"))) == ["check.clear"]
    await stage.play(stage.command("permit"))
    stage.clock.pass_(minutes=31)
    assert keys(await stage.play(stage.command(" F.1\nSecretary"))) == ["check.clear"]
    asked = await stage.play(stage.command("permit "))
    assert keys(await taps(stage, asked, "Cancel")) == ["press.done", "permit.cancelled"]
    assert keys(await stage.play(stage.command(" F.1\nSecretary\nx"))) == ["check.clear"]


async def test_covered_is_kept_and_neither_warned_nor_alerted(stage: Stage) -> None:
    """It stands in the record and in /why, and the digest counts it."""
    await registered(stage, permit("all", "political"))
    assert await stage.play(stage.says("vote")) == []
    [found] = await entries(stage, "findings")
    assert found["covered"] == {"political": 1}
    why = await stage.play(stage.command("why", ALI, private=False, reply_to="10"))
    assert [part.key for part in why[0].notice.parts][-1] == "why.permitted"  # type: ignore[union-attr] # a Send
    digest = await stage.play(stage.command("digest week"))
    lines = [part.key for order in digest if isinstance(order, Send) for part in order.notice.parts]
    assert "digest.covered" in lines


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        pytest.param(permit(clause="promotion"), None, id="another clause"),
        pytest.param(permit(who="Admin Sahib"), None, id="another member"),
        pytest.param(permit(days="25/11/2026 31/12/2026"), None, id="not yet"),
        pytest.param(
            permit(days="24/11/2026"), datetime(2026, 11, 24, 19, 0, tzinfo=UTC), id="over at midnight"
        ),
        pytest.param(permit(), datetime(2026, 11, 23, 18, 59, tzinfo=UTC), id="sent before"),
    ],
)
async def test_not_covered(stage: Stage, line: str, sent: datetime | None) -> None:
    """The member is warned and the admin alerted."""
    await registered(stage, line)
    assert len(await permissions(stage)) == 1
    if sent is not None:
        stage.clock.at = sent
    assert "warning.member" in keys(await stage.play(stage.says("vote")))


async def test_an_edit_needs_a_permission_that_still_holds(stage: Stage) -> None:
    """Telegram dates an edit like its message: words put in later are covered by nothing that is over."""
    await registered(stage, permit(days="24/11/2026"))
    said = stage.says("salam")
    await stage.play(said)
    stage.clock.pass_(days=2)
    edited = stage.says("vote", edited=True)
    object.__setattr__(edited, "sent_at", said.sent_at)
    assert "warning.member" in keys(await stage.play(edited))


async def test_withdrawn_covers_nothing(stage: Stage) -> None:
    """By button or by number; the second time is told so; a stranger cannot."""
    await registered(stage, permit())
    listed = await stage.play(stage.command("permit list"))
    assert keys(listed) == ["permit.list"]
    assert keys(await taps(stage, listed, "Withdraw", ALI)) == ["press.refused"]
    assert keys(await taps(stage, listed, "Withdraw")) == ["permit.withdrawn"]
    assert keys(await stage.play(stage.command("permit withdraw 1"))) == ["press.unchanged"]
    assert keys(await stage.play(stage.command("permit withdraw 7"))) == ["permit.unknown"]
    assert "warning.member" in keys(await stage.play(stage.says("vote")))


async def test_a_room_that_moves_keeps_its_permissions(stage: Stage) -> None:
    """A supergroup has another id."""
    await registered(stage, permit())
    new = RoomId("telegram:-1009")
    await stage.play(RoomMoved(Place(GROUP), new, stage.clock.now()))
    assert len(await permissions(stage, new)) == 1


async def test_which_room_and_which_member(stage: Stage) -> None:
    """Asked where there are several; a permission of one room covers nothing in another."""
    other = Place(RoomId("telegram:-200"), title="Batch")
    await stage.play(MemberChanged(other, ADMIN, stage.clock.now()))
    for number, name in enumerate(("Ali Raza", "Ali Khan")):
        joined = Member(MemberId(f"telegram:{20 + number}"), name)
        await stage.play(MemberChanged(other, joined, stage.clock.now()))
    asked = await stage.play(stage.command(permit("ali")))
    assert keys(asked) == ["digest.which"]
    asked = await taps(stage, asked, "Batch")
    assert keys(asked) == ["press.done", "permit.which_member"]
    asked = await taps(stage, asked, "Ali Khan")
    assert keys(await taps(stage, asked, "Put on record")) == ["press.done", "permit.registered"]
    assert await permissions(stage) == []
    [kept] = await permissions(stage, other.room)
    assert kept.member == "telegram:21"


async def test_named_by_a_reply_in_the_group(stage: Stage) -> None:
    """The questions come in private, about him."""
    await stage.play(stage.says("salam"))
    asked = await stage.play(stage.command("permit", private=False, reply_to="10"))
    assert keys(asked) == ["permit.ask_what", "settings.sent_private"]
    asked = await stage.play(stage.command(" F.9\nSecretary\ntalk"))
    assert keys(asked) == ["permit.ask_clause"]
    asked = await taps(stage, asked, "All clauses")
    asked = await stage.play(stage.command(" ۱/۱۲/۲۰۲۶ ۳۱/۱۲/۲۰۲۶"))
    await taps(stage, asked, "Put on record")
    [kept] = await permissions(stage)
    assert (kept.member, kept.clause) == (ALI.id, "")
    assert kept.since == datetime(2026, 11, 30, 19, tzinfo=UTC)


async def test_ends_are_announced(stage: Stage) -> None:
    """A week, a day, and on the day, at nine, each once; after a pause the nearest only; a withdrawn one not."""
    await registered(stage, permit(days="20/12/2026"))
    seen = []
    stage.clock.at = datetime(2026, 12, 12, 4, 30, tzinfo=UTC)
    for _ in range(10 * 24):
        seen += [(stage.clock.at.day, key) for key in await endings(stage)]
        stage.clock.pass_(hours=1)
    assert seen == [(13, "permit.ends_7"), (19, "permit.ends_1"), (20, "permit.ends_0")]
    await registered(stage, permit(days="20/1/2027"))
    stage.clock.at = datetime(2027, 1, 19, 5, tzinfo=UTC)
    assert await endings(stage) == ["permit.ends_1"]
    assert await endings(stage) == []
    await stage.play(stage.command("permit withdraw 2"))
    stage.clock.pass_(days=1)
    assert await endings(stage) == []


async def test_soon_over_stands_in_the_digest(stage: Stage) -> None:
    """With what to do about it."""
    await registered(stage, permit(days="30/11/2026"))
    [digest] = [one for one in await stage.play(stage.command("digest today")) if isinstance(one, Send)]
    steps = [step.key for part in digest.notice.parts if part.key == "digest.next" for step in part.parts]
    assert "digest.step_expiring" in steps


async def test_the_paper_is_known_by_its_hash(stage: Stage) -> None:
    """Sent in reply to what was said of the permission; its bytes are not kept, its hash and name are."""
    await registered(stage, permit())
    await stage.mark_sent("permit:done|1", RoomId(str(ADMIN.id)), "77")
    file = Attachment("u1", "ref", "order.pdf", "application/pdf", 1000)
    place = Place(RoomId(str(ADMIN.id)), private=True)
    sent = stage.command("", reply_to="77")
    sent = CommandGiven(place, sent.message, ADMIN, sent.at, "", "", sent.reply_to, files=(file,))
    assert await stage.play(sent) == []
    order = ReadFile(
        f"permit:1|{place.room}|{sent.message}|u1", place, sent.message, ADMIN, sent.at, file, "permit"
    )
    async with stage.database.reading() as connection:
        assert connection.execute(select(schema.files.c.key)).scalars().all() == [order.key]
    read = FileRead(place, order, stage.clock.now(), likeness=Likeness("h" * 64))
    assert keys(await stage.play(read)) == ["permit.paper_kept"]
    [kept] = await permissions(stage)
    assert (kept.paper, kept.paper_name) == ("h" * 64, "order.pdf")


async def test_other_admins_hear_of_it(stage: Stage) -> None:
    """Nobody excepts himself unseen."""
    await stage.play(MemberChanged(Place(GROUP, title="Officers"), SECOND, stage.clock.now()))
    await stage.play(stage.command("start", SECOND))
    done = await registered(stage, permit())
    [told] = [order for order in done if isinstance(order, Send) and order.member == SECOND.id]
    assert told.notice.key == "permit.told"


@pytest.mark.parametrize(
    "line",
    ["F.1; Sec; all; all; x", "F.1; Sec; all; sedition; x; 1/1/2027", "F.1; Sec; all; all; x; 1/1/2020", "x"],
)
async def test_a_line_that_says_less_is_explained(stage: Stage, line: str) -> None:
    """With an example."""
    assert keys(await stage.play(stage.command(f"permit {line}"))) == ["permit.how"]


def test_days_as_officers_write_them() -> None:
    """Day first; Urdu digits; two figures of a year; none that is in no calendar."""
    assert read_days("30/6/2027, 1-7-27 ۵.۸.۲۰۲۸") == [date(2027, 6, 30), date(2027, 7, 1), date(2028, 8, 5)]
    with pytest.raises(ValueError, match="day is out of range"):
        read_days("31/2/2027")
    line = read_line("ایف؛ سیکرٹری؛ سب؛ all؛ تقریر؛ ۳۰/۶/۲۰۲۷", date(2026, 11, 24))
    assert (line.member, line.clause, line.last) == ("", "", date(2027, 6, 30))
    assert line.first == date(2026, 11, 24) <= line.last - timedelta(days=1)


async def test_presses_are_answered_once(stage: Stage) -> None:
    """A press always gets its word."""
    asked = await stage.play(stage.command(permit()))
    done = await taps(stage, asked, "Put on record")
    assert len([order for order in done if isinstance(order, AnswerPress)]) == 1


async def test_a_file_is_covered_like_words(stage: Stage) -> None:
    """The paper that a member may share: kept as covered; for another member the same paper is warned about."""
    await registered(stage, permit("Admin Sahib", "disclosure"))
    await stage.play(carrying(stage, sender=ADMIN), carrying(stage, message="11"))
    mine, his = await waiting(stage)
    assert keys(await stage.play(read(mine))) == []
    assert "warning.file" in keys(await stage.play(read(his)))
