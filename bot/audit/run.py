"""An audit from the export to the files: recognise, judge with checkpoints, then tell."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from bot.audit.attachments import Attachments
from bot.audit.chat import Chat, family_of, open_chat
from bot.audit.checkpoint import Checkpoint, place_hash
from bot.audit.counts import Counts
from bot.audit.dates import Order
from bot.audit.found import Found
from bot.audit.judging import Answer, judge_all
from bot.audit.pieces import Piece, pieces
from bot.audit.source import open_source
from bot.audit.transcript import write_transcript
from policies import __version__
from policies.judge import Judge

# What one and the same export is read into; raised when the parsers change, so that no old checkpoint is trusted.
_READING = "2"
_FILE_BYTES = 50_000  # of a chat: what a file counts for in the progress

Told = Callable[[int, int], None]  # bytes read, bytes in all


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found. `gaps` are pieces that were not judged, by reason; `unread` files nobody has read."""

    chat: Chat
    counts: Counts
    findings: list[Found]
    gaps: Counter[str]
    unread: int
    resumed: int
    pages: Sequence[Path] = ()


def run_audit(
    export: Path,
    judge: Judge,
    *,
    asked: Order | None,
    folder: Callable[[], Path],
    told: Told,
    write: Callable[[Audit], None],
) -> Audit:
    """Audit an export; `folder` makes the folder to write to, once the export is known to be one, and `write` fills it.

    Raises the errors of `bot.audit.errors` before anything is written.
    """
    with open_source(export, lambda first: family_of(first) is not None) as source:
        chat = open_chat(source, asked)
        place = folder()
        checkpoint = Checkpoint(place, _about(chat, judge))
        done = False
        try:
            audit = _judged(chat, judge, checkpoint, told)
            with chat.entries() as entries:
                pages = write_transcript(place, chat, audit.counts, audit.findings, entries)
            audit = replace(audit, pages=pages)
            write(audit)
            done = True
        finally:
            checkpoint.close(done=done)
        return audit


def _judged(chat: Chat, judge: Judge, checkpoint: Checkpoint, told: Told) -> Audit:
    """Judge what was not judged yet; all of the export is read, so that its numbers are whole."""
    counts, resumed = Counts(), checkpoint.progress.pieces
    names: dict[str, str] = {}
    with chat.entries() as entries:
        stream = pieces(counts.counted(entries), chat.source)
        for piece in islice(stream, resumed):
            if piece.place not in {"text", "caption"}:
                names[place_hash(piece.place)] = piece.place
        seen = {(found.index, found.clause) for found in checkpoint.progress.findings}
        size = chat.source.size + _FILE_BYTES * len(chat.source.attachments)
        with Attachments(chat.source) as files:
            for chunk in judge_all(judge, files.filled(stream)):
                _note(checkpoint, chunk, seen)
                told(chat.source.position + _FILE_BYTES * checkpoint.progress.files, size)
    findings = [replace(one, place=names.get(one.place, one.place)) for one in checkpoint.progress.findings]
    unread = max(0, counts.media - checkpoint.progress.files)  # those that did not come with the export
    return Audit(chat, counts, findings, checkpoint.progress.gaps, unread, resumed)


def _about(chat: Chat, judge: Judge) -> dict[str, str]:
    """All that the findings depend on."""
    return {
        "export": chat.source.fingerprint(),
        "format": chat.format,
        "order": chat.order or "",
        "reading": f"{__version__}+{_READING}",
        "packs": " ".join(pack.version for pack in judge.packs),
    }


def _note(checkpoint: Checkpoint, chunk: list[tuple[Piece, Answer]], seen: set[tuple[int, str]]) -> None:
    """Keep what was found; a clause is found once a message, whatever its forms and parts."""
    findings, gaps, files = [], Counter[str](), 0
    for piece, answer in chunk:
        files += piece.file is not None
        if answer.gap is not None:
            gaps[answer.gap] += 1
        for finding in answer.findings:
            if (piece.index, finding.clause) not in seen:
                seen.add((piece.index, finding.clause))
                findings.append(Found.of(piece, finding))
    checkpoint.add(len(chunk), findings, gaps, files)
