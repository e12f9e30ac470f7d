"""Admins and members: who may do what, how alerts find a way, what is answered to whom."""

import pytest

from handlers.events import (
    BotChanged,
    Member,
    MemberChanged,
    MemberId,
    MessageId,
    Place,
    PrivateOpened,
    RoomId,
    RoomMoved,
    Standing,
)
from handlers.records import AnswerPress, EditSent, Mode, Order, Send, SendFile
from tests.handlers.stage import ADMIN, ALI, GROUP, SECOND, Stage

STRANGER = Member(MemberId("telegram:666"), "Stranger")


def keys(orders: list[Order]) -> list[str]:
    """The locale keys of everything said."""
    return [order.notice.key for order in orders if isinstance(order, Send | EditSent | AnswerPress)]


async def test_bot_introduces_itself_on_joining(bare: Stage) -> None:
    """The rule, what is kept, for how long; the admin who is reachable is greeted."""
    orders = await bare.play(bare.joined(ADMIN))
    assert keys(orders) == ["notice.joined"]
    assert isinstance(orders[0], Send)
    assert orders[0].buttons[0][0].opens_private
    assert keys(await bare.play(bare.joined(ADMIN))) == []


async def test_missing_right_is_told_at_once(stage: Stage) -> None:
    """Lost rights are named with the way to give them, to the admins in private; each change once."""
    orders = await stage.play(stage.joined(ADMIN, missing=["see", "remove"]))
    assert keys(orders) == ["notice.missing_rights"]
    assert isinstance(orders[0], Send)
    assert orders[0].member == ADMIN.id
    assert [part.key for part in orders[0].notice.parts] == ["right.see", "right.remove"]
    assert await stage.play(stage.joined(ADMIN, missing=["remove", "see"])) == []


async def test_alert_waits_until_a_private_chat_opens(bare: Stage) -> None:
    """No admin can be reached: the group gets a button, once; after /start the open alerts arrive."""
    await bare.play(bare.joined(ADMIN))
    first = await bare.play(bare.says("vote", "1"))
    assert keys(first) == ["private.open"]
    assert await bare.play(bare.says("vote", "2")) == []
    orders = await bare.play(bare.command("start"))
    assert keys(orders) == ["help.start", "alert.rehearsed", "alert.rehearsed", "setup.welcome"]


async def test_blocked_private_chat_is_no_way_any_more(stage: Stage) -> None:
    """The admin blocked the bot: the next alert asks in the group."""
    closed = PrivateOpened(Place(RoomId(str(ADMIN.id)), private=True), ADMIN, stage.clock.now(), open=False)
    await stage.play(closed)
    orders = await stage.play(stage.says("vote"))
    assert "private.open" in keys(orders)
    assert not [order for order in orders if isinstance(order, Send) and order.key.startswith("alert:")]


async def test_a_private_chat_that_was_open_gives_nothing_twice(stage: Stage) -> None:
    """At every start a platform may say again that it is open."""
    opened = PrivateOpened(Place(RoomId(str(ADMIN.id)), private=True), ADMIN, stage.clock.now())
    await stage.play(*(stage.says("vote", str(number)) for number in range(12)))
    assert await stage.play(opened) == []


async def test_acknowledging_closes_every_copy(stage: Stage) -> None:
    """When one admin acts, the others' copies say so; the second press is told so."""
    await stage.play(
        MemberChanged(Place(GROUP, title="Officers"), SECOND, stage.clock.now()),
        stage.command("start", SECOND),
    )
    await stage.play(stage.says("vote"))
    orders = await stage.play(stage.press("ack:1"))
    assert keys(orders) == ["press.acknowledged", "alert.raised", "alert.raised"]
    edits = [order for order in orders if isinstance(order, EditSent)]
    assert {order.sent_key for order in edits} == {f"alert:1|{ADMIN.id}", f"alert:1|{SECOND.id}"}
    assert all(order.buttons == () for order in edits)
    assert edits[0].notice.parts[-1].key == "alert.acknowledged"
    stage.clock.pass_(seconds=5)
    assert keys(await stage.play(stage.press("false:1", SECOND))) == ["press.already"]


@pytest.mark.parametrize(
    "data",
    [
        "ack:1",
        "false:1",
        f"mode:warn:{GROUP}",
        f"digest:today:{GROUP}",
        "ack:x",
        "ack:999",
        "nonsense",
        "mode:fly:x",
        "",
    ],
)
async def test_copied_button_does_nothing_for_a_stranger(stage: Stage, data: str) -> None:
    """Refused in one line, and nothing changes."""
    await stage.play(stage.says("vote"))
    orders = await stage.play(stage.press(data, STRANGER))
    assert keys(orders) == ["press.refused"]
    assert keys(await stage.play(stage.press("ack:1")))[0] == "press.acknowledged"


async def test_former_admin_may_no_longer_act(stage: Stage) -> None:
    """Whoever ceased to be an admin is refused."""
    await stage.play(stage.says("vote"))
    demoted = Member(ADMIN.id, ADMIN.name, Standing.MEMBER)
    await stage.play(MemberChanged(Place(GROUP, title="Officers"), demoted, stage.clock.now()))
    assert keys(await stage.play(stage.press("ack:1"))) == ["press.refused"]
    assert "admin_removed" in await stage.journal()


@pytest.mark.parametrize("line", ["digest", "digest week", "settings", "setup", "alerts", "permit"])
async def test_admin_command_is_refused_to_a_member(stage: Stage, line: str) -> None:
    """One courteous line, nothing changed."""
    orders = await stage.play(stage.command(line, STRANGER))
    assert keys(orders) == ["refused.admins_only"]


async def test_digest_goes_to_the_private_chat_only(stage: Stage) -> None:
    """Asked for in the group, it is said in private, with a word in the group."""
    orders = await stage.play(stage.command("digest week", private=False))
    digest, paper, word = orders
    assert isinstance(digest, Send)
    assert isinstance(paper, SendFile)
    assert (digest.member, digest.room) == (paper.member, paper.room) == (ADMIN.id, None)
    assert isinstance(word, Send)
    assert (word.room, word.notice.key) == (GROUP, "digest.sent_private")


async def test_digest_counts(stage: Stage) -> None:
    """Plain numbers: judged, by clause, alerts open."""
    await stage.play(stage.says("salam", "1"), stage.says("vote", "2"), stage.says("vote", "3"))
    digest = (await stage.play(stage.command("digest today")))[0]
    assert isinstance(digest, Send)
    lines = {(part.key, part.fields.get("clause_key")): part.fields.get("n") for part in digest.notice.parts}
    assert lines["digest.judged", None] == 3
    assert lines["digest.clause", "clause.political"] == 2
    assert lines["digest.alerts", None] == 2


async def test_digest_of_several_rooms_asks_which(stage: Stage) -> None:
    """An admin of two rooms chooses by a button."""
    other = RoomId("telegram:-200")
    await stage.play(MemberChanged(Place(other, title="Batch"), ADMIN, stage.clock.now()))
    orders = await stage.play(stage.command("digest"))
    assert keys(orders) == ["digest.which"]
    assert isinstance(orders[0], Send)
    assert [row[0].data for row in orders[0].buttons] == [f"digest:today:{GROUP}", f"digest:today:{other}"]
    chosen = await stage.play(stage.press(f"digest:today:{other}"))
    assert keys(chosen) == ["digest.head", "press.done"]


async def test_check_in_private_keeps_nothing(stage: Stage) -> None:
    """A draft is judged and answered; no finding, no alert, no journal entry."""
    before = await stage.journal()
    assert keys(await stage.play(stage.command("check vote for them", ALI))) == ["check.warn"]
    assert keys(await stage.play(stage.command("check salam", ALI))) == ["check.clear"]
    assert await stage.journal() == before


async def test_check_in_the_group_points_to_the_private_chat(stage: Stage) -> None:
    """In the group the draft would already be posted."""
    assert keys(await stage.play(stage.command("check x", ALI, private=False))) == ["check.in_private"]


async def test_why_explains_a_warning(stage: Stage) -> None:
    """As a reply to the warning or to the message itself; elsewhere it says how."""
    warning = (await stage.play(stage.says("vote")))[0]
    await stage.mark_sent(warning.key, GROUP, "11")
    for reply_to in ("11", "10"):
        stage.clock.pass_(seconds=1)
        orders = await stage.play(stage.command("why", ALI, private=False, reply_to=reply_to))
        assert keys(orders) == ["why.because"]
    stage.clock.pass_(seconds=1)
    assert keys(await stage.play(stage.command("why", ALI, private=False))) == ["why.how"]
    stage.clock.pass_(seconds=1)
    assert keys(await stage.play(stage.command("why", ALI, private=False, reply_to="12"))) == ["why.nothing"]


async def test_admin_switches_warnings_on(bare: Stage) -> None:
    """By the button on the alert; on record with who."""
    await bare.play(bare.joined(ADMIN), bare.command("start"), bare.says("vote", "1"))
    orders = await bare.play(bare.press(f"mode:warn:{GROUP}"))
    assert keys(orders) == ["press.done", "settings.mode_set"]
    assert "setting_changed" in await bare.journal()
    assert "warning.member" in keys(await bare.play(bare.says("vote", "2")))
    assert bare.mode is Mode.REHEARSE


async def test_migrated_group_goes_on(stage: Stage) -> None:
    """The supergroup has the settings, the admins, the open alerts; message ids that start again are new messages."""
    await stage.play(stage.says("vote", "10"))
    new = RoomId("telegram:-1000")
    await stage.play(RoomMoved(Place(GROUP), new, stage.clock.now()))
    moved = stage.says("vote", "10")
    orders = await stage.play(
        type(moved)(Place(new, title="Officers"), moved.message, ALI, moved.sent_at, "vote")
    )
    assert "warning.member" in keys(orders)
    stage.clock.pass_(seconds=1)
    assert keys(await stage.play(stage.command("alerts")))[0] == "alerts.open"


async def test_newcomers_are_told_once_an_hour(stage: Stage) -> None:
    """Members learn on joining that the group is checked; a wave of them is told once."""

    def arrival(number: int) -> MemberChanged:
        return MemberChanged(
            Place(GROUP, title="Officers"), Member(MemberId(f"telegram:{number}"), "N"), stage.clock.now()
        )

    assert keys(await stage.play(arrival(70), arrival(71))) == ["notice.member_joined"]
    stage.clock.pass_(hours=1)
    assert keys(await stage.play(arrival(72))) == ["notice.member_joined"]


async def test_unknown_text_in_private_is_checked_as_a_draft(stage: Stage) -> None:
    """Whoever writes to the bot wants to know."""
    event = stage.command("", ALI)
    event = type(event)(event.place, MessageId("1"), ALI, event.at, "", "vote")
    assert keys(await stage.play(event)) == ["check.warn"]


async def test_admins_follow_the_platforms_list(stage: Stage) -> None:
    """A survey of the room drops who is listed no more; who is new gets the alerts that wait."""
    await stage.play(stage.says("vote"))
    await stage.play(PrivateOpened(Place(RoomId(SECOND.id), private=True), SECOND, stage.clock.now()))
    orders = await stage.play(stage.joined(SECOND))
    assert [order.member for order in orders if isinstance(order, Send)] == [SECOND.id]
    assert keys(await stage.play(stage.command("digest"))) == ["refused.admins_only"]


@pytest.mark.parametrize("line", ["digest", "settings"])
async def test_anonymous_admin_is_asked_to_come_in_private(stage: Stage, line: str) -> None:
    """Nobody can tell whose private chat the answer belongs to; a mode is set at once all the same."""
    hidden = Member(MemberId(str(GROUP)), "Officers", Standing.ANONYMOUS_ADMIN)
    await stage.play(MemberChanged(Place(GROUP, title="Officers"), hidden, stage.clock.now()))
    assert keys(await stage.play(stage.command(line, hidden, private=False))) == ["refused.anonymous"]
    assert keys(await stage.play(stage.command("settings warn", hidden, private=False))) == [
        "settings.mode_set"
    ]


async def test_room_left_behind_says_nothing_of_its_successor(stage: Stage) -> None:
    """That we are no longer in the old group of a supergroup is no removal."""
    new = RoomId("telegram:-100200")
    await stage.play(RoomMoved(Place(GROUP), new, stage.clock.now()))
    gone = BotChanged(Place(GROUP), present=False, at=stage.clock.now())
    assert await stage.play(gone) == []
    assert "bot_removed" not in await stage.journal()
