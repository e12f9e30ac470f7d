"""Which permission covers what was found in a message: looked up only where something was found."""

from collections.abc import Mapping
from datetime import datetime

from handlers.events import MessagePosted
from handlers.permission import covers
from handlers.ports import Transaction
from policies.verdict import Verdict


async def covering(
    transaction: Transaction, event: MessagePosted, verdict: Verdict, now: datetime
) -> Mapping[str, int]:
    """For each clause that a permission of the room covers, that permission, the earliest one.

    A message is covered by when it was sent; one that was edited says something new, so the permission must still hold.
    """
    if not verdict.findings:
        return {}
    moments = (event.sent_at, now) if event.edited else (event.sent_at,)
    found: dict[str, int] = {}
    for permission in await transaction.permissions(event.place.room):
        for finding in verdict.findings:
            if covers(permission, event.sender.id, finding.clause, *moments):
                found.setdefault(finding.clause, permission.id)
    return found
