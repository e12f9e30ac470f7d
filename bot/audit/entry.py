"""What an export is made of, whatever program wrote it: one entry a message, a system line or what cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from handlers.desk import LOCAL
from handlers.message import LONGEST_BYTES

# A message is kept whole up to this many characters; more would not be judged (LONGEST_BYTES) and only fill memory.
LONGEST_CHARACTERS = 2 * LONGEST_BYTES


class Kind(StrEnum):
    """`revision` and `redaction` are about an earlier message of the same export, which `of` counts."""

    MESSAGE = "message"
    SYSTEM = "system"
    UNPARSED = "unparsed"
    REVISION = "revision"
    REDACTION = "redaction"


@dataclass(slots=True)
class Entry:
    """One thing that an export holds; `line` counts from 1, `sent_at` has a zone where the export has one.

    `text` is what a person wrote (a caption where `caption`), `attachment` the name of a file, if it has one.
    """

    kind: Kind
    line: int
    sent_at: datetime | None = None
    sender: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    caption: bool = False
    media: bool = False
    attachment: str | None = field(default=None, repr=False)
    file: str | None = field(default=None, repr=False)  # where the export keeps it, when not under that name
    deleted: bool = False
    edited: bool = False
    undecryptable: bool = False
    forwarded: bool = False
    thread: str | None = None
    of: int | None = None  # the message's number among the messages, from 0

    @property
    def too_long(self) -> bool:
        """Whether the text is longer than the judge takes."""
        return (
            len(self.text) * 4 > LONGEST_BYTES
            and len(self.text.encode("utf-8", "surrogatepass")) > LONGEST_BYTES
        )

    @property
    def sent_on(self) -> date | None:
        """The day on which it was sent, here; it decides which instrument was in force."""
        if self.sent_at is None:
            return None
        return (self.sent_at.astimezone(LOCAL) if self.sent_at.tzinfo else self.sent_at).date()


Entries = Iterator[Entry]
