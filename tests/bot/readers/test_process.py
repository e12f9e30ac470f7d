"""What a worker is given, may do, and leaves behind: nothing of ours, no file, nothing."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from PIL import Image

from bot.readers.limits import LIMITS
from bot.readers.pool import ReaderPool
from bot.readers.process import Reading
from bot.readers.unread import Unread
from tests.bot.readers.files import saved

# Noise is what recognition takes longest over.
SLOW = saved(Image.effect_noise((2200, 3000), 90), "JPEG", quality=60)
_WAIT_S = 40.0


def _until(look: object) -> object:
    """What a look gives as soon as it gives anything."""
    assert callable(look)
    end = time.monotonic() + _WAIT_S
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def _worker() -> psutil.Process | None:
    """The worker at work."""
    for child in psutil.Process().children():
        try:
            if "bot.readers.worker" in child.cmdline():
                return child
        except psutil.Error:
            continue
    return None


def _recogniser(worker: psutil.Process) -> list[psutil.Process]:
    try:
        return worker.children()
    except psutil.Error:
        return []


@contextmanager
def _reading() -> Iterator[tuple[Reading, psutil.Process, list[str]]]:
    """A file being read by a worker that has got as far as calling Tesseract; how it ended comes last."""
    reading, ended = Reading("secret name.jpg", LIMITS), list[str]()

    def run() -> None:
        try:
            reading.run(SLOW)
        except Unread as error:
            ended.append(error.reason)

    thread = threading.Thread(target=run)
    thread.start()
    worker = _until(_worker)
    assert isinstance(worker, psutil.Process)
    _until(lambda: _recogniser(worker))
    try:
        yield reading, worker, ended
    finally:
        reading.stop()
        thread.join(_WAIT_S)
        assert not thread.is_alive()


def test_worker_is_given_nothing_and_may_write_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours, not the file's name; no file on disk, no core, memory and time within limits."""
    monkeypatch.setenv("PARA6_TELEGRAM__TOKEN", "not for the worker")
    with _reading() as (reading, worker, ended):
        recogniser = _recogniser(worker)[0]
        for process in (worker, recogniser):
            told = " ".join([*process.cmdline(), *process.environ(), *process.environ().values()])
            assert "PARA6" not in told
            assert "secret" not in told
            limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="utf-8")
            rows = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
            assert rows["Max file size"] == ["0", "0"]
            assert rows["Max core file size"] == ["0", "0"]
            assert rows["Max address space"][0] == str(LIMITS.memory_bytes)
            assert rows["Max cpu time"][0] == str(LIMITS.processor_s)
        assert {one.path for one in worker.open_files()} <= {"/dev/null"}
        reading.stop()
        _until(lambda: ended)
        assert psutil.wait_procs([worker, recogniser], timeout=10)[1] == []
    assert ended == ["too_slow"]


def test_nothing_outlives_whoever_asked() -> None:
    """A parent that is killed cannot tidy up: its worker, and what the worker started, end by themselves."""
    code = "import sys\nfrom bot.readers.pool import read_bytes\nread_bytes(sys.stdin.buffer.read(), 'x.jpg')"
    root = Path(__file__).parent.parent.parent.parent
    import subprocess
    import sys

    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, cwd=root, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdin is not None
        parent.stdin.write(SLOW)
        parent.stdin.close()
        asker = psutil.Process(parent.pid)
        _until(lambda: any(child.children() for child in asker.children()))
        family = asker.children(recursive=True)
        assert len(family) >= 2
        parent.kill()
        parent.wait()
    assert psutil.wait_procs(family, timeout=10)[1] == []


async def test_reading_that_is_called_off_is_ended() -> None:
    """A task that is cancelled, and a pool that is closed, leave no process and free the place for the next."""
    pool = ReaderPool(1)
    task = asyncio.create_task(pool.read(SLOW, "x.jpg"))
    worker = await asyncio.to_thread(_until, _worker)
    assert isinstance(worker, psutil.Process)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await pool.read(b"salam", "x.txt")).text == "salam"
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    left = asyncio.create_task(pool.read(SLOW, "x.jpg"))
    await asyncio.to_thread(_until, _worker)
    await pool.close()
    with pytest.raises(Unread, match="too_slow"):
        await left
    assert _worker() is None


def test_lying_worker_is_not_believed() -> None:
    """What a worker says is taken as somebody else's: no shape of it raises anything but Unread."""
    from bot.readers.wire import document_of

    lies = [
        b"", b"\n", b"[]\n", b"{}\n", b'{"kind": "film"}\n', b'{"kind": []}\n', b'{"unread": {"a": 1}}\n', b"\xff\n",
        b'{"kind": "pdf"}\n{"page": [["x", 1, 2, 3, 4]], "read": "ocr"}\n', b'{"end": null}\n',
        b'{"kind": "pdf"}\n{"page": [["x", NaN, 0, 0, 0, 0]], "read": "ocr"}\n{"end": null}\n',
        b'{"kind": "pdf"}\n{"page": "x", "read": ["ocr"]}\n', b"[" * 100_000 + b"\n",
    ]  # fmt: skip
    for lie in lies:
        with pytest.raises(Unread):
            document_of(lie, "x", "broken")
    half = b'{"kind": "pdf"}\n{"page": [["a line", 0, 0, 1, 0.1, 1]], "read": "text"}\n{"page": [["cut'
    document = document_of(half, "x", "too_slow")
    assert (document.text, document.gap) == ("a line", "too_slow")
