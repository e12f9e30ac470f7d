"""Killing the bot for real: a process of its own, SIGKILL at random instants, started again until the work is done."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def start_bot(folder: Path, output: Path) -> "subprocess.Popen[bytes]":
    """The bot of a folder's config.toml, printing to a file that grows over restarts; its log beside it."""
    with output.open("ab") as file, output.with_suffix(".log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml")],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=log,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        )


def run_with_kills(
    folder: Path,
    *,
    kills: int,
    seed: int,
    longest_s: float,
    done: Callable[[], bool],
    timeout_s: float = 900.0,
) -> int:
    """Kill the bot `kills` times, each at a random instant of its life, then let it finish; how often it was killed.

    An instant is drawn from 0 to `longest_s` seconds after a start: while it loads, receives, judges and sends. The
    last run ends by itself or, once `done`, by SIGTERM, and must exit 0.
    """
    chance = random.Random(seed)
    output = folder / "output.txt"
    killed = 0
    deadline = time.monotonic() + timeout_s
    while killed < kills:
        process = start_bot(folder, output)
        end = time.monotonic() + chance.uniform(0.0, longest_s)
        while time.monotonic() < end and process.poll() is None:
            time.sleep(0.005)
        if process.poll() is None:
            process.kill()
            killed += 1
        code = process.wait()
        if code == 0:
            break
        assert code == -signal.SIGKILL, f"the bot ended by itself with {code}"
        assert time.monotonic() < deadline, "the flow did not come to its end in time"
    process = start_bot(folder, output)
    time.sleep(0.5)  # an interpreter that has not begun to run our code cannot end in good order
    while process.poll() is None and not done():
        assert time.monotonic() < deadline, "the flow did not come to its end in time"
        time.sleep(0.2)
    if process.poll() is None:
        process.terminate()
    code = process.wait(timeout=60)
    assert code == 0, f"the bot ended with {code} when asked to stop"
    return killed
