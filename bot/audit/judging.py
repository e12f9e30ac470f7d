"""Pieces judged in their order, by as many processes as pay: one here for a short chat, two beside us for a long one.

A helper ends by itself when its pipe closes, so none is left over however the audit ends.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Thread

from bot.audit.pieces import Piece
from policies.judge import Judge
from policies.message import Context, Message
from policies.verdict import NO_INSTRUMENT, Finding

_CHUNK = 200
_WORTH_IT = 1500  # pieces from which helpers pay
_HELPERS = 2
_AHEAD = 3  # chunks that wait for each helper

Asked = list[tuple[Message, Context]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the judge said of one piece; `gap` is why it said nothing (a reason of handlers.events.GAP_REASONS)."""

    findings: tuple[Finding, ...] = ()
    gap: str | None = None


def judge_all(judge: Judge, pieces: Iterable[Piece]) -> Iterator[list[tuple[Piece, Answer]]]:
    """Chunks of pieces with their answers, in order."""
    source = iter(pieces)
    first = list(islice(source, _WORTH_IT))
    forks = "fork" in multiprocessing.get_all_start_methods() and (os.cpu_count() or 1) > 1
    if len(first) < _WORTH_IT or not forks:
        while first:
            for start in range(0, len(first), _CHUNK):
                chunk = first[start : start + _CHUNK]
                yield list(zip(chunk, answers(judge, [piece.asked for piece in chunk]), strict=True))
            first = list(islice(source, _CHUNK))
        return
    yield from _beside(judge, first, source)


def answers(judge: Judge, asked: Asked) -> list[Answer]:
    """The answers to some pieces; a piece on which the judge fails is a gap, and the others go on."""
    said = []
    for message, context in asked:
        try:
            verdict = judge.judge(message, context)
        except Exception:  # noqa: BLE001 - one bad message must not end the audit; it is counted as not judged
            said.append(Answer(gap="failed"))
            continue
        said.append(Answer(verdict.findings, "no_instrument" if verdict.pack == NO_INSTRUMENT else None))
    return said


def _beside(judge: Judge, first: list[Piece], rest: Iterator[Piece]) -> Iterator[list[tuple[Piece, Answer]]]:
    helpers = _start(judge)
    waiting: deque[tuple[Connection, list[Piece]]] = deque()
    turn = 0
    try:
        while True:
            while len(waiting) < _AHEAD * len(helpers):
                chunk = [*first[:_CHUNK]] if first else list(islice(rest, _CHUNK))
                first = first[_CHUNK:]
                if not chunk:
                    break
                pipe = helpers[turn % len(helpers)][1]
                pipe.send([piece.asked for piece in chunk])
                waiting.append((pipe, chunk))
                turn += 1
            if not waiting:
                return
            pipe, chunk = waiting.popleft()
            yield list(zip(chunk, pipe.recv(), strict=True))
    finally:
        for process, pipe in helpers:
            pipe.close()
            process.join(timeout=5)
            if process.is_alive():
                process.kill()
                process.join()


def _start(judge: Judge) -> list[tuple[BaseProcess, Connection]]:
    context = multiprocessing.get_context("fork")  # helpers share the loaded lexicon and model with us
    pipes = [context.Pipe() for _ in range(_HELPERS)]
    helpers: list[tuple[BaseProcess, Connection]] = []
    for ours, theirs in pipes:
        # A helper that held our end of a pipe would never see it close.
        others = [end for pair in pipes for end in pair if end is not theirs]
        process = context.Process(target=_help, args=(judge, theirs, others), daemon=True)
        process.start()
        helpers.append((process, ours))
    for _, theirs in pipes:
        theirs.close()
    return helpers


def _help(judge: Judge, pipe: Connection, others: list[Connection]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the whole group; our pipe tells us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:
        other.close()
    asked: SimpleQueue[Asked | None] = SimpleQueue()
    Thread(target=_receive, args=(pipe, asked), daemon=True).start()
    while (chunk := asked.get()) is not None:
        try:
            pipe.send(answers(judge, chunk))
        except OSError:
            return


def _receive(pipe: Connection, asked: "SimpleQueue[Asked | None]") -> None:
    """Take what comes even while an answer waits to be taken: so neither side can wait for the other."""
    try:
        while True:
            asked.put(pipe.recv())
    except (EOFError, OSError):
        asked.put(None)
