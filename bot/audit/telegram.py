"""Telegram Desktop's JSON export (`result.json`) as a stream of entries: of one chat, or of all when there is only one."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, TextIO

from bot.audit.entry import Entries, Entry, Kind
from bot.audit.errors import NoExport
from bot.audit.jsonstream import JsonStream
from bot.texts import sentence
from handlers.records import Language

_FILES = ("photo", "file", "media_type", "sticker_emoji", "thumbnail")
_LONGEST_NAME = 200


def text_of(told: object) -> str:
    """A text with or without its formatting: a string, or a list of strings and of objects that hold one."""
    if isinstance(told, str):
        return told
    if isinstance(told, list):
        return "".join(text_of(part) for part in told)
    if isinstance(told, dict):
        return text_of(told.get("text", ""))
    return ""


def read(text: TextIO) -> Entries:
    """The entries of the only chat of an export. Raises Damaged; NoExport says how many chats a full export holds."""
    yield from _chats(JsonStream(text))


def title_and_count(text: TextIO) -> tuple[str | None, int]:
    """The first chat's name and how many chats there are; the whole export is passed over. Raises Damaged."""
    titles = list(_titles(JsonStream(text)))
    return (titles[0] if titles else None), len(titles)


def _titles(stream: JsonStream) -> Iterator[str | None]:
    """The names of the chats in the object that comes next: itself when it has messages, and those in its lists."""
    name, has_messages = None, False
    for key in stream.members():
        if key in {"chats", "left_chats"} and stream.peek() == "{":
            for inner in stream.members():
                if inner == "list" and stream.peek() == "[":
                    for _ in stream.elements():
                        yield from _titles(stream)
                else:
                    stream.skip()
        elif key == "name":
            name = _as_name(stream.value())
        else:
            has_messages = has_messages or (key == "messages" and stream.peek() == "[")
            stream.skip()
    if has_messages:
        yield name


def too_many(count: int) -> NoExport:
    """An export of several chats."""
    return NoExport(sentence("cli.audit_several_chats", Language.EN).format(n=count))


def _as_name(value: object) -> str | None:
    return value[:_LONGEST_NAME] if isinstance(value, str) and value.strip() else None


def _chats(stream: JsonStream) -> Iterator[Entry]:
    for key in stream.members():
        if key == "messages" and stream.peek() == "[":
            yield from _messages(stream)
        elif key in {"chats", "left_chats"} and stream.peek() == "{":
            for inner in stream.members():
                if inner == "list" and stream.peek() == "[":
                    for _ in stream.elements():
                        yield from _chats(stream)
                else:
                    stream.skip()
        else:
            stream.skip()


def _messages(stream: JsonStream) -> Iterator[Entry]:
    for _ in stream.elements():
        line = stream.line
        yield entry_of(stream.value(), line)


def entry_of(told: Any, line: int) -> Entry:
    """One element of the list of messages."""
    if not isinstance(told, dict) or not isinstance(told.get("type"), str):
        return Entry(Kind.UNPARSED, line, text=str(told)[:2000])
    sent_at = _time(told.get("date"))
    if told["type"] == "service":
        actor, action = _as_name(told.get("actor")), str(told.get("action") or "")
        words = " ".join(
            part for part in (actor, action.replace("_", " "), text_of(told.get("title"))) if part
        )
        return Entry(Kind.SYSTEM, line, sent_at, text=words)
    if told["type"] != "message":
        return Entry(Kind.UNPARSED, line, sent_at, text=str(told["type"])[:100])
    entry = Entry(
        Kind.MESSAGE,
        line,
        sent_at,
        _as_name(told.get("from")) or str(told.get("from_id") or "?")[:_LONGEST_NAME],
        text=text_of(told.get("text")) or text_of(told.get("text_entities")),
        edited="edited" in told,
        forwarded="forwarded_from" in told or "forwarded_from_id" in told,
    )
    entry.media = any(told.get(key) for key in _FILES)
    if entry.media:
        entry.caption = bool(entry.text)
        entry.attachment = _file_name(told, "file_name", "file", "photo")
        entry.file = _file_name(told, "file", "photo")
    elif isinstance(told.get("poll"), dict):
        entry.text = "\n".join(part for part in (entry.text, _poll(told["poll"])) if part)
    return entry


def _poll(poll: dict[str, Any]) -> str:
    answers = poll.get("answers")
    lines = [text_of(poll.get("question"))]
    lines += [text_of(answer) for answer in answers] if isinstance(answers, list) else []
    return "\n".join(line for line in lines if line)


def _file_name(told: dict[str, Any], *keys: str) -> str | None:
    for key in keys:
        name = told.get(key)
        if isinstance(name, str) and name and not name.startswith("("):  # "(File not included. …)"
            return PurePosixPath(name).name[:_LONGEST_NAME] or None
    return None


def _time(told: object) -> datetime | None:
    """A time as the exporting computer showed it: Telegram Desktop writes no zone."""
    try:
        return datetime.fromisoformat(told).replace(tzinfo=None) if isinstance(told, str) else None
    except ValueError:
        return None
