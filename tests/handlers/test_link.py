"""The bridge behind a room goes and comes: one word each to the admins, a gap with its length, nothing twice."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from bot.cli.links import advice
from bot.store.transaction import SqlTransaction
from handlers.events import (
    LinkChanged,
    LinkState,
    Member,
    MemberId,
    MessageId,
    MessagePosted,
    Place,
    RoomId,
    RoomMoved,
    Standing,
)
from handlers.records import Order, Send
from tests.handlers.stage import ADMIN, SECOND, Stage

ONE, OTHER = RoomId("telegram:-100"), RoomId("telegram:-200")
PUPPET = Member(MemberId("telegram:w"), "Ali (WA)", Standing.PUPPET)


def link(
    stage: Stage, state: LinkState, room: RoomId = ONE, login: str = "a", minutes_ago: int = 0
) -> LinkChanged:
    """A change of a login's state."""
    at = stage.clock.now() - timedelta(minutes=minutes_ago)
    return LinkChanged(Place(room, title=f"Group {room[-3:]}"), login, state, at)


async def opened(stage: Stage, *rooms: RoomId) -> None:
    """The bot is in these rooms, with two admins whose private chats are open."""
    for room in rooms:
        joined = stage.joined(ADMIN, SECOND)
        await stage.play(type(joined)(Place(room, title="G"), True, joined.at, ADMIN, (), (ADMIN, SECOND)))
    await stage.play(stage.command("start", ADMIN), stage.command("start", SECOND))


def said(orders: list[Order]) -> list[tuple[str, str | None]]:
    """Which notices go to whom."""
    return [(order.notice.key, order.member) for order in orders if isinstance(order, Send)]


async def gaps(stage: Stage, room: RoomId = ONE) -> dict[str, int]:
    """What the digest of the last hour counts as not judged."""
    found: dict[str, int] = {}

    async def job(connection: Connection) -> None:
        transaction = SqlTransaction(connection, stage.database.vault)
        now = stage.clock.now()
        found.update((await transaction.digest_counts(room, now - timedelta(hours=1), now)).gaps)

    await stage.database.write(job)
    return found


async def test_one_phone_with_two_groups_is_one_word_to_each_admin(stage: Stage) -> None:
    """Each room has its gap; the admins of both hear of it once, and once that it is over."""
    await opened(stage, ONE, OTHER)
    down = [link(stage, "away", room) for room in (ONE, OTHER)]
    words = said(await stage.play(*down, *down))
    assert words == [("link.away", ADMIN.id), ("link.away", SECOND.id)]
    assert await gaps(stage) == await gaps(stage, OTHER) == {"bridge": 1}
    stage.clock.pass_(minutes=5)
    back = [link(stage, "back", room) for room in (ONE, OTHER)]
    words = said(await stage.play(*back, *back))
    assert words == [("link.back", ADMIN.id), ("link.back", SECOND.id)]
    assert await gaps(stage) == {}
    assert (await stage.journal()).count("link_back") == 2


async def test_a_gap_that_is_open_is_in_every_digest_and_a_lost_one_stays(stage: Stage) -> None:
    """Begun yesterday, it is a gap of today; logged out, it is one after its end as well, once."""
    await opened(stage, ONE)
    await stage.play(
        link(stage, "phone"), link(stage, "away"), link(stage, "logged_out"), link(stage, "away")
    )
    stage.clock.pass_(hours=30)
    assert await gaps(stage) == {"bridge": 1}
    orders = await stage.play(link(stage, "back"))
    assert said(orders)[0][0] == "link.back_lost"
    assert isinstance(orders[0], Send)
    assert orders[0].notice.fields["length"] == "30:00"
    assert await gaps(stage) == {"bridge": 1}


async def test_the_operator_sees_which_rooms_hear_nothing(stage: Stage, tmp_path: Path) -> None:
    """`para6 doctor` reads it in the store, while the bot runs."""
    store = tmp_path / "store.db"
    assert advice(tmp_path / "none.db") == advice(store) == ""
    await opened(stage, ONE, OTHER)
    await stage.play(link(stage, "away", ONE), link(stage, "away", OTHER))
    assert advice(store).startswith("2 room(s)")
    assert "24 Nov 2026, 14:00" in advice(store)
    await stage.play(link(stage, "back", ONE), link(stage, "back", OTHER))
    assert advice(store) == ""


async def test_two_logins_are_told_apart(stage: Stage) -> None:
    """One comes back, the other does not."""
    await opened(stage, ONE)
    await stage.play(link(stage, "away", login="a"), link(stage, "away", login="b"))
    assert await gaps(stage) == {"bridge": 2}
    await stage.play(link(stage, "back", login="a"))
    assert await gaps(stage) == {"bridge": 1}


async def test_an_open_gap_goes_with_a_room_that_moves(stage: Stage) -> None:
    """It is closed under the new id."""
    await opened(stage, ONE)
    moved = RoomMoved(Place(ONE, title="G"), OTHER, stage.clock.now())
    await stage.play(link(stage, "away"), moved)
    assert await gaps(stage, OTHER) == {"bridge": 1}
    assert "link.back" in [key for key, _ in said(await stage.play(link(stage, "back", OTHER)))]
    assert await gaps(stage, OTHER) == {}


async def test_only_a_bridged_member_s_new_message_is_a_sign_of_life(stage: Stage) -> None:
    """What was said before, or by a member on our side, or while only the phone is missed, says nothing."""
    await opened(stage, ONE)
    await stage.play(link(stage, "away", minutes_ago=10), link(stage, "phone", login="b", minutes_ago=10))
    before = stage.clock.now() - timedelta(minutes=11)
    old = MessagePosted(Place(ONE, title="G"), MessageId("1"), PUPPET, before, "salam")
    await stage.play(old, stage.says("salam", "2"))
    assert await gaps(stage) == {"bridge": 2}
    await stage.play(stage.says("salam", "3", PUPPET))
    assert await gaps(stage) == {"bridge": 1}


async def test_nobody_to_be_told_is_said_in_a_bridged_group(stage: Stage) -> None:
    """Where all admins are on the other side, the group hears once a day that none can be told."""
    room = RoomId("matrix:!portal:server")
    place = Place(room, title="Batch")
    posted = [
        MessagePosted(place, MessageId(str(n)), PUPPET, stage.clock.now(), f"vote {n}") for n in range(2)
    ]
    keys = [key for key, _ in said(await stage.play(*posted))]
    assert keys.count("private.nobody") == 1
