"""How far an audit has come, so that one that was killed goes on where it was: numbers and findings, never a text.

A file of lines: first what the findings depend on (a call for which any of it differs begins anew), then one line for
each chunk judged. A line cut short by a kill is cut off. The name of an attachment is kept only as its place's hash.
"""

import fcntl
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from bot.audit.found import Found
from bot.errors import InputError
from bot.texts import sentence
from handlers.records import Language

NAME = "audit.checkpoint"
_PLACES = frozenset({"text", "caption"})


@dataclass(slots=True)
class Progress:
    """What has been judged: pieces, findings in order, and how many pieces could not be judged, by reason."""

    pieces: int = 0
    findings: list[Found] = field(default_factory=list)
    gaps: Counter[str] = field(default_factory=Counter)
    files: int = 0  # that were read, or could not be for a reason that is among the gaps


class Checkpoint:
    """The file in the folder of the audit; held by one audit at a time."""

    def __init__(self, folder: Path, about: Mapping[str, str]) -> None:
        """Take hold of the file. Raises InputError when another audit writes to the folder."""
        self._path = folder / NAME
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "r+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise InputError(sentence("cli.audit_busy", Language.EN).format(folder=folder)) from None
        self.progress = self._resume(about)

    def _resume(self, about: Mapping[str, str]) -> Progress:
        progress, good = Progress(), 0
        for number, line in enumerate(self._file):
            told = _read(line)
            if told is None or (number == 0 and told != dict(about)):
                break
            if number > 0 and not _take(progress, told):
                break
            good += len(line)
        if not good:
            progress = Progress()
        self._file.seek(good)
        self._file.truncate()
        if not good:
            self._write(dict(about))
        return progress

    def add(self, pieces: int, findings: Sequence[Found], gaps: Mapping[str, int], files: int) -> None:
        """Note a chunk that was judged."""
        self.progress.files += files
        self.progress.pieces += pieces
        self.progress.findings.extend(findings)
        self.progress.gaps.update(gaps)
        kept = []
        for found in findings:
            line = found.as_line()
            if found.place not in _PLACES:
                line["place"] = place_hash(found.place)
            kept.append(line)
        self._write({"pieces": pieces, "findings": kept, "gaps": dict(gaps), "files": files})

    def _write(self, told: dict[str, Any]) -> None:
        self._file.write(json.dumps(told).encode() + b"\n")
        self._file.flush()

    def close(self, *, done: bool) -> None:
        """Let go; when the audit is done, the file goes."""
        if done:
            self._path.unlink(missing_ok=True)
        self._file.close()


def place_hash(name: str) -> str:
    """Stands for an attachment's name."""
    return "#" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _read(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _take(progress: Progress, told: dict[str, Any]) -> bool:
    try:
        findings = [Found(**one) for one in told["findings"]]
        pieces, files = int(told["pieces"]), int(told["files"])
        gaps = Counter({str(key): int(value) for key, value in told["gaps"].items()})
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    progress.pieces += pieces
    progress.files += files
    progress.findings.extend(findings)
    progress.gaps.update(gaps)
    return True
