"""One worker process for one file: started afresh, fed through a pipe, ended with everything that it started.

Nothing goes through a disk, nothing of our environment goes along. The worker ends by itself when its lifeline closes,
so none is left over however we end.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path, PurePath
from threading import Event

from bot.readers.limits import LIMITS, Limits
from bot.readers.unread import Reason, Unread
from bot.readers.wire import document_of
from policies.papers.document import Document

_ROOT = Path(__file__).resolve().parent.parent.parent
_PIECE = 1 << 16
_LOOK_S = 0.5  # how often a reading looks whether it was called off
_END_S = 2.0
# All that a worker and the programs it calls are given. One thread each: files are read side by side instead.
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(_ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Reading:
    """A file being read. `stop` may be called from another thread; `run` then raises Unread soon."""

    def __init__(self, name: str, limits: Limits = LIMITS) -> None:
        self._name = name
        self._limits = limits
        self._stopped = Event()

    def stop(self) -> None:
        """Call the reading off."""
        self._stopped.set()

    def run(self, data: bytes) -> Document:
        """Read the file. Raises Unread, nothing else."""
        if len(data) > self._limits.file_bytes:
            raise Unread("too_large")
        try:
            said, ended = self._converse(data)
        except OSError:  # no process, no memory, no pipe to be had at this moment
            raise Unread("too_slow") from None
        return document_of(said, self._name, ended)

    def _converse(self, data: bytes) -> tuple[bytes, Reason]:
        """What the worker said, and why it stopped should that be before its end."""
        ours, theirs = os.pipe()
        command = [sys.executable, "-P", "-m", "bot.readers.worker", str(ours)]
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(ours,),
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
            )
        except BaseException:
            os.close(theirs)
            raise
        finally:
            os.close(ours)
        try:
            said, ended = self._exchange(process, self._request(data))
        finally:
            os.close(theirs)
            code = _end(process)
        return said, "too_slow" if code == -signal.SIGXCPU else ended

    def _request(self, data: bytes) -> memoryview:
        told = {"suffix": PurePath(self._name).suffix.lower()[:8], "limits": asdict(self._limits)}
        return memoryview(json.dumps(told).encode() + b"\n" + data)

    def _exchange(self, process: "subprocess.Popen[bytes]", request: memoryview) -> tuple[bytes, Reason]:
        into, out = process.stdin, process.stdout
        if into is None or out is None:
            raise TypeError("a worker needs both pipes")
        until = time.monotonic() + self._limits.wall_s
        said = bytearray()
        with selectors.DefaultSelector() as ready, into, out:
            os.set_blocking(into.fileno(), False)
            ready.register(into, selectors.EVENT_WRITE)
            ready.register(out, selectors.EVENT_READ)
            while True:
                if self._stopped.is_set() or time.monotonic() > until:
                    return bytes(said), "too_slow"
                for key, _ in ready.select(_LOOK_S):
                    if key.fileobj is into:
                        request = _written(into.fileno(), request)
                        if not request:
                            ready.unregister(into)
                            into.close()
                        continue
                    piece = os.read(out.fileno(), _PIECE)
                    said += piece
                    if not piece:
                        return bytes(said), "broken"
                    if len(said) > self._limits.answer_bytes:
                        return bytes(said), "too_large"


def _written(descriptor: int, request: memoryview) -> memoryview:
    """What is left to write; nothing when the worker has stopped listening."""
    try:
        return request[os.write(descriptor, request[:_PIECE]) :]
    except BlockingIOError:
        return request
    except OSError:
        return request[:0]


def _end(process: "subprocess.Popen[bytes]") -> int:
    """End the worker's whole group; its exit code. The group is ended before its number can be given to another."""
    until = time.monotonic() + _END_S
    while time.monotonic() < until:
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None:
            break
        time.sleep(0.002)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()
