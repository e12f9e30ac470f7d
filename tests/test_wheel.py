"""The wheel holds what the bot needs, and runs in an environment of its own, far from the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a user's pip would build it, without looking for packages anywhere."""
    made = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--disable-pip-version-check",
            "--wheel-dir",
            str(made),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    (path,) = made.glob("para6-*.whl")
    return path


def test_wheel_holds_packages_and_data(wheel: Path) -> None:
    """Code, packs, sentences, example configuration and sample group; no tests, no corpus, no stray package."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"bot", "handlers", "policies"}
    for needed in (
        "policies/packs/om-2024-09-02/model.npz",
        "policies/packs/om-2024-09-02/lexicon/politics.tsv",
        "policies/packs/om-2021-08-25/pack.toml",
        "bot/locale/ur/para6.po",
        "bot/config.example.toml",
        "bot/examples/group.jsonl",
        "bot/store/migrations/versions/v01_first_tables.py",
    ):
        assert needed in names


def test_wheel_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """An environment with the locked run-time packages and the wheel alone: init, check, the sample group to its end."""
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    requirements = ROOT / "requirements" / "run.txt"
    subprocess.run(
        [*pip, "--require-hashes", "-r", str(requirements)], check=True, capture_output=True, cwd=tmp_path
    )
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, capture_output=True, cwd=tmp_path)

    def para6(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [home / "bin" / "para6", *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PARA6_HTTP__LISTEN": ""},
        )

    assert para6("init").returncode == 0
    assert para6("check", "kal subah meeting hai").returncode == 0
    played = para6("run", "--config", "config.toml")
    assert played.returncode == 0, played.stderr
    assert b"[warning]" in played.stdout
    assert b"[digest]" in played.stdout
