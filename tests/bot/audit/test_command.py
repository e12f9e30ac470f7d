"""`para6 audit` as users call it: real processes, what they write and where, how they exit, killed and called again."""

import csv
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.audit.checkpoint import NAME
from tests.bot.audit.exports import (
    ANDROID,
    IPHONE,
    MATRIX,
    TELEGRAM,
    URDU_VIOLATION,
    VIOLATION,
    said,
    write,
)

ROOT = Path(__file__).parent.parent.parent.parent
FILES = {"audit.json", "transcript.html"} | {f"digest.{suffix}" for suffix in ("txt", "json", "csv", "html")}
PAPER = {"digest.pdf", "digest.png"}  # half of the time of a small audit: one test is enough


def started(*arguments: str, cwd: Path, paper: bool = False) -> "subprocess.Popen[bytes]":
    """The command as a process of its own; no terminal, nothing of our environment but the path."""
    forms = () if paper else ("--no-paper",)
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "audit", *arguments, *forms],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
    )


def audit(*arguments: str, cwd: Path, paper: bool = False) -> tuple[int, str, str]:
    """Its exit code and what it printed."""
    with started(*arguments, cwd=cwd, paper=paper) as process:
        out, err = process.communicate(timeout=120)
        return process.returncode, out.decode(), err.decode()


def told(folder: Path) -> dict[str, Any]:
    """`audit.json` of a folder."""
    found: dict[str, Any] = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    return found


def test_everything_is_written_beside_the_export(tmp_path: Path) -> None:
    """Exit 1 for what would be warned, the promised keys, the digest in its shapes, files for the owner's eyes only."""
    write(tmp_path, ANDROID, "WhatsApp Chat with Mess.txt")
    code, out, err = audit("WhatsApp Chat with Mess.txt", cwd=tmp_path, paper=True)
    folder = tmp_path / "WhatsApp Chat with Mess-audit"
    assert (code, err) == (1, "")
    assert "13 messages by 4 members" in out
    assert {path.name for path in folder.iterdir()} == FILES | PAPER
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    found = told(folder)
    assert list(found) == [
        "format", "order", "messages", "system", "media", "deleted", "edited", "undecryptable", "unparsed",
        "senders", "first", "last", "findings",
    ]  # fmt: skip
    political = [one for one in found["findings"] if one["clause"] == "political" and one["action"] == "warn"]
    assert [(one["index"], one["line"], one["sent_at"], one["in"]) for one in political] == [
        (1, 7, "2026-03-09T12:06:00", "text"),
        (12, 24, "2026-03-17T16:12:00", "text"),
    ]
    assert set(political[0]) == {"index", "line", "sent_at", "clause", "action", "score", "in"}
    digest = json.loads((folder / "digest.json").read_text(encoding="utf-8"))
    warned = sum(one["action"] == "warn" for one in found["findings"])
    assert sum(digest["by_clause"].values()) == warned
    assert digest["title"] == "Mess"
    assert digest["gaps"] == {"attachment": 2, "undecryptable": 1}
    assert f"Messages judged: {digest['judged']}" in (folder / "digest.txt").read_text(encoding="utf-8")
    with (folder / "digest.csv").open(encoding="utf-8", newline="") as file:
        assert ["judged", "", str(digest["judged"])] in list(csv.reader(file))


def test_clear_chat_exits_zero(tmp_path: Path) -> None:
    """Nothing that would be warned."""
    write(tmp_path, "17/03/2026, 9:00 am - A: salam\n17/03/2026, 9:01 am - B: walaikum salam\n")
    code, out, _ = audit("chat.txt", "--out", "new/folder", cwd=tmp_path)
    assert code == 0
    assert "Would be warned about: 0" in out
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == FILES


@pytest.mark.parametrize(
    ("content", "places"),
    [
        pytest.param(TELEGRAM, [(1, "text"), (2, "caption")], id="Telegram"),
        pytest.param(MATRIX, [(1, "text"), (6, "caption")], id="Matrix"),
        pytest.param(IPHONE, [(2, "text")], id="iPhone"),
    ],
)
def test_every_kind_is_judged(
    tmp_path: Path, content: str | dict[str, Any], places: list[tuple[int, str]]
) -> None:
    """The edited text counts for its message; captions are told as such; what a reply quotes is not the replier's."""
    write(tmp_path, content, "export")
    code, _, err = audit("export", "--out", "out", cwd=tmp_path)
    assert (code, err) == (1, "")
    found = [one for one in told(tmp_path / "out")["findings"] if one["clause"] == "political"]
    assert [(one["index"], one["in"]) for one in found] == places


def test_instrument_of_the_day_judges(tmp_path: Path) -> None:
    """Before any was in force nothing is found, and that is said; the public order clause is of the later one only."""
    lines = [f"{day}, 9:00 am - A: {VIOLATION}" for day in ("17/03/2019", "17/03/2022", "17/03/2026")]
    write(tmp_path, "\n".join(lines))
    code, out, _ = audit("chat.txt", cwd=tmp_path)
    found = told(tmp_path / "chat-audit")
    assert code == 1
    assert {one["index"] for one in found["findings"]} == {1, 2}
    assert "25 August 2021): 1" in out
    digest = json.loads((tmp_path / "chat-audit" / "digest.json").read_text(encoding="utf-8"))
    assert (digest["judged"], digest["gaps"]) == (2, {"no_instrument": 1})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no chat at all", "no export known"),
        (
            "03/04/2026, 9:00 am - A: salam\n",
            "3 April 2026 with --order dmy and 4 March 2026 with --order mdy",
        ),
        (json.dumps({"chats": {"list": [TELEGRAM, TELEGRAM]}}), "2 chats"),
        (json.dumps(MATRIX)[:-200], "line"),
    ],
)
def test_refusal_is_one_line_and_writes_nothing(tmp_path: Path, content: str, words: str) -> None:
    """Exit 2, what to do, no traceback, no folder."""
    write(tmp_path, content)
    code, out, err = audit("chat.txt", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("para6: ")
    assert err.count("\n") == 1
    assert words in err
    assert [path.name for path in tmp_path.iterdir()] == ["chat.txt"]


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    """Nothing is unpacked; nothing lies outside the folder afterwards."""
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    with zipfile.ZipFile(inside / "chat.zip", "w") as archive:
        archive.writestr("_chat.txt", IPHONE)
        for name in (
            "../../evil.txt",
            "/tmp/para6-evil.txt",
            "..\\evil.txt",
            "a/../../../evil.json",
            "audit.json",
        ):
            archive.writestr(name, "x")
    code, _, err = audit("chat.zip", "--out", "out", cwd=inside)
    assert (code, err) == (1, "")
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == {
        "a/b/chat.zip",
        *(f"a/b/out/{name}" for name in FILES),
    }
    assert not Path("/tmp/para6-evil.txt").exists()


def test_export_is_never_written_over(tmp_path: Path) -> None:
    """An export that is called like a result, in the folder given."""
    write(tmp_path, TELEGRAM, "audit.json")
    before = (tmp_path / "audit.json").read_bytes()
    code, _, err = audit("audit.json", "--out", ".", cwd=tmp_path)
    assert code == 2
    assert "--out" in err
    assert (tmp_path / "audit.json").read_bytes() == before


def test_link_in_the_folder_is_replaced_not_followed(tmp_path: Path) -> None:
    """What somebody put where a result goes."""
    write(tmp_path, ANDROID)
    victim = tmp_path / "victim"
    victim.write_text("kept", encoding="utf-8")
    (tmp_path / "out").mkdir()
    for name in ("audit.json", ".digest.txt.part"):
        (tmp_path / "out" / name).symlink_to(victim)
    assert audit("chat.txt", "--out", "out", cwd=tmp_path)[0] == 1
    assert victim.read_text(encoding="utf-8") == "kept"
    assert not (tmp_path / "out" / "audit.json").is_symlink()


def long_chat(folder: Path, messages: int) -> Path:
    """A chat long enough to be killed in: every twelfth message a violation, all of them different."""
    dice, at = random.Random(3), datetime(2026, 1, 20, 8)  # noqa: DTZ001 - exports have no zone
    words = ["kal", "meeting", "office", "file", "sahib", "dues", "hall", "mess", "cricket", "ghar", "safar"]
    lines = []
    for number in range(messages):
        at += timedelta(minutes=1)
        text = (
            f"{VIOLATION} {number}" if number % 12 == 0 else " ".join(dice.choices(words, k=9)) + f" {number}"
        )
        name = "Elections vote PTI.pdf (file attached)" if number % 500 == 7 else text
        lines.append(f"{at:%d/%m/%Y, %H:%M} - Member {number % 9}: {name}")
    return write(folder, "\n".join(lines))


def test_killed_audit_goes_on_where_it_was(tmp_path: Path) -> None:
    """SIGKILL again and again: each call keeps what was judged, no text lies in the checkpoint, the end is as in one go."""
    path = long_chat(tmp_path, 4000)
    assert audit(path.name, "--out", "whole", cwd=tmp_path)[0] == 1
    checkpoint = tmp_path / "pieces" / NAME
    kept = [0]
    for _ in range(3):
        with started(path.name, "--out", "pieces", cwd=tmp_path) as process:
            until = time.monotonic() + 60
            while time.monotonic() < until and process.poll() is None:
                if checkpoint.exists() and checkpoint.stat().st_size > kept[-1] + 3000:
                    break
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        assert process.returncode == -signal.SIGKILL
        kept.append(checkpoint.stat().st_size)
        content = checkpoint.read_bytes()
        for word in (b"Imran", b"vote", b"Elections", b"Member", b"meeting"):
            assert word not in content
        assert [path.name for path in checkpoint.parent.iterdir()] == [NAME]
    assert kept == sorted(set(kept))
    with checkpoint.open("ab") as file:
        file.write(b'{"pieces": 200, "findi')  # as a kill in the middle of a line leaves it
    code, out, err = audit(path.name, "--out", "pieces", cwd=tmp_path)
    assert (code, err) == (1, "")
    assert "Going on where the last call stopped" in out
    for name in FILES:
        whole, pieces = ((tmp_path / folder / name).read_bytes() for folder in ("whole", "pieces"))
        assert whole == pieces, name
    assert not checkpoint.exists()


def test_checkpoint_of_another_export_is_not_used(tmp_path: Path) -> None:
    """The chat was exported anew, or the folder was used for another: begun anew."""
    write(tmp_path, ANDROID)
    (tmp_path / "out").mkdir()
    about = {"export": "0" * 64, "format": "whatsapp-android", "order": "dmy", "reading": "x", "packs": "y"}
    lines = [json.dumps(about), json.dumps({"pieces": 9, "findings": [], "gaps": {}}), ""]
    (tmp_path / "out" / NAME).write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = audit("chat.txt", "--out", "out", cwd=tmp_path)
    assert code == 1
    assert "Going on" not in out


def test_helper_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    """What it was at is judged by the audit itself; and no helper outlives a killed audit."""
    import psutil

    path = long_chat(tmp_path, 4000)
    with started(path.name, "--out", "one", cwd=tmp_path) as process:
        helper = first_child(process.pid)
        helper.kill()
        process.communicate(timeout=60)
    assert process.returncode == 1
    with started(path.name, "--out", "two", cwd=tmp_path) as process:
        helper = first_child(process.pid)
        process.kill()
        process.communicate()
    assert psutil.wait_procs([helper], timeout=10)[1] == []
    assert audit(path.name, "--out", "two", cwd=tmp_path)[0] == 1
    assert told(tmp_path / "one") == told(tmp_path / "two")


def first_child(pid: int) -> Any:
    """The first child of a process, awaited."""
    import psutil

    until = time.monotonic() + 60
    while time.monotonic() < until:
        children = psutil.Process(pid).children()
        if children:
            return children[0]
        time.sleep(0.01)
    raise AssertionError("no helper was started")


def test_second_audit_waits_for_none(tmp_path: Path) -> None:
    """Two into one folder: the second is refused, whatever the first comes to."""
    import fcntl

    write(tmp_path, ANDROID)
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / NAME).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, _, err = audit("chat.txt", "--out", "out", cwd=tmp_path)
    assert code == 2
    assert "another audit" in err


def test_edit_is_judged_once_for_its_message(tmp_path: Path) -> None:
    """An edit that breaks what the message broke already adds no finding."""
    again = said(
        f"* {VIOLATION} now",
        **{
            "m.new_content": said(f"{VIOLATION} now"),
            "m.relates_to": {"rel_type": "m.replace", "event_id": "$a"},
        },
    )
    events = [
        {"type": "m.room.message", "sender": "@a:x.pk", "event_id": ident, "origin_server_ts": 1_773_032_040_000, "content": content}
        for ident, content in (("$a", said(VIOLATION)), ("$b", again))
    ]  # fmt: skip
    write(tmp_path, {"messages": events})
    assert audit("result.json", cwd=tmp_path)[0] == 1
    found = told(tmp_path / "result-audit")
    assert [one["index"] for one in found["findings"] if one["clause"] == "political"] == [0]
    assert (found["messages"], found["edited"]) == (1, 1)
    page = (tmp_path / "result-audit" / "transcript.html").read_text(encoding="utf-8")
    assert "Edit of no. 0" in page
    assert URDU_VIOLATION not in page
