"""An Element or Matrix JSON export as a stream of entries: events as a server gives them, decrypted where it could be.

Edits and redactions are about an earlier event of the export; an edit that the export has folded into its event already
(Element does so) is only marked.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

from bot.audit.entry import Entries, Entry, Kind
from bot.audit.errors import no_export
from bot.audit.jsonstream import JsonStream
from bot.platforms.matrix.content import (
    MEDIA,
    Body,
    body_of,
    clean,
    edited_body_of,
    inner,
    poll_words,
    relation_of,
    without_quote,
)

LISTS = frozenset({"messages", "chunk", "events"})
_POLLS = frozenset({"m.poll.start", "org.matrix.msc3381.poll.start"})
_LONGEST_NAME = 255
_YEAR_2100_MS = 4_102_444_800_000


def read(text: TextIO) -> Entries:
    """The entries of an export. Raises Damaged."""
    reader = _Reader()
    for event, line in _events(JsonStream(text)):
        yield reader.entry_of(event, line)


def title_of(text: TextIO) -> str | None:
    """The room's name, where the export tells it; the whole export is passed over. Raises Damaged, NoExport."""
    stream = JsonStream(text)
    if stream.peek() == "[":
        stream.skip()
        return None
    title, listed = None, False
    for key in stream.members():
        if key in {"room_name", "name"}:
            title = clean(stream.value())[:_LONGEST_NAME] or None
        else:
            listed = listed or (key in LISTS and stream.peek() == "[")
            stream.skip()
    if not listed:
        raise no_export()
    return title


def _events(stream: JsonStream) -> Iterator[tuple[Any, int]]:
    if stream.peek() == "[":
        yield from _listed(stream)
        return
    for key in stream.members():
        if key in LISTS and stream.peek() == "[":
            yield from _listed(stream)
        else:
            stream.skip()


def _listed(stream: JsonStream) -> Iterator[tuple[Any, int]]:
    for _ in stream.elements():
        line = stream.line
        yield stream.value(), line


class _Reader:
    """Remembers which message each event is, and who sent it: an edit by somebody else is no edit."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, str]] = {}
        self._messages = 0

    def entry_of(self, event: Any, line: int) -> Entry:
        """One event."""
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            return Entry(Kind.UNPARSED, line, text=str(event)[:2000])
        kind, content = event["type"], inner(event, "content")
        sent_at, sender = (
            _time(event.get("origin_server_ts")),
            clean(event.get("sender"))[:_LONGEST_NAME] or "?",
        )
        if kind == "m.room.redaction":
            target = event.get("redacts") or content.get("redacts")
            known = self._known.get(target) if isinstance(target, str) else None
            if known is None:
                return Entry(Kind.SYSTEM, line, sent_at, sender, text=kind)
            return Entry(Kind.REDACTION, line, sent_at, sender, of=known[0])
        relation = relation_of(content)
        entry = Entry(Kind.MESSAGE, line, sent_at, sender, thread=relation.thread)
        if "state_key" in event or not self._fill(entry, kind, event, content):
            return Entry(Kind.SYSTEM, line, sent_at, sender, text=_told(kind, event, content))
        if relation.replaces is not None:
            original, author = self._known.get(relation.replaces, (None, sender))
            if original is not None and author == sender:
                entry.kind, entry.of, entry.edited = Kind.REVISION, original, True
                return entry
            entry.edited = original is None
        ident = event.get("event_id")
        if isinstance(ident, str):
            self._known[ident] = (self._messages, sender)
        self._messages += 1
        return entry

    def _fill(self, entry: Entry, kind: str, event: dict[str, Any], content: dict[str, Any]) -> bool:
        """What the event says; False when nobody says anything in it."""
        unsigned = inner(event, "unsigned")
        if kind not in _POLLS | {"m.room.message", "m.room.encrypted", "m.sticker"}:
            return False
        if "redacted_because" in unsigned or not content:
            entry.deleted = True
            return True
        if kind == "m.room.encrypted" or content.get("msgtype") == "m.bad.encrypted":
            entry.undecryptable = True
            return True
        entry.edited = "m.replace" in inner(unsigned, "m.relations")
        if kind == "m.sticker":
            entry.media = True
        elif kind in _POLLS:
            entry.text = poll_words(content)
        else:
            _say(entry, content)
        return True


def _say(entry: Entry, content: dict[str, Any]) -> None:
    relation = relation_of(content)
    body = edited_body_of(content) if relation.replaces else body_of(content)
    new = inner(content, "m.new_content") or content
    if new.get("msgtype") in MEDIA:
        entry.media = True
        name = new.get("filename") or new.get("body")
        entry.attachment = clean(name)[:_LONGEST_NAME] or None
    body = body or Body("")
    text = without_quote(body.text)[0] if relation.reply_to else body.text
    # Some clients show another form of the words; all of it has been said.
    entry.text = "\n".join(part for part in (text, *body.others) if part)
    entry.caption = entry.media and bool(entry.text)


def _told(kind: str, event: dict[str, Any], content: dict[str, Any]) -> str:
    told = [kind.removeprefix("m.room.").removeprefix("m."), clean(content.get("membership"))]
    told.append(clean(content.get("displayname")) or clean(event.get("state_key")))
    return " ".join(part for part in told if part)[:400]


def _time(told: object) -> datetime | None:
    """Milliseconds since 1970, as the sender's server said; None for what can be no time of a message."""
    if not isinstance(told, int | float) or isinstance(told, bool) or not 0 <= told < _YEAR_2100_MS:
        return None
    return datetime.fromtimestamp(told / 1000, UTC)
