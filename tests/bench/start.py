"""The start: seconds from the call until /readyz says that every platform is receiving, and the memory used then."""

import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from tests.bench.figures import Table, load
from tests.kill.killing import start_bot
from tests.peers.bot_api import elsewhere
from tests.peers.synapse import Synapse, free_port

_STARTS = 5
_PATIENCE_S = 30.0


def _measure(folder: Path, port: int) -> tuple[float, float]:
    """Seconds until ready, and MiB of resident memory a moment later."""
    began = time.perf_counter()
    process = start_bot(folder, folder / "output.txt")
    try:
        while not _ready(port):
            assert process.poll() is None, "the bot ended while starting"
            assert time.perf_counter() - began < _PATIENCE_S, "the bot does not become ready"
            time.sleep(0.005)
        took_s = time.perf_counter() - began
        time.sleep(0.5)
        return took_s, psutil.Process(process.pid).memory_info().rss / 2**20
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(60)


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def _telegram() -> Iterator[str]:
    with elsewhere() as peer:
        api = peer.api
        yield (
            f'[telegram]\ntoken = "{api.world.token}"\nbase_url = "{api.base_url}"\n'
            f'base_file_url = "{api.base_file_url}"\n'
        )


@contextmanager
def _matrix() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        server = Synapse(Path(folder))
        server.start()
        try:
            password = secrets.token_hex(8)
            user = server.register("para6", password)
            yield f'[matrix]\nhomeserver = "{server.url}"\nuser_id = "{user}"\npassword = "{password}"\n'
        finally:
            server.stop()


@contextmanager
def _console() -> Iterator[str]:
    yield "[console]\n"


_PLATFORMS = {
    "the console": (_console,),
    "Telegram": (_telegram,),
    "Matrix, encryption included": (_matrix,),
    "Telegram and Matrix": (_telegram, _matrix),
}


def table() -> Table:
    """A row for each set of platforms; the first start, which makes store and key, apart from later ones."""
    rows: list[tuple[str, ...]] = []
    for name, platforms in _PLATFORMS.items():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            sections = [stack.enter_context(platform()) for platform in platforms]
            port = free_port()
            (folder / "config.toml").write_text(
                "".join(sections) + f'[http]\nlisten = "127.0.0.1:{port}"\n', encoding="utf-8"
            )
            first_s, _ = _measure(folder, port)
            later = [_measure(folder, port) for _ in range(_STARTS)]
        rows.append(
            (
                name,
                f"{first_s:.2f} s",
                f"{median(took_s for took_s, _ in later):.2f} s",
                f"{max(took_s for took_s, _ in later):.2f} s",
                f"{max(used for _, used in later):.0f} MiB",
            )
        )
    return Table(
        "The start",
        ("platforms", "first start", "later starts, median", "longest", "memory"),
        rows,
        f"Until /readyz is 200 ({load()}). Required: 3 s and 200 MiB with all platforms; wanted: 1.5 s and 120 MiB.",
    )
