"""Draws docs/pictures/warning-and-alert.png: a warning and an alert in the bot's own words (needs Debian's chromium and fonts-noto).

The messages are made up; what the bot says about them comes from the judge and the catalogues, as in a room.
"""

import html
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.texts import render  # noqa: E402 - the checkout is put on the path first
from handlers.desk import local_time  # noqa: E402
from handlers.events import RoomId  # noqa: E402
from handlers.records import Button, Language, Mode, Notice, Room  # noqa: E402
from handlers.wording import clause_line, excerpt, language_for  # noqa: E402
from policies.judge import load_judge  # noqa: E402
from policies.message import Message  # noqa: E402

TARGET = ROOT / "docs" / "pictures" / "warning-and-alert.png"
SENT_AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
ROOM = Room(RoomId("picture:room"), "Officers of the wing", Mode.WARN, Language.EN)
SAID = (
    (
        "Sara",
        "Payroll section is shifting to the second floor on Monday, please collect your files by Friday.",
    ),
    (
        "Tariq",
        "Friends, between us: the cabinet summary on rightsizing goes up on Tuesday. I have the draft, fourteen departments to be wound up, not announced yet.",
    ),
    ("کامران", "اس بار سب مل کر شیر پر مہر لگائیں، ملک کو وہی چلا سکتے ہیں"),
)

STYLE = """
body { margin: 0; font: 15px/1.45 "Noto Sans", "Noto Naskh Arabic", "Noto Color Emoji", sans-serif; background: #dfe7ec; display: flex; gap: 18px; padding: 18px; }
section { flex: 1; background: #f4f7f9; border-radius: 10px; overflow: hidden; }
h2 { margin: 0; padding: 10px 16px; background: #2b5278; color: white; font-size: 16px; }
.m { margin: 10px 14px; padding: 8px 12px; background: white; border-radius: 10px; max-width: 92%; box-shadow: 0 1px 1px #0002; white-space: pre-line; }
.m b.who { color: #2b5278; display: block; }
.m.bot { background: #eef7e9; margin-inline-start: 40px; }
.m.bot b.who { color: #3b7a1f; }
.q { border-inline-start: 3px solid #3b7a1f; padding-inline-start: 8px; color: #555; font-size: 13px; margin-bottom: 4px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
blockquote { margin: 4px 0; border-inline-start: 3px solid #999; padding-inline-start: 8px; color: #333; }
.row { display: flex; gap: 6px; margin: 0 14px 10px 54px; }
.row span { flex: 1; text-align: center; background: #cfe0ee; border-radius: 8px; padding: 6px; color: #1d4468; }
"""


@dataclass(frozen=True)
class Bubble:
    """One message as it is drawn; `quoted` is what it answers."""

    who: str
    body: str
    bot: bool = False
    quoted: str = ""
    rtl: bool = False

    def drawn(self) -> str:
        quoted = f'<div class="q">{html.escape(self.quoted)}</div>' if self.quoted else ""
        return (
            f'<div class="m{" bot" if self.bot else ""}" dir="{"rtl" if self.rtl else "auto"}">'
            f'<b class="who">{html.escape(self.who)}</b>{quoted}{self.body}</div>'
        )


def page() -> str:
    """Both chats side by side: the group, and the admin's private chat."""
    judge = load_judge("om-2024-09-02")
    group: list[str] = []
    private: list[str] = []
    for who, text in SAID:
        group.append(Bubble(who, html.escape(text)).drawn())
        findings = [finding for finding in judge.judge(Message(text)).findings if finding.action == "warn"]
        if not findings:
            continue
        language = language_for(text, ROOM)
        lines = tuple(clause_line(finding, language) for finding in findings)
        warning = render(Notice("warning.member", language, {"member": who}, lines), ())
        group.append(
            Bubble("para6", warning.html, bot=True, quoted=f"{who}: {text}", rtl=warning.rtl).drawn()
        )
        fields = {
            "room": ROOM.title,
            "member": who,
            "time": local_time(SENT_AT),
            "excerpt": excerpt(text, findings[0].start, findings[0].end),
            "link": "https://t.me/c/1234567890/57",
        }
        told = tuple(clause_line(finding, ROOM.language) for finding in findings)
        buttons = ((Button("button.acknowledge", "ack:1"), Button("button.false_alarm", "false:1")),)
        alert = render(Notice("alert.raised", ROOM.language, fields, told), buttons)
        private.append(Bubble("para6", alert.html, bot=True).drawn())
        private.append(
            '<div class="row">'
            + "".join(f"<span>{label}</span>" for label, *_ in alert.buttons[0])
            + "</div>"
        )
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>'
        f"<section><h2>{html.escape(ROOM.title)}</h2>{''.join(group)}</section>"
        f"<section><h2>para6 → the admin, in private</h2>{''.join(private)}</section>"
    )


def main() -> None:
    """Write the page and have Chromium draw it."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "chat.html"
        source.write_text(page(), encoding="utf-8")
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--disable-background-networking",
                "--no-first-run",
                f"--user-data-dir={folder}/profile",
                "--window-size=1100,690",
                f"--screenshot={TARGET}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
    print(f"wrote {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
