"""Files that came with an export: read once, judged under their names, counted by reason when they cannot be."""

import json
import signal
import time
from pathlib import Path

import pytest

from bot.audit import attachments
from bot.audit.checkpoint import NAME
from bot.audit.run import Audit, run_audit
from bot.readers.process import Reading
from policies.judge import Judge, load_judge
from policies.papers.document import Document
from tests.bot.audit.exports import IPHONE, VIOLATION, write
from tests.bot.audit.test_archive import zipped
from tests.bot.audit.test_command import audit, started, told
from tests.bot.readers import files


@pytest.fixture(scope="module")
def judge() -> Judge:
    """The shipped judge."""
    return load_judge("om-2024-09-02")


def audited(path: Path, judge: Judge) -> Audit:
    """An audit into a folder of its own."""
    out = path.parent / "audited"
    out.mkdir(exist_ok=True)
    return run_audit(
        path, judge, asked=None, folder=lambda: out, told=lambda _read, _size: None, write=lambda _audit: None
    )


def chat(*names: str) -> str:
    """A chat in which files are sent, one a minute."""
    lines = [
        f"17/03/2026, 9:{number:02} am - A: {name} (file attached)" for number, name in enumerate(names, 10)
    ]
    return "\n".join(lines)


def test_files_in_a_zip_are_judged_under_their_names(tmp_path: Path) -> None:
    """A Word file and a PDF with violations, a text without; what cannot be read is told by its reason, each once."""
    names = ("DOC-20260317-WA0001.docx", "DOC-20260317-WA0002.pdf", "DOC-20260317-WA0003.txt")
    unread = (
        "DOC-20260317-WA0004.doc",
        "PTT-20260317-WA0005.opus",
        "DOC-20260317-WA0006.pdf",
        "IMG-20260317-WA0007.jpg",
    )
    members: dict[str, bytes | str] = {
        "_chat.txt": chat(*names, *unread),
        names[0]: files.docx(VIOLATION),
        names[1]: files.pdf(f"<p>{VIOLATION}</p>"),
        names[2]: b"Meeting moved to Monday",
        unread[0]: files.doc(locked=True),
        unread[1]: b"OggS" + bytes(100),
        unread[2]: files.pdf()[:300],
        "not sent.txt": VIOLATION.encode(),
    }
    zipped(tmp_path, members, "chat.zip")
    code, out, err = audit("chat.zip", cwd=tmp_path)
    assert (code, err) == (1, "")
    found = told(tmp_path / "chat-audit")["findings"]
    political = [one for one in found if one["clause"] == "political" and one["action"] == "warn"]
    assert [(one["index"], one["in"]) for one in political] == [(0, names[0]), (1, names[1])]
    digest = json.loads((tmp_path / "chat-audit" / "digest.json").read_text(encoding="utf-8"))
    assert digest["gaps"] == {"file_locked": 1, "file_unsupported": 1, "file_broken": 1, "attachment": 1}
    assert "Not judged, files locked with a password: 1" in out
    page = (tmp_path / "chat-audit" / "transcript.html").read_text(encoding="utf-8")
    assert f"in the file <bdi>{names[0]}</bdi>" in page


def test_file_sent_again_is_read_once(tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another name as well; every message with it has its finding."""
    read: list[int] = []

    class Counting(Reading):
        def run(self, data: bytes) -> Document:
            read.append(len(data))
            return super().run(data)

    monkeypatch.setattr(attachments, "Reading", Counting)
    names = [f"DOC-20260317-WA000{number}.txt" for number in range(6)]
    members = {"_chat.txt": chat(*names)} | dict.fromkeys(names, VIOLATION)
    found = audited(zipped(tmp_path, members), judge).findings
    assert [one.index for one in found if one.clause == "political"] == list(range(6))
    assert len(read) == 1


def test_files_of_an_unpacked_export_are_read(tmp_path: Path, judge: Judge) -> None:
    """Beside the chat, or where Telegram Desktop puts them; no name leads out of the folder, no link is followed."""
    (tmp_path / "secret.txt").write_text(VIOLATION, encoding="utf-8")
    folder = tmp_path / "ChatExport"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "report (1).txt").write_text(VIOLATION, encoding="utf-8")
    (folder / "files" / "link.txt").symlink_to(tmp_path / "secret.txt")
    messages = [
        {"id": number, "type": "message", "date": "2026-03-17T09:10:00", "date_unixtime": "1773724200", "from": "A",
         "from_id": "user1", "file": file, "file_name": name, "text": ""}
        for number, (file, name) in enumerate(
            [("files/report (1).txt", "report.txt"), ("../secret.txt", "b.txt"), ("files/link.txt", "c.txt")], 1
        )
    ]  # fmt: skip
    told = {"name": "Mess", "type": "private_group", "id": 1, "messages": messages}
    found = audited(write(folder, told, "result.json"), judge)
    assert [(one.index, one.place) for one in found.findings if one.clause == "political"] == [
        (0, "report.txt")
    ]
    assert (found.unread, sum(found.gaps.values())) == (2, 0)


def test_killed_audit_does_not_read_again_what_it_judged(tmp_path: Path) -> None:
    """SIGKILL while files are read: no process is left, no words lie in the folder, and the next call ends as in one go."""
    import psutil

    names = [f"IMG-20260317-WA00{number:02}.png" for number in range(10, 24)]
    members: dict[str, bytes | str] = {"_chat.txt": f"17/03/2026, 8:00 am - B: {VIOLATION}\n" + chat(*names)}
    for number, name in enumerate(names):
        lines = (VIOLATION, f"Share it, officers, before the {number}th")
        members[name] = files.saved(files.drawn(*lines), "PNG")
    zipped(tmp_path, members, "chat.zip")
    checkpoint = tmp_path / "pieces" / NAME
    with started("chat.zip", "--out", "pieces", cwd=tmp_path) as process:
        until = time.monotonic() + 90
        while time.monotonic() < until and process.poll() is None:
            if checkpoint.exists() and b'"files"' in checkpoint.read_bytes():
                break
            time.sleep(0.02)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert [path.name for path in checkpoint.parent.iterdir()] == [NAME]
    assert b"Imran" not in checkpoint.read_bytes()
    judged = sum(json.loads(line)["files"] for line in checkpoint.read_bytes().splitlines()[1:])
    assert 0 < judged < len(names)
    code, out, _ = audit("chat.zip", "--out", "pieces", cwd=tmp_path)
    assert code == 1
    assert "Going on where the last call stopped" in out
    found = told(tmp_path / "pieces")["findings"]
    places = [one["in"] for one in found if one["clause"] == "political" and one["action"] == "warn"]
    assert places == ["text", *names]
    assert told(tmp_path / "pieces")["media"] == len(names)


def test_whatsapp_photograph_without_file_stays_unread(tmp_path: Path, judge: Judge) -> None:
    """Files that did not come with the export are still counted."""
    assert audited(zipped(tmp_path, {"_chat.txt": IPHONE}), judge).unread > 0
