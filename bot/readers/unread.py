"""Why a file could not be read, or not to its end: a few names, each a sentence in `locale/` and a coverage gap."""

from typing import Literal, get_args

Reason = Literal[
    "locked",  # needs a password
    "broken",  # damaged, or not what its kind promises
    "too_large",  # more bytes, pixels or text than are read
    "too_many_pages",  # the first pages are read, the others are not
    "too_slow",  # what was read when time was up is kept
    "bomb",  # made to grow beyond measure when opened
    "unsupported",  # of a kind that is not read: films, music, programs
    "not_installed",  # Tesseract or antiword is missing on this machine
]
REASONS: frozenset[str] = frozenset(get_args(Reason))


class Unread(Exception):
    """Nothing of a file could be read; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason

    @property
    def gap(self) -> str:
        """The coverage gap (handlers.events.GAP_REASONS)."""
        return gap_of(self.reason)


def gap_of(reason: str) -> str:
    """The coverage gap that a reason is counted under (handlers.events.GAP_REASONS)."""
    return f"file_{reason}"
