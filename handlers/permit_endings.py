"""The end of a permission, announced beforehand: a week, a day, and on its last day, at nine by the officers' clock."""

from datetime import timedelta

from handlers.desk import Desk, tell_admins
from handlers.permission import STAGES, stage_due
from handlers.permit_words import permit_line
from handlers.ports import Transaction
from handlers.records import Notice

_AHEAD = timedelta(days=max(STAGES) + 2)


async def announce_endings(transaction: Transaction, desk: Desk) -> int:
    """Tell the admins of what ends soon, each stage once; of how many permissions."""
    now = desk.clock.now()
    told = 0
    for permission in await transaction.permissions_ending(now, now + _AHEAD):
        room = await transaction.room(permission.room)
        stage = stage_due(permission, now)
        if room is None or stage is None:
            continue
        await transaction.told_of_end(permission.id, stage)
        if not room.present:
            continue
        line = permit_line(permission, room, room.language)
        notice = Notice(f"permit.ends_{stage}", room.language, {}, (line,))
        await tell_admins(transaction, room, f"permit:ends|{permission.id}|{stage}", notice)
        facts = {"permission": permission.id, "days": stage}
        await transaction.journal(room.id, "permission_ending", now, facts)
        told += 1
    return told
