"""The pace of sending: what a platform bears, in the rooms where it counts."""

from bot.delivery import Pace, _Pacer


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


def test_pause_between_two_messages_of_a_room() -> None:
    """One room's pause holds up no other."""
    pacer = _Pacer(Pace(per_second=1e6, room_pause_s=1.0))
    pacer.sent("one")
    assert 0.5 < pacer.wait_s("one") <= 1.0
    assert pacer.wait_s("other") < 0.1
