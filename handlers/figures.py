"""The numbers of a digest: what a room's record adds up to between two instants. Counts and times; no text.

Nobody is counted by name: a figure is about the room, never about a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class DayCounts:
    """One day, by the officers' clock: messages judged, and findings with action warn."""

    judged: int = 0
    findings: int = 0


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """An alert that no admin has acted on. `member` is empty wherever the reader may not be an admin of the room."""

    raised_at: datetime
    clauses: tuple[str, ...]
    member: str = field(default="", repr=False)
    link: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ExpiringPermission:
    """A permission that ends soon, by its reference."""

    reference: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class DigestCounts:
    """The numbers of a room between two instants (both inclusive).

    `alerts_open`, `oldest_open` and `appeals_open` are what waits at the end, whenever it was raised;
    everything else happened within the period.
    """

    judged: int
    warnings: int
    by_clause: Mapping[str, int]  # findings with action warn
    noted: int
    alerts: int
    alerts_open: int
    oldest_open: datetime | None
    false_alarms: int
    removed: int
    gaps: Mapping[str, int]  # reason -> messages not judged (mended ones taken off)
    act_seconds: tuple[float, ...]  # from raised to acted, one an acted alert
    by_day: Mapping[date, DayCounts] = field(default_factory=dict)  # days on which nothing came are left out
    rehearsed: int = 0  # alerts of which nothing was said in the group
    appeals: int = 0
    appeals_upheld: int = 0
    appeals_overturned: int = 0
    appeals_open: int = 0
    covered: int = 0  # findings that a permission covers
    permissions_expiring: tuple[ExpiringPermission, ...] = ()  # within the 14 days after the end

    @property
    def findings(self) -> int:
        """Findings with action warn."""
        return sum(self.by_clause.values())


@dataclass(frozen=True, slots=True)
class Earlier:
    """The period before, of the same length, to tell a trend by."""

    judged: int
    findings: int
    by_clause: Mapping[str, int]
    alerts: int
    warnings: int
    false_alarms: int
    median_s: float | None  # time to act
