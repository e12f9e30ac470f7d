"""Members: they appeal, hear what became of it, see what is kept about them, and have it erased."""

from sqlalchemy import Connection, select

from bot.store import schema
from handlers.events import Member, MemberChanged, MemberId, Place, Standing
from handlers.records import AnswerPress, EditSent, Order, Send
from tests.handlers.stage import ADMIN, ALI, GROUP, SECOND, Stage

OTHER = Member(MemberId("telegram:77"), "Other")


def keys(orders: list[Order]) -> list[str]:
    """The locale keys of everything said."""
    return [order.notice.key for order in orders if isinstance(order, Send | EditSent | AnswerPress)]


def to(orders: list[Order], member: Member) -> list[Send]:
    """What is said to one in private."""
    return [order for order in orders if isinstance(order, Send) and order.member == member.id]


async def appealed(stage: Stage, reason: str = "it was a quotation") -> list[Order]:
    """Ali was warned and appeals in reply to the warning."""
    warning = (await stage.play(stage.says("please vote")))[0]
    assert isinstance(warning, Send)
    assert [button.data for row in warning.buttons for button in row] == ["appeal:1"]
    await stage.mark_sent(warning.key, GROUP, "11")
    return await stage.play(stage.command(f"appeal {reason}", ALI, private=False, reply_to="11"))


async def test_appeal_goes_to_the_admins_with_its_reason(stage: Stage) -> None:
    """In private, with the text; the group hears only that it was sent. One appeal a finding, by its author."""
    orders = await appealed(stage)
    [told] = to(orders, ADMIN)
    assert told.notice.key == "appeal.raised"
    assert told.notice.fields["excerpt"] == "please vote"
    assert told.notice.parts[-1].fields["reason"] == "it was a quotation"
    assert keys(orders)[-1] == "appeal.sent"
    stage.clock.pass_(seconds=1)
    again = await stage.play(stage.command("appeal again", ALI, private=False, reply_to="10"))
    assert keys(again) == ["appeal.already"]
    foreign = await stage.play(stage.command("appeal me too", OTHER, private=False, reply_to="10"))
    assert keys(foreign) == ["appeal.not_yours"]


async def test_overturned_appeal_is_a_false_alarm(stage: Stage) -> None:
    """The alert closes as such, the warning is withdrawn, the wording stays quiet, the member hears in the group."""
    await appealed(stage)
    orders = await stage.play(stage.press("overturn:1"))
    assert {"alert.raised", "warning.withdrawn", "appeal.raised", "appeal.said_overturned"} <= set(
        keys(orders)
    )
    said = next(order for order in orders if order.key == "answer:appeal|1")
    assert isinstance(said, Send)
    assert (said.room, said.reply_to) == (GROUP, "10")
    assert "please vote" not in str(said.notice)
    assert {"appeal_overturned", "alert_false_alarm", "lesson_learnt"} <= set(await stage.journal())
    assert await stage.play(stage.says("please vote", "12")) == []
    stage.clock.pass_(seconds=1)
    assert keys(await stage.play(stage.press("uphold:1"))) == ["press.already"]
    digest = (await stage.play(stage.command("digest today")))[0]
    assert isinstance(digest, Send)
    [line] = [part for part in digest.notice.parts if part.key == "digest.appeals"]
    assert line.fields == {"n": 1, "upheld": 0, "overturned": 1, "open": 0}


async def test_upheld_appeal_is_told_in_private_where_that_is_open(stage: Stage) -> None:
    """Nothing in the group; deciding is acting, so the alert is closed."""
    await stage.play(stage.command("start", ALI))
    await appealed(stage)
    orders = await stage.play(stage.press("uphold:1"))
    assert [order.notice.key for order in to(orders, ALI)] == ["appeal.told_upheld"]
    assert "alert_acknowledged" in await stage.journal()
    assert "warning.member" in keys(await stage.play(stage.says("please vote", "12")))


async def test_button_appeals_and_the_reason_may_follow(stage: Stage) -> None:
    """Pressed by anybody else it does nothing; the admins' copy gets the reason when it comes."""
    await stage.play(stage.says("please vote"))
    assert keys(await stage.play(stage.press("appeal:1", OTHER))) == ["press.refused"]
    assert "appeal.sent" in keys(await stage.play(stage.press("appeal:1", ALI)))
    stage.clock.pass_(seconds=1)
    orders = await stage.play(stage.command("appeal I only asked", ALI, private=False, reply_to="10"))
    assert keys(orders) == ["appeal.raised", "appeal.reason_added"]
    assert isinstance(orders[0], EditSent)
    assert orders[0].buttons[0][0].data == "uphold:1"


async def test_nobody_decides_his_own_appeal_while_there_is_another_admin(stage: Stage) -> None:
    """Admins are judged like everybody."""
    await stage.play(MemberChanged(Place(GROUP, title="Officers"), SECOND, stage.clock.now()))
    await stage.play(stage.says("vote", sender=ADMIN), stage.press("appeal:1", ADMIN))
    assert keys(await stage.play(stage.press("overturn:1", ADMIN))) == ["press.own_appeal"]
    assert "press.overturned" in keys(await stage.play(stage.press("overturn:1", SECOND)))


async def test_appeal_waits_for_an_admin_whose_chat_opens_later(bare: Stage) -> None:
    """It comes with the alerts that waited."""
    await bare.play(bare.joined(ADMIN), bare.says("vote"))
    await bare.play(bare.command("appeal why me", ALI, private=False, reply_to="10"))
    assert "appeal.raised" in keys(await bare.play(bare.command("start")))


async def test_why_tells_of_files_edits_and_what_an_admin_said(stage: Stage) -> None:
    """An edit that took the words out, and a mark as a false alarm, are told with the reason."""
    await stage.play(stage.says("please vote"), stage.says("good evening", edited=True))
    orders = await stage.play(stage.command("why", ALI, private=False, reply_to="10"))
    assert isinstance(orders[0], Send)
    assert [part.key for part in orders[0].notice.parts] == ["finding.line", "why.edited"]
    await stage.play(stage.press("false:1"))
    stage.clock.pass_(seconds=1)
    orders = await stage.play(stage.command("why", ALI, private=False, reply_to="10"))
    assert isinstance(orders[0], Send)
    assert orders[0].notice.parts[-1].key == "why.false_alarm"


async def test_mydata_shows_what_is_kept_and_erases_it(stage: Stage) -> None:
    """In private only; asked once more; the text goes from the store, clause and time and record stay."""
    await appealed(stage)
    stage.clock.pass_(seconds=1)
    in_group = await stage.play(stage.command("mydata", ALI, private=False))
    assert keys(in_group) == ["mydata.in_private"]
    shown = (await stage.play(stage.command("mydata", ALI)))[0]
    assert isinstance(shown, Send)
    assert [part.key for part in shown.notice.parts] == [
        "mydata.room",
        "mydata.finding",
        "mydata.text",
        "mydata.appeal_open",
    ]
    assert shown.notice.parts[0].fields == {"room": "Officers", "judged": 1, "n": 1}
    assert shown.notice.parts[2].fields["until"] == "22 Feb 2027, 14:00"
    assert keys(await stage.play(stage.press("erase:ask", ALI))) == ["mydata.confirm", "press.done"]
    orders = await stage.play(stage.press("erase:yes", ALI))
    assert keys(orders) == ["mydata.erased", "press.done"]

    async def job(connection: Connection) -> list[object]:
        finding = connection.execute(select(schema.findings)).one()
        appeal = connection.execute(select(schema.appeals)).one()
        return [finding.kept_sealed, finding.clause, appeal.reason_sealed]

    assert await stage.database.write(job) == [None, "political", None]
    assert "texts_erased" in await stage.journal()
    stage.clock.pass_(seconds=1)
    after = (await stage.play(stage.command("mydata", ALI)))[0]
    assert isinstance(after, Send)
    assert after.buttons == ()
    assert keys(await stage.play(stage.press("ack:1"))) == ["press.acknowledged", "alert.raised"]


async def test_mydata_shows_nothing_of_others(stage: Stage) -> None:
    """A stranger, and another member, see their own only."""
    await stage.play(stage.says("please vote"))
    assert keys(await stage.play(stage.command("mydata", OTHER))) == ["mydata.nothing"]
    await stage.play(stage.press("erase:yes", OTHER))
    shown = (await stage.play(stage.command("mydata", ALI)))[0]
    assert isinstance(shown, Send)
    assert "mydata.text" in [part.key for part in shown.notice.parts]


async def test_puppet_hears_in_the_group(stage: Stage) -> None:
    """A bridged member has no private chat with us."""
    puppet = Member(MemberId("matrix:@whatsapp_92300:x"), "Puppet", Standing.PUPPET)
    await stage.play(stage.says("please vote", sender=puppet))
    await stage.play(stage.command("appeal please", puppet, private=False, reply_to="10"))
    orders = await stage.play(stage.press("uphold:1"))
    assert "appeal.said_upheld" in keys(orders)
