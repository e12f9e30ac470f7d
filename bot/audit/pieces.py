"""What the judge is given of an export: a piece for every text that somebody sent, with the texts just before it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath

from bot.audit.entry import Entry, Kind
from bot.audit.source import Source
from policies.papers.document import Document

_THREAD = 4  # texts before, as the bot remembers them in a room
_THREADS = 2000
# Names that phones and programs give to files; every other name has been chosen by somebody, and is seen by all.
_GIVEN_BY_MACHINES = re.compile(
    r"(?:[A-Z]{3,6}|Screenshot|photo|video|audio|voice|sticker|animation|file|round_video_message)[-_ @]*\d"
    r"|\d+-[A-Z]|WhatsApp |[\d_\-.]+$|[0-9a-f\-]{12,}",
    re.IGNORECASE,
)


# Text, forwarded, day, the texts before, oldest first, and a file's document or why it has none: plain values, which
# go to another process at little cost.
Asked = tuple[str, bool, date | None, tuple[str, ...], Document | str | None]


@dataclass(slots=True)
class Piece:
    """One text or file to judge. `index` counts messages from 0; `place` is `text`, `caption` or the attachment's name.

    `file` is where the export keeps a file that is yet to be read, `read` what came of that.
    """

    index: int
    line: int
    sent_at: datetime | None
    sent_on: date | None
    place: str = field(repr=False)
    text: str = field(repr=False)
    forwarded: bool
    thread: tuple[str, ...] = field(repr=False)
    revision: bool = False
    file: str | None = field(default=None, repr=False)
    read: Document | str | None = field(default=None, repr=False)

    @property
    def asked(self) -> Asked:
        """What the judge is asked."""
        return self.text, self.forwarded, self.sent_on, self.thread, self.read


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
            if words := chosen_name(entry.attachment):
                yield _piece(entry, index, thread, entry.attachment, words)
            file = entry.file or entry.attachment
            if source.attachment(file) is not None:
                yield _piece(entry, index, thread, entry.attachment, "", file)


def _piece(
    entry: Entry, index: int, thread: tuple[str, ...], place: str, text: str, file: str | None = None
) -> Piece:
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
        file,
    )


def chosen_name(name: str) -> str | None:
    """The words of a file's name, when a person chose it."""
    stem = PurePath(name).stem
    if _GIVEN_BY_MACHINES.match(stem) or not any(letter.isalpha() for letter in stem):
        return None
    return re.sub(r"[_.\-+]+", " ", stem).strip() or None
