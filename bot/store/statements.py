"""The statements of a message's way, made once: to put one together anew costs more than SQLite takes to run it."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.store.schema import (
    admins,
    alerts,
    findings,
    gaps,
    inbox,
    journal,
    judged,
    outbox,
    private_chats,
    rooms,
    warnings,
)


def _chain_rooms() -> Select[tuple[str]]:
    chain = select(rooms.c.chain).where(rooms.c.id == bindparam("room")).scalar_subquery()
    return select(rooms.c.id).where(rooms.c.chain == chain)


ROOM = select(rooms).where(rooms.c.id == bindparam("room"))
CHAIN = select(rooms.c.chain).where(rooms.c.id == bindparam("room"))
ADMINS = (
    select(admins, private_chats.c.room.label("private"))
    .outerjoin(private_chats, private_chats.c.member == admins.c.member)
    .where(admins.c.room == bindparam("room"))
    .order_by(admins.c.member)
)
JUDGED = select(judged).where(judged.c.room == bindparam("room"), judged.c.message == bindparam("message"))
ALERT = select(alerts).where(alerts.c.id == bindparam("alert"))
ALERTS_SINCE = (
    select(func.count())
    .select_from(alerts)
    .where(alerts.c.room.in_(_chain_rooms()), alerts.c.raised_at >= bindparam("since"))
)
FINDINGS_OF_ALERT = select(findings).where(findings.c.alert == bindparam("alert")).order_by(findings.c.id)
WARNINGS_SINCE = (
    select(warnings)
    .where(
        warnings.c.room == bindparam("room"),
        warnings.c.member == bindparam("member"),
        warnings.c.at >= bindparam("since"),
    )
    .order_by(warnings.c.at)
)
MEND_GAP = (
    update(gaps)
    .where(
        gaps.c.room == bindparam("in_room"),
        gaps.c.message == bindparam("of_message"),
        gaps.c.mended_at.is_(None),
        gaps.c.file.is_(None),
    )
    .values(mended_at=bindparam("now"))
)
MEND_FILE_GAP = (
    update(gaps)
    .where(
        gaps.c.room == bindparam("in_room"),
        gaps.c.message == bindparam("of_message"),
        gaps.c.file == bindparam("of_file"),
        gaps.c.mended_at.is_(None),
    )
    .values(mended_at=bindparam("now"))
)
OPEN_LINKS = (
    select(gaps.c.message, gaps.c.at)
    .where(
        gaps.c.room == bindparam("in_room"),
        gaps.c.reason == "bridge",
        gaps.c.message.is_not(None),
        gaps.c.mended_at.is_(None),
    )
    .order_by(gaps.c.at)
)
LAST_ENTRY = (
    select(journal.c.n, journal.c.hash)
    .where(journal.c.chain == bindparam("chain"))
    .order_by(journal.c.n.desc())
    .limit(1)
)
ADD_ALERT = insert(alerts).returning(alerts.c.id)
ADD_ORDER = sqlite_insert(outbox).on_conflict_do_nothing(index_elements=["key"])
ADD_EVENT = sqlite_insert(inbox).on_conflict_do_nothing(index_elements=["platform", "key"])
EVENTS_WAITING = (
    select(inbox).where(inbox.c.event_sealed.is_not(None)).order_by(inbox.c.id).limit(bindparam("most"))
)
EVENT_DONE = update(inbox).where(inbox.c.id == bindparam("event")).values(event_sealed=None)
_MAY_GO = (
    outbox.c.platform == bindparam("platform"),
    outbox.c.state.in_(("pending", "sending")),
    outbox.c.order_sealed.is_not(None),
)
ORDERS_WAITING = (
    select(outbox.c.id, outbox.c.attempts, outbox.c.state)
    .where(*_MAY_GO, outbox.c.not_before <= bindparam("now"))
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
ORDER_CONTENTS = select(outbox.c.id, outbox.c.order_sealed).where(
    outbox.c.id.in_(bindparam("ids", expanding=True)), outbox.c.order_sealed.is_not(None)
)
NEXT_DUE = select(func.min(outbox.c.not_before)).where(
    outbox.c.platform == bindparam("platform"),
    outbox.c.state.in_(("pending", "sending")),
    outbox.c.not_before > bindparam("after"),
)
ORDER_SENDING = (
    update(outbox)
    .where(outbox.c.id == bindparam("order"), outbox.c.order_sealed.is_not(None))
    .values(state="sending", attempts=outbox.c.attempts + 1)
)
ORDER_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("order"))
    .values(
        state="sent",
        order_sealed=None,
        done_at=bindparam("now"),
        sent_room=bindparam("room"),
        sent_message=bindparam("message"),
    )
)


@cache
def added(table: Table) -> Insert:
    """Add a row; its values are given when it is run."""
    return insert(table)


@cache
def kept(table: Table, identity: tuple[str, ...], changed: tuple[str, ...]) -> Any:
    """Add a row, or change these columns of the one that has its identity; its values are given when it is run."""
    statement = sqlite_insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(identity), set_={name: statement.excluded[name] for name in changed}
    )
