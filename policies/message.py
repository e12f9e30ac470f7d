"""What the judge is given: one revision of what a member said, and what was said just before it."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Message:
    """One revision of what a member said; offsets in findings are code points of `text`.

    `sent_on` decides which instrument was in force (None: the configured one); `forwarded` is the platform's mark.
    """

    text: str = field(repr=False)
    forwarded: bool = False
    sent_on: date | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The texts just before the message in its room or thread, oldest first."""

    thread: tuple[str, ...] = field(default=(), repr=False)


NO_CONTEXT = Context()
