"""The console's flow, killed at random instants: nothing lost, everything judged once, every warning said."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.kill.killing import run_with_kills
from tests.kill.records import read_outcome

# Every tenth message is an open violation, by a member of its own, so that each is warned by a message of its own.
_VIOLATION = "Dear all, vote for PTI in the coming election and support Imran Khan, the others are thieves"


def play(folder: Path, messages: int) -> None:
    """A group to play, and the bot's configuration."""
    lines: list[dict[str, object]] = [{"from": "admin", "to": "bot", "text": "/settings warn"}]
    for number in range(messages):
        text = f"{_VIOLATION} ({number})" if number % 10 == 0 else f"meeting number {number} is at ten"
        lines.append({"from": f"M{number}", "text": text})
    (folder / "group.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (folder / "config.toml").write_text(
        '[console]\nplay = "group.jsonl"\n[rooms]\nmode = "warn"\n[http]\nlisten = ""\n', encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("messages", "kills"),
    [
        pytest.param(60, 4, id="short"),
        pytest.param(1000, 50, id="whole", marks=pytest.mark.long),
    ],
)
def test_console_loses_nothing_when_killed(tmp_path: Path, messages: int, kills: int) -> None:
    """Each message judged once, each violation warned and alerted; what was said twice is counted and printed."""
    play(tmp_path, messages)
    killed = run_with_kills(tmp_path, kills=kills, seed=messages, longest_s=2.5, done=lambda: False)
    outcome = read_outcome(tmp_path / "para6.db")
    violations = (messages + 9) // 10
    assert killed >= min(kills, 2)
    assert outcome.judged == messages
    assert len(outcome.found) >= violations
    assert set(outcome.found.values()) == {1}
    assert (outcome.waiting, outcome.failed, outcome.broken) == (0, 0, None)
    # Notes are kept for the admin and not said; of many alerts in a minute he gets a list.
    assert violations <= outcome.sent["warning"] <= len(outcome.found)
    assert outcome.sent["alert"] >= min(10, violations)
    printed = (tmp_path / "output.txt").read_text(encoding="utf-8")
    warned = Counter(re.findall(r"^\[warning\] \u2068(M\d+)\u2069", printed, re.MULTILINE))
    assert set(warned) >= {f"M{number}" for number in range(0, messages, 10)}
    print(f"console: {messages} messages, {killed} kills, said twice: {sum(warned.values()) - len(warned)}")
