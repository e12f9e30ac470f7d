"""WhatsApp's exports, line by line and as files: Android, iPhone, Urdu, WhatsApp Web."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.audit.entry import Kind
from bot.audit.whatsapp import head_of
from tests.bot.audit.exports import (
    ANDROID,
    IPHONE,
    LRM,
    NNBSP,
    URDU,
    URDU_VIOLATION,
    VIOLATION,
    WEB,
    entries_of,
    numbers_of,
    table,
    write,
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(ANDROID, ("whatsapp-android", "dmy", 13, 5, 2, 2, 1, 1, 0), id="Android"),
        pytest.param(IPHONE, ("whatsapp-iphone", "dmy", 7, 4, 3, 1, 1, 0, 0), id="iPhone"),
        pytest.param(URDU, ("whatsapp-android", "dmy", 5, 3, 1, 1, 0, 0, 0), id="Urdu"),
        pytest.param(WEB, ("whatsapp-web", "mdy", 3, 2, 1, 0, 0, 0, 0), id="WhatsApp Web"),
    ],
)
def test_export_is_counted(tmp_path: Path, content: str, expected: tuple[object, ...]) -> None:
    """Format, order, messages, system lines, media, deleted, edited, undecryptable, unparsed."""
    assert table(numbers_of(write(tmp_path, content))) == expected


def test_android_messages_are_whole(tmp_path: Path) -> None:
    """Several lines, names with colons and emoji, numbers without marks, captions, polls without WhatsApp's words."""
    numbers = numbers_of(write(tmp_path, ANDROID))
    assert numbers["senders"] == [
        {"name": "Sehrish Kamal", "messages": 5},
        {"name": "Dilawar 🌙", "messages": 4},
        {"name": "Rtd: Haroon", "messages": 3},
        {"name": "+92 345 5550101", "messages": 1},
    ]
    assert (numbers["first"], numbers["last"]) == ("2026-03-09T09:54:00", "2026-03-17T16:12:00")
    said = [entry for entry in entries_of(tmp_path / "chat.txt") if entry.kind is Kind.MESSAGE]
    assert said[0].text.endswith("the list of dues follows:\n09:30 is the deadline")
    assert (said[1].line, said[1].text) == (7, VIOLATION)
    assert said[7].text == "Kal ka time badal gaya"
    assert (said[9].text, said[9].attachment, said[9].caption) == (
        "The new hall",
        "IMG-20260312-WA0004.jpg",
        True,
    )
    assert "vote" not in said[10].text
    assert "Friday" in said[10].text
    assert said[12].text == URDU_VIOLATION


def test_iphone_messages_are_whole(tmp_path: Path) -> None:
    """Seconds, WhatsApp's mark before its own words, captions before the file, a member who leaves."""
    path = write(tmp_path, IPHONE)
    said = [entry for entry in entries_of(path) if entry.kind is Kind.MESSAGE]
    assert said[0].sender == "~ Sehrish Kamal"
    assert said[0].text == "Assalam o alaikum\r\nsecond line".replace("\r", "")
    assert said[1].sent_at == datetime(2026, 3, 9, 12, 6, 7)  # noqa: DTZ001 - exports have no zone
    assert (said[3].text, said[3].attachment) == ("Look at this", "00000007-PHOTO-2026-03-10-08-00-00.jpg")
    assert said[5].text == "ok sir"


def test_web_export_tells_what_was_forwarded(tmp_path: Path) -> None:
    """Its own mark is taken off; the caption follows the file; the notice at the top has no time."""
    said = [entry for entry in entries_of(write(tmp_path, WEB)) if entry.kind is Kind.MESSAGE]
    assert (said[0].text, said[0].forwarded) == (VIOLATION, True)
    assert (said[1].text, said[1].media) == ("our new hall", True)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("09/03/2026, 12:06 pm - ", (("09", "03", "2026"), (12, 6, 0))),
        (f"09/03/2026, 12:06{NNBSP}am - ", (("09", "03", "2026"), (0, 6, 0))),
        ("9.3.26, 23:06 - ", (("9", "3", "26"), (23, 6, 0))),
        ("2026-03-09, 7:06 p.m. - ", (("2026", "03", "09"), (19, 6, 0))),
        ("09/03/2026, 7:06 P.M. – ", (("09", "03", "2026"), (19, 6, 0))),
        (f"[09/03/2026, 12:06:07{NNBSP}PM] ", (("09", "03", "2026"), (12, 6, 7))),
        (f"{LRM}[2026/03/09 00:06:07] ", (("2026", "03", "09"), (0, 6, 7))),
        ("[09.03.26, 12.06.07] ", (("09", "03", "26"), (12, 6, 7))),
        ("\u200f۰۹/۰۳/۲۰۲۶، ۹:۰۵ ب.م. - ", (("۰۹", "۰۳", "۲۰۲۶"), (21, 5, 0))),
        ("٠٩/٠٣/٢٠٢٦, ١١:٠٥ رات - ", (("٠٩", "٠٣", "٢٠٢٦"), (23, 5, 0))),
        ("09/03/2026، 12:05 صبح - ", (("09", "03", "2026"), (0, 5, 0))),
        ("09/03/2026, 25:00 - ", (("09", "03", "2026"), None)),
        ("09/03/2026 meeting at 10 - ", None),
        ("[09/03, 12:06 pm] ", None),
        ("[09/03/2026, 12:06 pm - ", None),
        ("call 12:06 - ", None),
    ],
)
def test_head_is_read_in_every_form(head: str, expected: object) -> None:
    """Digits, separators, marks, twelve and twenty-four hours; what is no head is none."""
    found = head_of(f"{head}Name: text")
    assert (None if found is None else (found.date, found.time)) == expected
    if found is not None:
        assert f"{head}Name: text"[found.end :] == "Name: text"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<Media omitted>", "media"),
        ("<Media omitted>\nas agreed", "media"),
        (f"{LRM}sticker omitted", "media"),
        ("GIF omitted", "media"),
        ("Contact card omitted", "media"),
        ("<View once voice message omitted>", "media"),
        ("<میڈیا شامل نہیں کیا گیا>", "media"),
        ("تصویر چھوڑ دی گئی", "media"),
        ("PTT-20260309-WA0001.opus (file attached)", "media"),
        ("I said image omitted yesterday", "text"),
        ("see (file attached) please", "text"),
        ("This message was deleted by admin Sehrish", "deleted"),
        ("یہ پیغام حذف کر دیا گیا", "deleted"),
        ("This message was deleted and nobody knows why", "text"),
        ("اس پیغام کا انتظار ہے۔ اس میں کچھ وقت لگ سکتا ہے۔", "undecryptable"),
        ("Waiting for this message. This may take a while. Vote for PTI", "text"),
        ("Ali added Bilal", "text"),
        ("changed the subject", "text"),
    ],
)
def test_stand_ins_are_known_only_where_they_stand(tmp_path: Path, text: str, kind: str) -> None:
    """What a member types is his, unless it is WhatsApp's own words and nothing else."""
    content = f"17/03/2026, 9:00 am - Sehrish: salam\n17/03/2026, 9:01 am - Dilawar: {text}\n"
    entry = entries_of(write(tmp_path, content))[1]
    assert entry.kind is Kind.MESSAGE
    known = {"media": entry.media, "deleted": entry.deleted, "undecryptable": entry.undecryptable}
    assert [name for name, is_it in known.items() if is_it] == ([kind] if kind != "text" else [])
    if kind == "text":
        assert entry.text == text


@pytest.mark.parametrize(
    "line",
    [
        f"{LRM}this group must vote for PTI",
        f"{LRM}Ali added a word: vote",
        f"{LRM}Messages will be encrypted some day",
    ],
)
def test_mark_alone_makes_no_system_line(tmp_path: Path, line: str) -> None:
    """On iPhones a member can type the mark himself; his words are judged all the same."""
    content = f"[17/03/2026, 9:00:00 AM] Dilawar: salam\n[17/03/2026, 9:01:00 AM] Dilawar: {line}\n"
    assert [entry.kind for entry in entries_of(write(tmp_path, content))] == [Kind.MESSAGE, Kind.MESSAGE]


def test_pasted_chat_of_the_other_form_stays_in_its_message(tmp_path: Path) -> None:
    """Only the form that the file is written in begins a message."""
    content = (
        "17/03/2026, 9:00 am - Sehrish: look:\n[16/03/2026, 9:01:00 AM] Dilawar: salam\n"
        "17/03/2026, 9:02 am - Dilawar: ok\n"
    )
    said = entries_of(write(tmp_path, content))
    assert len(said) == 2
    assert "Dilawar: salam" in said[0].text


def test_what_cannot_be_read_is_counted_and_kept(tmp_path: Path) -> None:
    """Lines before the first head, and heads that tell no time."""
    content = "torn line\n17/03/2026, 9:00 am - Sehrish: salam\n17/03/2026, 29:00 - Dilawar: what\nand more\n17/03/2026, 9:05 am - A: b\n"
    entries = entries_of(write(tmp_path, content))
    assert [entry.kind.value for entry in entries] == ["unparsed", "message", "unparsed", "message"]
    assert entries[2].text.endswith("and more")
    assert [entry.line for entry in entries] == [1, 2, 3, 5]


def test_line_separators_inside_a_message_end_no_line(tmp_path: Path) -> None:
    """Only the newline does; lines are counted as an editor counts them."""
    content = "17/03/2026, 9:00 am - A: one\u2028two\x0bthree\x85four\n17/03/2026, 9:01 am - A: five\n"
    assert [entry.line for entry in entries_of(write(tmp_path, content))] == [1, 2]


def test_endless_line_is_not_kept(tmp_path: Path) -> None:
    """A message beyond the judge's measure is marked as too long, whatever its size, and the next one is read."""
    content = f"17/03/2026, 9:00 am - A: {'x' * 5_000_000}\n17/03/2026, 9:01 am - A: {'y' * 70_000}\n17/03/2026, 9:02 am - A: ok\n"
    said = entries_of(write(tmp_path, content))
    assert [entry.too_long for entry in said] == [True, True, False]
    assert sum(len(entry.text) for entry in said) < 2_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_known_by_their_marks(tmp_path: Path, encoding: str) -> None:
    """As notepads save it."""
    path = tmp_path / "chat.txt"
    path.write_bytes(ANDROID.encode(encoding))
    assert numbers_of(path)["messages"] == 13


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Maj: Asif: salam", "Maj: Asif: ok"], [("Maj: Asif", "salam"), ("Maj: Asif", "ok")]),
        (
            ["Asif: Note: be early", "Asif: Note: bring books"],
            [("Asif", "Note: be early"), ("Asif", "Note: bring books")],
        ),
        (["Asif: Ali: see this", "Asif: hello"], [("Asif", "Ali: see this"), ("Asif", "hello")]),
        (
            ["Sana added Maj: Asif", "Maj: Asif: salam"],
            [(None, "Sana added Maj: Asif"), ("Maj: Asif", "salam")],
        ),
        (["Maj: Asif: salam", "Maj: Asif left"], [("Maj: Asif", "salam"), (None, "Maj: Asif left")]),
        (['Admin "Sahib" Ali: he said "ok"'], [('Admin "Sahib" Ali', 'he said "ok"')]),
        (['Sana created group "Batch: 98"'], [(None, 'Sana created group "Batch: 98"')]),
        (
            ["Sana changed the group description to “Rules: none”."],
            [(None, "Sana changed the group description to “Rules: none”.")],
        ),
        (["Admin's office: don't be late"], [("Admin's office", "don't be late")]),
        (["Asif (12:30): 5: salam"], [("Asif (12:30)", "5: salam")]),
    ],
)
def test_sender_is_told_from_text(
    tmp_path: Path, lines: list[str], expected: list[tuple[str | None, str]]
) -> None:
    """A colon may be in a name, in a text, or in the name of a group."""
    content = "".join(f"17/03/2026, 9:0{number} am - {line}\n" for number, line in enumerate(lines))
    entries = entries_of(write(tmp_path, content))
    assert [(entry.sender or None, entry.text) for entry in entries] == expected
