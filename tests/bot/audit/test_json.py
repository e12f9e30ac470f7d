"""Telegram Desktop's and Matrix's exports: streams of JSON, whole, damaged and of several chats."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.audit.entry import Kind
from bot.audit.errors import Damaged, NoExport
from bot.audit.jsonstream import JsonStream
from tests.bot.audit.exports import (
    MATRIX,
    TELEGRAM,
    VIOLATION,
    entries_of,
    event,
    numbers_of,
    said,
    table,
    write,
)


def test_telegram_export_is_counted(tmp_path: Path) -> None:
    """Formatted text, forwards, edits, captions, stickers, polls; a deleted account keeps its id; times as they are."""
    path = write(tmp_path, TELEGRAM)
    numbers = numbers_of(path)
    assert table(numbers) == ("telegram", None, 5, 1, 2, 0, 1, 0, 1)
    assert numbers["first"] == "2026-03-09T09:54:00"
    assert {one["name"] for one in numbers["senders"]} == {"Sehrish", "Dilawar", "user3"}
    entries = [entry for entry in entries_of(path) if entry.kind is Kind.MESSAGE]
    assert (entries[1].text, entries[1].forwarded) == (VIOLATION, True)
    assert (entries[2].caption, entries[2].attachment) == (True, "photo_1.jpg")
    assert (entries[3].media, entries[3].attachment) == (True, None)
    assert entries[4].text == "Which day?\nFriday\nSaturday"
    lines = path.read_text(encoding="utf-8").split("\n")
    assert all(lines[entry.line - 1].strip() == "{" for entry in entries)


def test_only_chat_of_a_full_export_is_taken(tmp_path: Path) -> None:
    """Several are refused with their number."""
    full: dict[str, Any] = {
        "about": "x",
        "personal_information": {"user_id": 1},
        "chats": {"list": [TELEGRAM]},
    }
    assert numbers_of(write(tmp_path, full))["messages"] == 5
    full["chats"]["list"] = [TELEGRAM] * 3
    full["left_chats"] = {"about": "y", "list": [TELEGRAM]}
    with pytest.raises(NoExport, match="4 chats"):
        numbers_of(write(tmp_path, full))


@pytest.mark.parametrize("indent", [None, 2])
def test_matrix_export_is_counted(tmp_path: Path, indent: int | None) -> None:
    """Membership, edits, redactions, undecryptable events, captions, polls, replies without what they quote."""
    path = tmp_path / "export.json"
    path.write_text(json.dumps(MATRIX, indent=indent), encoding="utf-8")
    numbers = numbers_of(path)
    assert table(numbers) == ("matrix", None, 10, 1, 2, 2, 1, 2, 0)
    assert numbers["first"] == "2026-03-09T04:55:00+00:00"
    entries = entries_of(path)
    assert [(entry.kind.value, entry.of) for entry in entries if entry.of is not None] == [
        ("revision", 1),
        ("redaction", 5),
    ]
    assert next(entry for entry in entries if entry.kind is Kind.REVISION).text == VIOLATION
    assert entries[-1].text == "not here please"
    assert next(entry for entry in entries if entry.attachment).text == VIOLATION


def test_edit_by_somebody_else_is_a_message(tmp_path: Path) -> None:
    """Servers do not let it change the other's message; it was sent all the same."""
    replaces = {
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$e1"},
        "m.new_content": said(VIOLATION),
    }
    events = [
        event(1, "m.room.message", said("salam")),
        event(2, "m.room.message", said("*", **replaces), "@b:x.pk"),
    ]
    entries = entries_of(write(tmp_path, {"messages": events}))
    assert [entry.kind for entry in entries] == [Kind.MESSAGE, Kind.MESSAGE]


@pytest.mark.parametrize("content", [TELEGRAM, MATRIX], ids=["telegram", "matrix"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_export_cut_short_is_damaged(tmp_path: Path, content: dict[str, Any], kept: float) -> None:
    """Nothing is judged of half an export as if it were whole."""
    text = json.dumps(content, indent=1)
    path = write(tmp_path, text[: int(len(text) * kept)], "result.json")
    with pytest.raises(Damaged, match="line"):
        numbers_of(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "hello",
        "{}",
        "[]",
        '{"a": 1}',
        "PK",
        "\0\0\0",
        "[" * 100_000,
        '{"messages": 1, "type": "x"}',
        "salam\n" * 999,
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, content: str) -> None:
    """Whatever it is."""
    with pytest.raises((NoExport, Damaged)):
        numbers_of(write(tmp_path, content, "x.bin"))


def test_stream_reads_what_json_reads() -> None:
    """Across the borders of what is read at a time: every kind of value, and the line each begins on."""
    values = [1, -2.5e3, True, None, 'ü\n"\\', "x" * 300_000, [1, [2]], {"a": {"b": ["c"]}}, 123456789] * 3
    stream = JsonStream(io.StringIO(json.dumps({"list": values, "after": 12}, indent=1)))
    read: list[object] = []
    for key in stream.members():
        read.append(key)
        if key == "list":
            read.append([stream.value() for _ in stream.elements()])
        else:
            read.append(stream.value())
    assert read == ["list", values, "after", 12]
    lined = JsonStream(io.StringIO("\n[1,\n\n2,\n" + " " * 600_000 + "\n3]"))
    assert [(lined.line, lined.value()) for _ in lined.elements()] == [(2, 1), (4, 2), (6, 3)]


@pytest.mark.parametrize("text", ["[1, 2", "[1 2]", '{"a" 1}', "{1: 2}", "[1,]", '["a', "[" * 5000])
def test_broken_json_is_damage(text: str) -> None:
    """With the line, and no other error."""
    with pytest.raises(Damaged):
        JsonStream(io.StringIO(text)).skip()
