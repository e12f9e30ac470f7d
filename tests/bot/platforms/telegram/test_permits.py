"""A permission and a circulation on Telegram, from the first tap to the roll."""

import asyncio
import csv
from pathlib import Path

from bot.cli.app import run_command_line
from tests.bot.platforms.telegram.flow import VIOLATION, Flow, buttons
from tests.peers.bot_api_chats import Json


async def tap(flow: Flow, user: int, chat: int, label: str) -> None:
    """Tap the newest button of that label."""
    for message in reversed(flow.world.said(chat)):
        for button in buttons(message):
            if label in button["text"]:
                data = str(button["callback_data"])
                assert len(data.encode()) <= 64
                flow.world.press(user, chat, message["message_id"], data)
                await flow.settle()
                return
    raise AssertionError(f"no button {label}")


async def begun(flow: Flow) -> tuple[int, int, int]:
    """A group with an admin who has opened his chat, and Ali."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers & <co>", admin, ali)
    await flow.settle()
    return group, admin, ali


async def test_a_permission_with_its_paper(flow: Flow) -> None:
    """By taps; what it covers is not warned about; the paper is fetched for its hash, and nothing of it kept."""
    group, admin, ali = await begun(flow)
    world = flow.world
    world.writes(admin, "/permit")
    await flow.settle()
    world.writes(admin, "F.1-2/2026 <b>\nSecretary Information\npress talk")
    await flow.settle()
    await tap(flow, admin, admin, "All members")
    await tap(flow, admin, admin, "Politics")
    world.writes(admin, "۳۱/۱۲/۲۰۹۹")
    await flow.settle()
    await tap(flow, admin, admin, "Put on record")
    [done] = flow.said(admin, "is on record")
    assert "F.1-2/2026 <b>" in done["text"]
    document = {"document": {**world.file(b"%PDF not really"), "file_name": "permission.pdf"}}
    world.writes(admin, "", reply_to_message=done, **document)
    await flow.settle()
    assert len(flow.said(admin, "permission.pdf")) == 1
    assert flow.journal("permission_paper") == 1
    assert flow.one("SELECT count(*) FROM readings") == 0
    assert b"not really" not in flow.store.read_bytes()
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert flow.warnings(group) == []
    assert flow.alerts(admin) == []
    assert flow.one("SELECT state FROM findings") == "covered"
    world.writes(admin, "/permit list")
    await flow.settle()
    await tap(flow, admin, admin, "Withdraw #1")
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert len(flow.warnings(group)) == 1


async def test_a_circulation_and_its_roll(flow: Flow, tmp_path: Path) -> None:
    """Posted in Urdu, tapped by a member, counted in the admin's message, given out as a file."""
    group, admin, ali = await begun(flow)
    world = flow.world
    world.writes(admin, "/circulate")
    await flow.settle()
    await tap(flow, admin, admin, "اردو")
    await tap(flow, admin, admin, "Post it")
    [post] = flow.said(group, "14/3/2022")
    await tap(flow, ali, group, "میں نے پڑھ لیا")
    await tap(flow, ali, group, "میں نے پڑھ لیا")

    def count() -> Json:
        [message] = flow.said(admin, "members I know")
        return message

    assert "Read by 1 of the 2" in count()["text"].replace("\u2068", "").replace("\u2069", "")
    assert len(buttons(count())) == 4
    await tap(flow, admin, admin, "Who has read")
    assert "Ali" in flow.said(admin, "Not yet read")[0]["text"]
    await tap(flow, admin, admin, "Roll as a file")
    files = [one for one in world.said(admin) if "document" in one]
    assert [one["document"]["file_name"] for one in files] == ["roll-1.csv"]
    await tap(flow, admin, admin, "Remind those")
    assert len(flow.said(group, "مؤدبانہ یاد دہانی")) == 1
    world.says(group, admin, "پڑھ لیا", reply_to=post["message_id"])
    await flow.settle()
    assert flow.journal("circulation_read") == 2
    await flow.stop()
    out = tmp_path / "roll.csv"
    line = [
        "roll",
        "Officers & <co>",
        "--out",
        str(out),
        "--config",
        str(flow.store.with_name("config.toml")),
    ]
    assert await asyncio.to_thread(run_command_line, line) == 0
    rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row[0], row[2]) for row in rows] == [("member", "read"), ("Admin", "yes"), ("Ali", "yes")]
    assert out.stat().st_mode & 0o077 == 0
    assert await asyncio.to_thread(run_command_line, [*line, "--circulation", "7"]) == 2
