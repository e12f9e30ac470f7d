"""Pieces judged in their order: here alone for a short chat, by a helper process as well for a long one.

The helper ends by itself when its pipe closes, so none is left over however the audit ends.
"""

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

from bot.audit.pieces import Asked, Piece
from bot.readers.unread import gap_of
from policies.judge import Judge
from policies.message import Context, Message
from policies.papers.official import Papers, load_papers, read_paper
from policies.verdict import NO_INSTRUMENT, Finding

_CHUNK = 200
_WORTH_IT = 1500  # pieces from which a helper pays
_AHEAD = 2  # chunks given to the helper at a time
_LONGEST_S = 5.0  # a chunk is done when it is full, or after so long: files take time, and what was judged is to be kept
_WAITING = 40  # chunks judged here while the helper is slow with one


@dataclass(frozen=True, slots=True)
class Answer:
    """What the judge said of one piece; `gap` is why it said nothing (a reason of handlers.events.GAP_REASONS)."""

    findings: tuple[Finding, ...] = ()
    gap: str | None = None


def judge_all(judge: Judge, pieces: Iterable[Piece]) -> Iterator[list[tuple[Piece, Answer]]]:
    """Chunks of pieces with their answers, in order."""
    source = iter(pieces)
    first: list[Piece] = []
    for piece in source:
        first.append(piece)
        if len(first) == _WORTH_IT or piece.file is not None:
            break
    # Where there are files, reading them takes the time, and threads are at it, beside which no process is forked.
    files = bool(first) and first[-1].file is not None
    forks = "fork" in multiprocessing.get_all_start_methods() and (os.cpu_count() or 1) > 1
    if len(first) < _WORTH_IT or files or not forks:
        for chunk in _chunks(chain(first, source)):
            yield list(zip(chunk, answers(judge, [piece.asked for piece in chunk]), strict=True))
        return
    yield from _beside(judge, chain(first, source))


def answers(judge: Judge, asked: list[Asked]) -> list[Answer]:
    """The answers to some pieces; a piece on which the judge fails is a gap, and the others go on."""
    said = []
    for text, forwarded, sent_on, thread, read in asked:
        if isinstance(read, str):
            said.append(Answer(gap=gap_of(read)))
            continue
        gap = gap_of(read.gap) if read is not None and read.gap is not None else None
        try:
            if read is None:
                verdict = judge.judge(Message(text, forwarded, sent_on), Context(thread))
            else:
                verdict = read_paper(
                    read, judge, _papers(judge), forwarded=forwarded, sent_on=sent_on
                ).verdict
        except Exception:  # noqa: BLE001 - one bad message must not end the audit; it is counted as not judged
            said.append(Answer(gap="failed"))
            continue
        said.append(Answer(verdict.findings, "no_instrument" if verdict.pack == NO_INSTRUMENT else gap))
    return said


@cache
def _papers(judge: Judge) -> Papers:
    """What the judge's instruments know of papers."""
    return load_papers(judge.packs)


def _beside(judge: Judge, pieces: Iterator[Piece]) -> Iterator[list[tuple[Piece, Answer]]]:
    """Half of the chunks are judged by the helper, the other half here, whenever the helper has enough to do."""
    waiting: deque[tuple[list[Piece], list[Answer] | None]] = deque()  # no answers yet: the helper is at it
    helper = _Helper(judge)
    try:
        for chunk in _chunks(pieces):
            asked = [piece.asked for piece in chunk]
            waiting.append((chunk, None if helper.takes(asked) else answers(judge, asked)))
            while waiting and (waiting[0][1] is not None or helper.has_said or len(waiting) > _WAITING):
                yield _first(judge, helper, waiting)
        while waiting:
            yield _first(judge, helper, waiting)
    finally:
        helper.end()


def _first(
    judge: Judge, helper: "_Helper", waiting: deque[tuple[list[Piece], list[Answer] | None]]
) -> list[tuple[Piece, Answer]]:
    chunk, said = waiting.popleft()
    if said is None:
        said = helper.said() or answers(judge, [piece.asked for piece in chunk])
    return list(zip(chunk, said, strict=True))


def _chunks(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    chunk: list[Piece] = []
    until = time.monotonic() + _LONGEST_S
    for piece in pieces:
        chunk.append(piece)
        if len(chunk) >= _CHUNK or time.monotonic() > until:
            yield chunk
            chunk, until = [], time.monotonic() + _LONGEST_S
    if chunk:
        yield chunk


class _Helper:
    """The other process. Should it be killed, it takes nothing more and what it was at is judged here."""

    def __init__(self, judge: Judge) -> None:
        context = multiprocessing.get_context("fork")  # it shares the loaded lexicon and model with us
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_help, args=(judge, theirs, self._pipe), daemon=True)
        self._process.start()
        theirs.close()
        self._asked = 0
        self._gone = False

    def takes(self, asked: list[Asked]) -> bool:
        """Give it a chunk, unless it has enough."""
        if self._gone or self._asked >= _AHEAD:
            return False
        try:
            self._pipe.send(asked)
        except OSError:
            self._gone = True
            return False
        self._asked += 1
        return True

    @property
    def has_said(self) -> bool:
        """Whether an answer can be taken without waiting."""
        return self._gone or (self._asked > 0 and self._pipe.poll())

    def said(self) -> list[Answer] | None:
        """Its next answers; None when it is gone."""
        self._asked -= 1
        if self._gone:
            return None
        try:
            said: list[Answer] = self._pipe.recv()
        except (EOFError, OSError):
            self._gone = True
            return None
        return said

    def end(self) -> None:
        """Let it go."""
        self._pipe.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _help(judge: Judge, pipe: Connection, other: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the whole group; our pipe tells us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    other.close()  # a helper that held our end would never see it close
    asked: SimpleQueue[list[Asked] | None] = SimpleQueue()
    Thread(target=_receive, args=(pipe, asked), daemon=True).start()
    while (chunk := asked.get()) is not None:
        try:
            pipe.send(answers(judge, chunk))
        except OSError:
            return


def _receive(pipe: Connection, asked: "SimpleQueue[list[Asked] | None]") -> None:
    """Take what comes even while an answer waits to be taken: so neither side can wait for the other."""
    try:
        while True:
            asked.put(pipe.recv())
    except (EOFError, OSError):
        asked.put(None)
