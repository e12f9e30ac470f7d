"""Made-up exports as the programs write them, with invented people; helpers that read them with the real readers."""

import json
from pathlib import Path
from typing import Any

from bot.audit.chat import family_of, open_chat
from bot.audit.counts import Counts, audit_object
from bot.audit.dates import Order
from bot.audit.entry import Entry
from bot.audit.source import open_source

VIOLATION = "Vote for PTI, bring back Imran Khan, share with all"
URDU_VIOLATION = "ووٹ صرف پی ٹی آئی کو دو، عمران خان کو واپس لاؤ، سب کو بھیجو"

LRM, NNBSP = "\u200e", "\u202f"

ANDROID = f"""\
09/03/2026, 9:52{NNBSP}am - Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them. Learn more
09/03/2026, 9:52{NNBSP}am - Sehrish Kamal created group "Mess: Committee"
09/03/2026, 9:52{NNBSP}am - Sehrish Kamal added you
09/03/2026, 9:54{NNBSP}am - Sehrish Kamal: Assalam o alaikum, welcome all
the list of dues follows:
09:30 is the deadline
09/03/2026, 12:06{NNBSP}pm - Dilawar 🌙: {VIOLATION}
09/03/2026, 12:07{NNBSP}pm - Dilawar 🌙: <Media omitted>
10/03/2026, 8:00{NNBSP}am - Rtd: Haroon: salam sir
10/03/2026, 8:01{NNBSP}am - Rtd: Haroon: dues paid
10/03/2026, 8:05{NNBSP}am - Sehrish Kamal changed the subject from "Mess: Committee" to "Mess: 2026"
11/03/2026, 7:15{NNBSP}pm - \u202a+92{NNBSP}345{NNBSP}5550101\u202c: This message was deleted
11/03/2026, 7:16{NNBSP}pm - Sehrish Kamal: You deleted this message
11/03/2026, 7:17{NNBSP}pm - Dilawar 🌙: Kal ka time badal gaya <This message was edited>
11/03/2026, 7:18{NNBSP}pm - Dilawar 🌙: Waiting for this message. This may take a while.
12/03/2026, 7:20{NNBSP}pm - Sehrish Kamal: IMG-20260312-WA0004.jpg (file attached)
The new hall
12/03/2026, 7:21{NNBSP}pm - Sehrish Kamal: POLL:
Which day?
OPTION: Friday (3 votes)
OPTION: Saturday (1 vote)
12/03/2026, 7:22{NNBSP}pm - Sehrish Kamal: location: https://maps.google.com/?q=33.7,73.1
17/03/2026, 4:10{NNBSP}pm - Dilawar 🌙 left
17/03/2026, 4:12{NNBSP}pm - Rtd: Haroon: {URDU_VIOLATION}
"""

IPHONE = f"""\
[09/03/2026, 9:52:01{NNBSP}AM] Mess Committee: {LRM}Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.
[09/03/2026, 9:52:02{NNBSP}AM] Mess Committee: {LRM}Sehrish Kamal created this group
[09/03/2026, 9:53:02{NNBSP}AM] Mess Committee: {LRM}Sehrish Kamal added Dilawar
[09/03/2026, 9:54:00{NNBSP}AM] ~{NNBSP}Sehrish Kamal: Assalam o alaikum
second line
{LRM}[09/03/2026, 12:06:07{NNBSP}PM] Dilawar: {LRM}image omitted
[09/03/2026, 12:07:07{NNBSP}PM] Dilawar: {VIOLATION}
{LRM}[10/03/2026, 8:00:00{NNBSP}AM] Dilawar: Look at this {LRM}<attached: 00000007-PHOTO-2026-03-10-08-00-00.jpg>
[13/03/2026, 8:00:00{NNBSP}AM] Dilawar: {LRM}This message was deleted.
[13/03/2026, 8:01:00{NNBSP}AM] ~{NNBSP}Sehrish Kamal: ok sir {LRM}<This message was edited>
[13/03/2026, 8:02:00{NNBSP}AM] ~{NNBSP}Sehrish Kamal: Dues.pdf • {LRM}2 pages {LRM}document omitted
[13/03/2026, 8:03:00{NNBSP}AM] Dilawar: {LRM}Dilawar left
""".replace("\n", "\r\n")

URDU = f"""\
۰۹/۰۳/۲۰۲۶، ۹:۵۲ ق.م. - اس گروپ کے پیغامات اور کالز اینڈ ٹو اینڈ انکرپٹڈ ہیں۔
۰۹/۰۳/۲۰۲۶، ۹:۵۳ ق.م. - مہوش نے گروپ "میس: کمیٹی" بنایا
۱۷/۰۳/۲۰۲۶، ۱۰:۰۵ ق.م. - مہوش: السلام علیکم
۱۷/۰۳/۲۰۲۶، ۳:۰۵ ب.م. - دلاور: <میڈیا چھوڑ دیا گیا>
۱۷/۰۳/۲۰۲۶، ۳:۰۶ ب.م. - دلاور: {URDU_VIOLATION}
۱۷/۰۳/۲۰۲۶، ۳:۰۷ ب.م. - دلاور: یہ پیغام حذف کر دیا گیا تھا
۱۷/۰۳/۲۰۲۶، ۳:۰۸ ب.م. - مہوش: پیغام حذف کر دو بھائی جان
۱۷/۰۳/۲۰۲۶، ۳:۰۹ ب.م. - دلاور نے گروپ چھوڑ دیا
"""

WEB = f"""\
Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen to them.
[3/9/26, 9:52:01 AM] - Sehrish Kamal added You
[3/9/26, 9:54:00 AM] You: [Forwarded] {VIOLATION}
[3/9/26, 9:55:00 AM] Dilawar: <image omitted> our new hall
[3/10/26, 9:55:00 AM] Dilawar: Poll: Which day?
    - Friday
    - Saturday
"""

TELEGRAM: dict[str, Any] = {
    "name": "Mess Committee",
    "type": "private_supergroup",
    "id": 77,
    "messages": [
        {
            "id": 1,
            "type": "service",
            "date": "2026-03-09T09:52:00",
            "actor": "Sehrish",
            "action": "create_group",
            "title": "Mess Committee",
            "text": "",
        },
        {
            "id": 2,
            "type": "message",
            "date": "2026-03-09T09:54:00",
            "from": "Sehrish",
            "from_id": "user1",
            "text": "Salam all",
        },
        {
            "id": 3,
            "type": "message",
            "date": "2026-03-09T12:06:00",
            "edited": "2026-03-09T12:08:00",
            "from": "Dilawar",
            "from_id": "user2",
            "forwarded_from": "Some channel",
            "text": ["Vote for ", {"type": "bold", "text": "PTI"}, ", bring back Imran Khan, share with all"],
        },
        {
            "id": 4,
            "type": "message",
            "date": "2026-03-09T12:07:00",
            "from": None,
            "from_id": "user3",
            "photo": "photos/photo_1.jpg",
            "text": VIOLATION,
        },
        {
            "id": 5,
            "type": "message",
            "date": "2026-03-10T12:07:00",
            "from": "Sehrish",
            "from_id": "user1",
            "media_type": "sticker",
            "file": "(File not included. Change data exporting settings to download.)",
            "text": "",
        },
        {
            "id": 6,
            "type": "message",
            "date": "2026-03-10T12:09:00",
            "from": "Sehrish",
            "from_id": "user1",
            "poll": {"question": "Which day?", "answers": [{"text": "Friday"}, {"text": "Saturday"}]},
            "text": "",
        },
        "no object",
    ],
}


def event(
    number: int, kind: str, content: dict[str, Any], sender: str = "@dilawar:x.pk", **more: Any
) -> dict[str, Any]:
    """A Matrix event of a made-up room; a minute passes with each number."""
    return {
        "type": kind,
        "sender": sender,
        "content": content,
        "origin_server_ts": 1_773_032_040_000 + 60_000 * number,
        "event_id": f"$e{number}",
        "room_id": "!r:x.pk",
        **more,
    }


def said(text: str, **more: Any) -> dict[str, Any]:
    """The content of a text message."""
    return {"msgtype": "m.text", "body": text, **more}


MATRIX: dict[str, Any] = {
    "room_name": "Mess Committee",
    "room_creator": "Sehrish",
    "topic": "",
    "export_date": "x",
    "exported_by": "@sehrish:x.pk",
    "messages": [
        event(
            0, "m.room.member", {"membership": "join", "displayname": "Dilawar"}, state_key="@dilawar:x.pk"
        ),
        event(1, "m.room.message", said("salam"), "@sehrish:x.pk"),
        event(2, "m.room.message", said("kal milte hain")),
        event(
            3,
            "m.room.message",
            said(
                f"* {VIOLATION}",
                **{
                    "m.new_content": said(VIOLATION),
                    "m.relates_to": {"rel_type": "m.replace", "event_id": "$e2"},
                },
            ),
        ),
        event(4, "m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x"}),
        event(5, "m.room.message", {"msgtype": "m.bad.encrypted", "body": "** Unable to decrypt **"}),
        event(6, "m.room.message", {}, unsigned={"redacted_because": {"type": "m.room.redaction"}}),
        event(7, "m.room.message", said("galti se bheja")),
        event(8, "m.room.redaction", {"redacts": "$e7"}),
        event(
            9,
            "m.room.message",
            {"msgtype": "m.image", "body": VIOLATION, "filename": "a1.jpg", "url": "mxc://x/y"},
        ),
        event(10, "m.sticker", {"body": "wave", "url": "mxc://x/z"}),
        event(
            11,
            "m.poll.start",
            {"m.poll": {"question": {"m.text": "Which day?"}, "answers": [{"id": "1", "m.text": "Friday"}]}},
        ),
        event(
            12,
            "m.room.message",
            said(
                f"> <@dilawar:x.pk> {VIOLATION}\n\nnot here please",
                **{"m.relates_to": {"m.in_reply_to": {"event_id": "$e9"}}},
            ),
            "@sehrish:x.pk",
        ),
    ],
}


def write(folder: Path, content: str | dict[str, Any], name: str = "") -> Path:
    """An export as a file: text as it is, anything else as JSON."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
    path = folder / (name or ("chat.txt" if isinstance(content, str) else "result.json"))
    path.write_text(text, encoding="utf-8", newline="")
    return path


def entries_of(path: Path, asked: Order | None = None) -> list[Entry]:
    """All entries of an export."""
    with (
        open_source(path, lambda first: family_of(first) is not None) as source,
        open_chat(source, asked).entries() as entries,
    ):
        return list(entries)


def numbers_of(path: Path, asked: Order | None = None) -> dict[str, Any]:
    """`audit.json` without findings."""
    with open_source(path, lambda first: family_of(first) is not None) as source:
        chat, counts = open_chat(source, asked), Counts()
        with chat.entries() as entries:
            for _ in counts.counted(entries):
                pass
        return audit_object(chat, counts, [])


def table(numbers: dict[str, Any]) -> tuple[Any, ...]:
    """The figures of `audit.json` that are counted, in its order."""
    return tuple(
        numbers[key]
        for key in (
            "format",
            "order",
            "messages",
            "system",
            "media",
            "deleted",
            "edited",
            "undecryptable",
            "unparsed",
        )
    )
