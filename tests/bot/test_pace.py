"""The pace of sending: what a platform bears, in the rooms where it counts."""

from bot.delivery import Pace, _Pacer, _target
from handlers.events import MessageId, RoomId
from handlers.records import AnswerPress, Language, Notice, Remove, Send


def test_minute_counts_only_where_it_holds() -> None:
    """A group that has had its messages of the minute waits; a private chat does not."""
    pacer = _Pacer(
        Pace(per_second=1e6, room_per_minute=2, per_minute_in=lambda room: room.startswith("group"))
    )
    for room in ("group", "person"):
        pacer.sent(room)
        pacer.sent(room)
    assert 50 < pacer.wait_s("group") <= 60
    assert pacer.wait_s("person") < 1


def test_what_is_borne_in_a_second_goes_out_at_once_and_no_more() -> None:
    """An alert and its warning do not wait for each other; the one too many waits for the first of the second."""
    pacer = _Pacer(Pace(per_second=3.0))
    for room in ("one", "two", "three"):
        assert pacer.wait_s(room) == 0.0
        pacer.sent(room)
    assert 0.9 < pacer.wait_s("four") <= 1.2
    pacer._last[0] -= 2.0
    assert pacer.wait_s("four") == 0.0


def test_less_than_one_a_second() -> None:
    """A slow platform's pace is a pause."""
    pacer = _Pacer(Pace(per_second=0.5))
    pacer.sent("one")
    assert 1.9 < pacer.wait_s("two") <= 2.2


def test_pause_between_two_messages_of_a_room() -> None:
    """One room's pause holds up no other."""
    pacer = _Pacer(Pace(per_second=1e6, room_pause_s=1.0))
    pacer.sent("one")
    assert 0.5 < pacer.wait_s("one") <= 1.0
    assert pacer.wait_s("other") < 0.1


def test_removal_and_press_wait_for_no_message() -> None:
    """What is not a message goes out at once, however many messages its room has waiting."""
    room, notice = RoomId("telegram:-1"), Notice("press.done", Language.EN)
    send = Send("warning:1", notice, room=room)
    remove = Remove("remove:1", room, MessageId("1"))
    press = AnswerPress("press:1", room, "77", notice)
    assert len({_target(send), _target(remove), _target(press)}) == 3
    assert _target(send) == _target(Send("notice:2", notice, room=room))


def test_rooms_of_long_ago_are_forgotten() -> None:
    """What is remembered of the pace does not grow for ever."""
    pacer = _Pacer(Pace())
    pacer._sent = {f"room{number}": [-1e9] for number in range(2000)}
    pacer.sent("new")
    assert set(pacer._sent) == {"new"}
