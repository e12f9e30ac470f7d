"""What an admin can do about an alert, and how it comes back until he has done something."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from bot.store.transaction import SqlTransaction
from handlers.events import MemberChanged, Place
from handlers.records import AnswerPress, EditSent, Mode, Order, Remove, Send
from handlers.reminder import remind_due
from tests.handlers.stage import ADMIN, ALI, GROUP, SECOND, Stage


def keys(orders: list[Order]) -> list[str]:
    """The locale keys of everything said."""
    return [order.notice.key for order in orders if isinstance(order, Send | EditSent | AnswerPress)]


def sends(orders: list[Order]) -> list[Send]:
    """What is said anew."""
    return [order for order in orders if isinstance(order, Send)]


async def remind(stage: Stage) -> list[Order]:
    """Let the clock's chore look; the orders that came of it."""

    async def job(connection: Connection) -> int:
        return await remind_due(SqlTransaction(connection, stage.database.vault), stage.desk)

    await stage.database.write(job)
    return await stage.new_orders()


async def with_second(stage: Stage) -> None:
    """Another admin with an open private chat."""
    await stage.play(
        MemberChanged(Place(GROUP, title="Officers"), SECOND, stage.clock.now()),
        stage.command("start", SECOND),
    )


async def set_room(stage: Stage, **changes: object) -> None:
    """Change the room's record."""

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, stage.database.vault)
        room = await transaction.room(GROUP)
        assert room is not None
        await transaction.save_room(replace(room, **changes))  # type: ignore[arg-type] # named fields of the room

    await stage.database.write(job)


async def test_removing_takes_the_message_out_and_closes_every_copy(stage: Stage) -> None:
    """The message goes, both copies say who had it removed, the record too; a second press removes nothing."""
    await with_second(stage)
    await stage.play(stage.says("vote"))
    orders = await stage.play(stage.press("remove:1"))
    assert [order.message for order in orders if isinstance(order, Remove)] == ["10"]
    closed = [order for order in orders if isinstance(order, EditSent)]
    assert {order.sent_key for order in closed} == {f"alert:1|{ADMIN.id}", f"alert:1|{SECOND.id}"}
    assert all(order.notice.parts[-1].key == "alert.removed" and not order.buttons for order in closed)
    assert "alert_removed" in await stage.journal()
    stage.clock.pass_(seconds=1)
    assert keys(await stage.play(stage.press("ack:1", SECOND))) == ["press.already"]


async def test_removal_is_offered_only_where_it_can_be_done(stage: Stage) -> None:
    """Without the right there is no such button, and an old button is answered with what is lacking."""
    await set_room(stage, missing=("remove",))
    [alert] = [order for order in sends(await stage.play(stage.says("vote"))) if order.member]
    assert "remove:1" not in [button.data for row in alert.buttons for button in row]
    orders = await stage.play(stage.press("remove:1"))
    assert keys(orders) == ["press.no_right"]
    assert not [order for order in orders if isinstance(order, Remove)]


async def test_covered_finding_is_marked_and_its_warning_withdrawn(stage: Stage) -> None:
    """It stays on record as covered, is counted so, and what was said to the member is taken back."""
    await stage.play(stage.says("vote"))
    orders = await stage.play(stage.press("covered:1"))
    assert {"alert.raised", "press.covered", "warning.withdrawn"} == set(keys(orders))
    digest = sends(await stage.play(stage.command("digest today")))[0]
    assert {part.key: part.fields.get("n") for part in digest.notice.parts}["digest.covered"] == 1


async def test_false_alarm_quiets_that_wording_in_that_room(stage: Stage) -> None:
    """The same words spelt otherwise are noted from then on, not warned about; other words still are."""
    await stage.play(stage.says("siyasat ki baat nahi, vote of thanks", "1"))
    await stage.play(stage.press("false:1"))
    orders = await stage.play(stage.says("Syasat ki bat nahi: vote of thanks!", "2"))
    assert orders == []
    assert "lesson_applied" in await stage.journal()
    assert "warning.member" in keys(await stage.play(stage.says("vote for them", "3")))


async def test_signs_without_words_teach_nothing(stage: Stage) -> None:
    """An empty wording would be like every other."""

    async def job(connection: Connection) -> tuple[str, str]:
        return SqlTransaction(connection, stage.database.vault).wording("!!! 🙂")

    assert await stage.database.write(job) == ("", "")


@pytest.mark.parametrize("learns", [True, False])
async def test_text_of_a_lesson_is_kept_only_where_the_room_learns(stage: Stage, learns: bool) -> None:
    """Opt-in; without it, only keyed marks."""

    async def job(connection: Connection) -> list[str | None]:
        transaction = SqlTransaction(connection, stage.database.vault)
        return [lesson.text for lesson in await transaction.lessons(GROUP)]

    async def settings(connection: Connection) -> None:
        transaction = SqlTransaction(connection, stage.database.vault)
        room = await transaction.room(GROUP)
        assert room is not None
        await transaction.save_room(replace(room, settings=replace(room.settings, learns=learns)))

    await stage.database.write(settings)
    await stage.play(stage.says("a vote of thanks"), stage.press("false:1"))
    assert await stage.database.write(job) == ["a vote of thanks" if learns else None]


async def test_unanswered_alert_comes_back_until_someone_acts(stage: Stage) -> None:
    """After four hours, then eight more; never at night, never twice, and not once it is closed."""
    await stage.play(stage.says("vote"))  # 14:00 here
    stage.clock.pass_(hours=3, minutes=59)
    assert await remind(stage) == []
    stage.clock.pass_(minutes=1)
    [again] = sends(await remind(stage))  # 18:00
    assert again.notice.parts[-1].key == "alert.again"
    assert {"ack:1", "later:1"} <= {button.data for row in again.buttons for button in row}
    assert await remind(stage) == []
    stage.clock.pass_(hours=8)  # 02:00: night
    assert await remind(stage) == []
    stage.clock.pass_(hours=5)  # 07:00
    [morning] = sends(await remind(stage))
    assert morning.key != again.key
    closed = await stage.play(stage.press("ack:1"))
    edited = {order.sent_key for order in closed if isinstance(order, EditSent)}
    assert edited == {f"alert:1|{ADMIN.id}", again.key, morning.key}
    stage.clock.pass_(hours=30)
    assert await remind(stage) == []


async def test_several_open_alerts_come_back_as_one_list(stage: Stage) -> None:
    """One reminder with a number for each; a number brings that alert with its buttons."""
    await stage.play(stage.says("vote", "1"), stage.says("vote", "2"), stage.says("vote", "3"))
    stage.clock.pass_(hours=4)
    [listed] = sends(await remind(stage))
    assert (listed.notice.key, listed.notice.fields["n"]) == ("alert.waiting", 3)
    assert [button.data for row in listed.buttons for button in row] == ["show:1", "show:2", "show:3"]
    [shown] = sends(await stage.play(stage.press("show:2")))
    assert shown.buttons[0][0].data == "ack:2"
    assert await remind(stage) == []


async def test_no_reminders_where_they_are_switched_off(stage: Stage) -> None:
    """Zero hours: never."""

    async def settings(connection: Connection) -> None:
        transaction = SqlTransaction(connection, stage.database.vault)
        room = await transaction.room(GROUP)
        assert room is not None
        await transaction.save_room(replace(room, settings=replace(room.settings, remind_hours=0)))

    await stage.database.write(settings)
    await stage.play(stage.says("vote"))
    stage.clock.pass_(hours=30)
    assert await remind(stage) == []


async def test_remind_me_reminds_the_one_who_asked(stage: Stage) -> None:
    """In an hour, once, and nobody else."""
    await with_second(stage)
    await stage.play(stage.says("vote"))
    assert keys(await stage.play(stage.press("later:1", SECOND))) == ["press.later"]
    stage.clock.pass_(minutes=59)
    assert await remind(stage) == []
    stage.clock.pass_(minutes=1)
    assert [order.member for order in sends(await remind(stage))] == [SECOND.id]
    assert await remind(stage) == []


async def test_alerts_lists_what_waits(stage: Stage) -> None:
    """`/alerts` shows it again, however often it was said."""
    await stage.play(stage.says("vote", "1"), stage.says("vote", "2"))
    assert keys(await stage.play(stage.command("alerts"))) == ["alerts.open", "alert.waiting"]


@pytest.mark.parametrize("verb", ["remove", "covered", "later", "show", "uphold", "overturn", "erase"])
async def test_copied_buttons_do_nothing_for_a_member(stage: Stage, verb: str) -> None:
    """Refused in one line; numbers that are none are refused as well."""
    await stage.play(stage.says("vote"))
    for number in ("1", "99", "x", "²"):
        stage.clock.pass_(seconds=1)
        assert keys(await stage.play(stage.press(f"{verb}:{number}", ALI))) == ["press.refused"]
    assert stage.mode is Mode.WARN
