"""What can go wrong while a report is made."""

from bot.errors import Para6Error


class ReportError(Para6Error):
    """A report could not be drawn: a library or font of the system is missing, or it took too long."""
