"""A bridge tells one person in one room how it fares with WhatsApp; here that becomes known of all the rooms it carries."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from bot.adapter import Arrival
from bot.platforms.matrix.bridge import link_of
from bot.platforms.matrix.content import clean, inner
from bot.platforms.matrix.rooms import RoomView, moment
from handlers.events import LinkChanged

# A bridge waits three minutes before it speaks of a lost connection; a clock further off is not believed.
_SPEAKS_WITHIN = timedelta(hours=1)


def link_arrivals(views: Iterable[RoomView], event: Any) -> list[Arrival]:
    """For each room that the login is in, how its bridge fares; nothing for any other event, or of anybody else."""
    source = getattr(event, "source", None)
    if not isinstance(source, dict):
        return []
    link = link_of(inner(source, "content"))
    if link is None:
        return []
    bot, ident, told_at = source.get("sender"), clean(source.get("event_id")), moment(source)
    rooms = [view for view in views if bot in view.bridges.values() and view.joined()]
    # The login's user is in the rooms that he has on WhatsApp; in none at all means that we cannot tell which.
    if link.state != "back":
        rooms = [view for view in rooms if link.user in view.present()] or rooms
    # A login is a telephone number, which nobody needs to read in the record.
    mark = hashlib.sha256(f"{bot}|{link.login}".encode()).hexdigest()[:12]
    at = told_at
    if link.since is not None and timedelta() <= told_at - link.since <= _SPEAKS_WITHIN:
        at = link.since
    return [Arrival(f"{ident}:{view.id}", LinkChanged(view.place(), mark, link.state, at)) for view in rooms]
