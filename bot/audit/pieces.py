"""What the judge is given of an export: a piece for every text that somebody sent, with the texts just before it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath

from bot.audit.attachments import READABLE, attachment_text
from bot.audit.entry import Entry, Kind
from bot.audit.source import Source

_THREAD = 4  # texts before, as the bot remembers them in a room
_THREADS = 2000
# Names that phones and programs give to files; every other name has been chosen by somebody, and is seen by all.
_GIVEN_BY_MACHINES = re.compile(
    r"(?:[A-Z]{3,6}|Screenshot|photo|video|audio|voice|sticker|animation|file|round_video_message)[-_ @]*\d"
    r"|\d+-[A-Z]|WhatsApp |[\d_\-.]+$|[0-9a-f\-]{12,}",
    re.IGNORECASE,
)


# Text, forwarded, day, and the texts before, oldest first: plain values, which go to another process at little cost.
Asked = tuple[str, bool, date | None, tuple[str, ...]]


@dataclass(slots=True)
class Piece:
    """One text to judge. `index` counts messages from 0; `place` is `text`, `caption` or the attachment's name."""

    index: int
    line: int
    sent_at: datetime | None
    sent_on: date | None
    place: str = field(repr=False)
    text: str = field(repr=False)
    forwarded: bool
    thread: tuple[str, ...] = field(repr=False)
    revision: bool = False

    @property
    def asked(self) -> Asked:
        """What the judge is asked."""
        return self.text, self.forwarded, self.sent_on, self.thread


def pieces(entries: Iterable[Entry], source: Source) -> Iterator[Piece]:
    """The pieces of an export, in its order; texts that are too long for the judge are left out (they are counted apart)."""
    before: dict[str | None, tuple[str, ...]] = {}
    messages = 0
    for entry in entries:
        if entry.kind is Kind.MESSAGE:
            index, messages = messages, messages + 1
        elif entry.kind is Kind.REVISION and entry.of is not None:
            index = entry.of
        else:
            continue
        thread = before.get(entry.thread, ())
        if entry.text and not entry.too_long:
            yield _piece(entry, index, thread, "caption" if entry.caption else "text", entry.text)
            before[entry.thread] = (*thread[1 - _THREAD :], entry.text)
            if len(before) > _THREADS:
                del before[next(iter(before))]
        if entry.attachment:
            told = [chosen_name(entry.attachment), read_attachment(entry.attachment, source)]
            if words := "\n".join(part for part in told if part):
                yield _piece(entry, index, thread, entry.attachment, words)


def _piece(entry: Entry, index: int, thread: tuple[str, ...], place: str, text: str) -> Piece:
    return Piece(
        index,
        entry.line,
        entry.sent_at,
        entry.sent_on,
        place,
        text,
        entry.forwarded,
        thread,
        entry.kind is Kind.REVISION,
    )


def chosen_name(name: str) -> str | None:
    """The words of a file's name, when a person chose it."""
    stem = PurePath(name).stem
    if _GIVEN_BY_MACHINES.match(stem) or not any(letter.isalpha() for letter in stem):
        return None
    return re.sub(r"[_.\-+]+", " ", stem).strip() or None


def read_attachment(name: str, source: Source) -> str | None:
    """The words in an attachment that came with the export, as far as files can be read."""
    if PurePath(name).suffix.lower() not in READABLE or name not in source.attachments:
        return None
    return attachment_text(name, source.attachments[name]())
