"""The system's clock."""

from datetime import UTC, datetime


class SystemClock:
    """`handlers.ports.Clock`."""

    def now(self) -> datetime:
        """The time now, aware and in UTC."""
        return datetime.now(UTC)
