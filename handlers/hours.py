"""When admins may be reminded: by day, by the officers' clock."""

from datetime import datetime, timedelta

from handlers.desk import LOCAL

_EVENING, _MORNING = 22, 7


def by_day(at: datetime) -> datetime:
    """That instant, or the next morning at seven when it falls into the night (from 22:00)."""
    here = at.astimezone(LOCAL)
    if _MORNING <= here.hour < _EVENING:
        return at
    morning = here.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return morning if here.hour < _MORNING else morning + timedelta(days=1)
