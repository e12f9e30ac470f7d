"""`para6 check --file` and what `para6 doctor` says of the programs that read, as users type them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.readers import files

ROOT = Path(__file__).parent.parent.parent.parent
VIOLATION = "Vote for PTI and bring back Imran Khan, share with all"


def para6(*arguments: str, cwd: Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    """Run the command; no terminal, nothing of our environment but the path."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={"PATH": path, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
    )


def test_files_are_judged_in_their_order(tmp_path: Path) -> None:
    """One object a file; exit 1 for what would be warned, its words pointed at in the document's text."""
    (tmp_path / "draft.docx").write_bytes(files.docx("Salam", VIOLATION))
    (tmp_path / "notes.txt").write_text("Meeting moved to Monday", encoding="utf-8")
    done = para6("check", "--file", "draft.docx", "notes.txt", "--json", cwd=tmp_path)
    draft, notes = (json.loads(line) for line in done.stdout.splitlines())
    assert (done.returncode, done.stderr) == (1, "")
    assert {"id", "verdict", "ms", "findings", "pages", "read", "official"} == set(draft) == set(notes)
    assert (draft["id"], draft["verdict"], draft["pages"], draft["read"]) == ("draft.docx", "warn", 1, "text")
    assert 0.0 <= draft["official"] <= 1.0
    political = next(one for one in draft["findings"] if one["clause"] == "political")
    assert political["start"] >= len("In the header\n")
    assert "Imran Khan" in political["because"]
    assert (notes["verdict"], notes["findings"]) == ("clear", [])


def test_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """Exit 2, and the others are judged all the same; the sentence is the same with and without --json."""
    (tmp_path / "locked.doc").write_bytes(files.doc(locked=True))
    (tmp_path / "notes.txt").write_text("Meeting moved to Monday", encoding="utf-8")
    done = para6("check", "--file", "locked.doc", "--file", "none.pdf", "notes.txt", "--json", cwd=tmp_path)
    locked, none, notes = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 2
    assert set(locked) == {"id", "error"}
    assert "password" in locked["error"]
    assert "No such file" in none["error"]
    assert notes["verdict"] == "clear"
    told = para6("check", "--file", "locked.doc", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (2, f"para6: locked.doc: {locked['error']}\n")


def test_file_is_explained(tmp_path: Path) -> None:
    """For people: how it was read, and the findings in words; what was not read is said."""
    (tmp_path / "many.txt").write_text("\n".join([VIOLATION] + ["Salam"] * 30_000), encoding="utf-8")
    done = para6("check", "--file", "many.txt", cwd=tmp_path)
    first, *rest = done.stdout.splitlines()
    assert done.returncode == 1
    assert first.startswith("many.txt (pages: 50), read as text;")
    assert "Only the first pages" in first
    assert any("political" in line for line in rest)


@pytest.mark.parametrize(
    ("there", "advice"), [(False, "install tesseract-ocr;"), (True, "tesseract-ocr-urd")]
)
def test_doctor_names_what_is_missing(tmp_path: Path, there: bool, advice: str) -> None:
    """Without Tesseract, and with one that does not know Urdu."""
    assert para6("init", cwd=tmp_path).returncode == 0
    programs = tmp_path / "programs"
    programs.mkdir()
    if there:
        program = programs / "tesseract"
        program.write_text("#!/bin/sh\necho eng\n", encoding="utf-8")
        program.chmod(0o755)
    told = [
        line
        for line in para6("doctor", cwd=tmp_path, path=str(programs)).stdout.splitlines()
        if "fix" in line
    ]
    assert any(advice in line for line in told)
    assert any("antiword" in line for line in told)
    assert not any("English" in line for line in told)
