"""The command line as users type it: real processes, what they print, how they exit."""

import json
import os
import re
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent.parent


def para6(
    *arguments: str, cwd: Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command; no terminal, nothing of our environment but the path."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **environment},
    )


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder after `para6 init`, without a health page."""
    assert para6("init", cwd=tmp_path).returncode == 0
    config = tmp_path / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"127.0.0.1:8080"', '""'), encoding="utf-8")
    return tmp_path


def test_init_writes_configuration_and_key(tmp_path: Path) -> None:
    """Key mode 0600, the next step told; a second time nothing is overwritten."""
    done = para6("init", "new", cwd=tmp_path)
    assert done.returncode == 0
    assert b"para6 run" in done.stdout
    key = tmp_path / "new" / "para6.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    again = para6("init", "new", cwd=tmp_path)
    assert again.returncode == 2
    assert key.read_bytes() == before


def test_run_plays_the_sample_group(made: Path) -> None:
    """Without a terminal the sample group is played to its end: warnings, alerts, the digest, exit 0."""
    done = para6("run", cwd=made)
    printed = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    kinds = re.findall(r"^\[(\w+)\]", printed, re.MULTILINE)
    assert kinds.count("group") >= 60
    assert kinds.count("warning") >= 3
    assert kinds.count("alert") >= 3
    assert kinds.count("digest") == 1
    assert re.search(r"Messages judged: 6\d", printed)
    assert b"Traceback" not in done.stderr


def test_digest_from_the_store(made: Path) -> None:
    """Text, JSON and CSV agree; an unknown room is named with the rooms there are."""
    para6("run", cwd=made)
    told = json.loads(para6("digest", "group", "--format", "json", cwd=made).stdout)
    text = para6("digest", "console:group", "--since", "today", cwd=made).stdout.decode()
    table = para6("digest", "group", "--format", "csv", cwd=made).stdout.decode()
    assert told["judged"] >= 60
    assert f"Messages judged: {told['judged']}" in text
    assert f"judged,,{told['judged']}" in table.splitlines()
    page = para6("digest", "group", "--format", "html", cwd=made).stdout.decode()
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    unknown = para6("digest", "zarafa", cwd=made)
    assert unknown.returncode == 2
    assert b"console:group" in unknown.stderr


def test_digest_on_paper(made: Path) -> None:
    """PDF and PNG go to a file for its owner's eyes, or through a pipe; a terminal is spared them."""
    para6("run", cwd=made)
    assert para6("digest", "group", "--format", "pdf", "--out", "d.pdf", cwd=made).returncode == 0
    assert (made / "d.pdf").read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE((made / "d.pdf").stat().st_mode) == 0o600
    assert para6("digest", "group", "--format", "png", cwd=made).stdout.startswith(b"\x89PNG")
    ours, theirs = os.openpty()
    refused = subprocess.run(
        [sys.executable, "-m", "bot", "digest", "group", "--format", "pdf"],
        cwd=made,
        stdout=theirs,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
    )
    os.close(theirs)
    os.close(ours)
    assert refused.returncode == 2
    assert b"--out" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"no json", "not a JSON object"),
        (b'["list"]', "not a JSON object"),
        (b'{"text": "x"}', "id"),
        (b'{"id": 1}', "text"),
        (b'{"id": 1, "text": 5}', "text"),
        (b'{"id": 1, "text": "x", "thread": "no"}', "thread"),
        (b'{"id": 1, "text": "x", "forwarded": "yes"}', "forwarded"),
        (json.dumps({"id": 1, "text": "x" * 70_000}).encode(), "64 KiB"),
        (b"\xff\xfe", "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
    ],
)
def test_bad_line_is_an_error_on_its_place_and_the_run_goes_on(
    tmp_path: Path, line: bytes, error: str
) -> None:
    """Exit 2 at the end, every other line judged."""
    good = b'{"id": "a", "text": "salam"}\n\n'
    done = para6("check", "--jsonl", "-", cwd=tmp_path, stdin=good + line + b"\n" + good)
    answers = [json.loads(answer) for answer in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [answer.get("id") for answer in (answers[0], answers[2])] == ["a", "a"]
    assert error in answers[1]["error"]
    assert done.stderr == b""


def test_findings_of_a_stream_have_the_promised_form(tmp_path: Path) -> None:
    """Every key of the contract, offsets in code points."""
    text = "🌹 Friends, vote for PTI in the election, they alone will save us, support Imran Khan"
    line = json.dumps({"id": 7, "text": text, "thread": ["hello"], "forwarded": False, "more": 1}).encode()
    done = para6("check", "--jsonl", "-", cwd=tmp_path, stdin=line)
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(answer) == {"id", "verdict", "ms", "findings"}
    assert answer["findings"], "the judge finds nothing in an open violation"
    finding = answer["findings"][0]
    assert set(finding) == {"clause", "action", "score", "start", "end", "cite", "because"}
    assert 0 <= finding["start"] < finding["end"] <= len(text)
    assert 0 <= finding["score"] <= 1


def test_check_exits_one_when_something_would_be_warned(tmp_path: Path) -> None:
    """And zero when the text is clear."""
    assert para6("check", "Salam, meeting at 10", cwd=tmp_path).returncode == 0
    warned = para6(
        "check", "--json", "Vote for PTI, support Imran Khan, defeat PML-N in the election", cwd=tmp_path
    )
    assert warned.returncode == 1
    assert json.loads(warned.stdout)["verdict"] == "warn"


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--nosuch"),
        ("nosuch",),
        ("check",),
        ("run", "--config", "missing.toml"),
        ("check", "--jsonl", "missing.jsonl"),
        ("check", "--pack", "none", "x"),
        ("backup", "b.zip", "--config", "missing.toml"),
        ("audit", "missing.txt"),
    ],
)
def test_error_is_one_line_and_exit_two(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What to do, no traceback."""
    done = para6(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(b"para6: ")
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    """For whoever looks into it."""
    done = para6("--debug", "run", "--config", "missing.toml", cwd=tmp_path)
    assert b"Traceback" in done.stderr


def test_backup_and_restore(made: Path, tmp_path: Path) -> None:
    """A restored store gives the same digest; nothing is overwritten; the key is not in the backup."""
    para6("run", cwd=made)
    before = json.loads(para6("digest", "group", "--format", "json", cwd=made).stdout)
    assert para6("backup", "b.zip", cwd=made).returncode == 0
    assert para6("backup", "b.zip", cwd=made).returncode == 2
    with zipfile.ZipFile(made / "b.zip") as archive:
        assert archive.namelist() == ["store.db"]
        assert (made / "para6.key").read_bytes().strip() not in archive.read("store.db")
    assert para6("restore", "b.zip", cwd=made).returncode == 2
    for path in made.glob("para6.db*"):
        path.unlink()
    assert para6("restore", "b.zip", cwd=made).returncode == 0
    after = json.loads(para6("digest", "group", "--format", "json", cwd=made).stdout)
    assert {k: v for k, v in after.items() if k not in {"since", "until", "made_at"}} == {
        k: v for k, v in before.items() if k not in {"since", "until", "made_at"}
    }


def test_operator_registers_published_papers(made: Path) -> None:
    """For every group; listed, withdrawn by number; a file that cannot be read says why, in one line."""
    (made / "gazette.txt").write_text("Notification: the offices remain closed on Friday.", encoding="utf-8")
    (made / "program.bin").write_bytes(b"\0\1\2")
    assert b"1  " in para6("publish", "gazette.txt", cwd=made).stdout
    assert para6("publish", "gazette.txt", cwd=made).stdout.count(b"gazette.txt") == 1
    for wrong in (("program.bin",), ("missing.pdf",), ("--withdraw", "7")):
        done = para6("publish", *wrong, cwd=made)
        assert done.returncode == 2
        assert done.stderr.count(b"\n") == 1
    assert b"gazette.txt" not in b"".join(path.read_bytes() for path in made.glob("para6.db*"))
    assert b"No paper" in para6("publish", "--withdraw", "1", cwd=made).stdout


def test_backup_that_is_none_is_refused(made: Path) -> None:
    """A broken file, a foreign zip, a zip with a path that leaves the folder."""
    (made / "x.zip").write_bytes(b"PK no")
    with zipfile.ZipFile(made / "y.zip", "w") as archive:
        archive.writestr("store.db", b"x")
        archive.writestr("matrix/../../evil", b"x")
    for name in ("x.zip", "y.zip", "missing.zip"):
        done = para6("restore", name, cwd=made)
        assert done.returncode == 2
        assert done.stderr.count(b"\n") == 1
    assert not (made.parent / "evil").exists()


def test_doctor_says_what_to_do(made: Path) -> None:
    """Each thing looked at on a line; advice where something is missing."""
    (made / "para6.key").chmod(0o644)
    done = para6("doctor", cwd=made)
    lines = done.stdout.decode().splitlines()
    assert any(line.startswith("ok") and "configuration" in line for line in lines)
    assert any(line.startswith("fix") and "chmod 600" in line for line in lines)
    assert done.returncode == 2


def test_run_refuses_a_second_health_page_on_the_same_port(tmp_path: Path) -> None:
    """A port that is taken is one line."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        (tmp_path / "config.toml").write_text(
            f'[console]\n[http]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\n', encoding="utf-8"
        )
        done = para6("run", cwd=tmp_path)
    assert done.returncode == 2
    assert b"listen" in done.stderr
    assert b"Traceback" not in done.stderr


def test_no_text_or_name_in_the_log_at_debug(made: Path) -> None:
    """A marked sentence goes through the whole bot at DEBUG and is found only where it belongs."""
    (made / "g.jsonl").write_text(
        json.dumps(
            {"from": "Zarafadar", "text": "zarafamarked: vote for PTI, support Imran Khan, defeat PML-N"}
        )
        + "\n",
        encoding="utf-8",
    )
    config = made / "config.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("[console]", '[console]\nplay = "g.jsonl"'),
        encoding="utf-8",
    )
    done = para6("run", cwd=made, PARA6_LOG__LEVEL="DEBUG")
    assert b"zarafamarked" in done.stdout
    assert b"[alert]" in done.stdout
    assert done.stderr
    assert b"zarafa" not in done.stderr.lower()
    for path in made.glob("para6.db*"):
        assert b"zarafa" not in path.read_bytes().lower()


@pytest.mark.parametrize("after_s", [0.2, 0.5, 1.0, 2.5])
def test_run_asked_to_stop_at_any_time_exits_zero(made: Path, after_s: float) -> None:
    """SIGTERM while it loads, opens its store or runs: exit 0, nothing printed about it."""
    config = made / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace(
            "[console]", '[telegram]\ntoken = "1:a"\nbase_url = "http://127.0.0.1:9/bot"\n[x]'
        ).split("[x]")[0]
        + '[http]\nlisten = ""\n',
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=made,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
    )
    time.sleep(after_s)
    process.terminate()
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert b"Traceback" not in errors
