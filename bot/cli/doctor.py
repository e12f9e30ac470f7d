"""`para6 doctor`: looks at everything the bot needs and says what to do about what is missing."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import typer

from bot.cli import links
from bot.config import Config, load_config
from bot.errors import Para6Error
from bot.store.database import sqlite_path
from bot.store.vault import open_vault
from bot.texts import sentence
from handlers.records import Language
from policies.judge import load_judge

_FREE_BYTES = 200 * 1024 * 1024
_REACH_S = 5.0


@dataclass(frozen=True, slots=True)
class Result:
    """One thing looked at. `advice` is empty when it is in order."""

    subject: str
    advice: str = ""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.doctor", Language.EN))
    def doctor(config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE")) -> None:
        results = list(examine(config))
        for result in results:
            typer.echo(
                f"{'fix ' if result.advice else 'ok  '} {result.subject}{': ' if result.advice else ''}{result.advice}"
            )
        raise typer.Exit(2 if any(result.advice for result in results) else 0)


def examine(path: Path) -> Iterator[Result]:
    """Look at the configuration, the store, the key, the pack, the disk, and whether the servers can be reached."""
    try:
        config = load_config(path)
    except Para6Error as error:
        yield Result("configuration", str(error))
        return
    yield Result("configuration")
    yield from _store(config)
    yield _tried("pack", lambda: load_judge(config.settings.policy.pack))
    free = shutil.disk_usage(config.base).free
    yield Result("disk", "" if free >= _FREE_BYTES else f"only {free // 2**20} MiB free; make room")
    telegram, matrix = config.settings.telegram, config.settings.matrix
    if telegram is not None:
        yield _reachable("telegram", telegram.base_url.partition("{")[0])
    if matrix is not None:
        yield _reachable("matrix", matrix.homeserver)
        folder = config.matrix_store
        safe = not folder.exists() or not folder.stat().st_mode & 0o077
        yield Result("matrix store", "" if safe else f"readable by others; run: chmod 700 {folder}")
        yield from _bridges(config)
    yield from _reading()


def _reading() -> Iterator[Result]:
    """What reads papers and sets pages in Urdu."""
    found = installed_languages()
    yield Result(
        "recognition of pictures (Tesseract)",
        "" if found is not None else sentence("cli.doctor_tesseract", Language.EN),
    )
    for code, name in (("eng", "English"), ("urd", "Urdu")):
        if found is not None:
            missing = sentence("cli.doctor_language", Language.EN).format(package=f"tesseract-ocr-{code}")
            yield Result(f"recognition of {name}", "" if code in found else missing)
    old = shutil.which("antiword")
    yield Result("old Word files (antiword)", "" if old else sentence("cli.doctor_antiword", Language.EN))
    fonts = any(Path("/usr/share/fonts").rglob("*Nastaliq*"))
    yield Result("fonts (for Urdu pages)", "" if fonts else sentence("cli.doctor_fonts", Language.EN))
    lacking = [name for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset") if not find_library(name)]
    yield Result(
        "PDF and PNG of digests (Pango)", sentence("cli.doctor_pango", Language.EN) if lacking else ""
    )


def installed_languages() -> frozenset[str] | None:
    """The languages that Tesseract knows; None when it is not there."""
    try:
        done = subprocess.run(
            ["tesseract", "--list-langs"],  # noqa: S607 - found where the worker finds it
            capture_output=True,
            text=True,
            check=False,
            timeout=_REACH_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return frozenset(done.stdout.split())


def _store(config: Config) -> Iterator[Result]:
    try:
        store = sqlite_path(config.settings.store.url, config.base)
    except Para6Error as error:
        yield Result("store", str(error))
        return
    yield Result("store", "" if store.parent.is_dir() else f"its folder {store.parent} is missing; make it")
    if store.exists() or config.key_file.exists():
        yield _tried("key file", lambda: open_vault(config.key_file))
    else:
        yield Result("key file (made at the first start)")


def _bridges(config: Config) -> Iterator[Result]:
    with suppress(Para6Error):  # said already, under "store"
        yield Result("bridges", links.advice(sqlite_path(config.settings.store.url, config.base)))


def _tried(subject: str, look: Callable[[], object]) -> Result:
    try:
        look()
    except (Para6Error, ValueError) as error:
        return Result(subject, str(error))
    return Result(subject)


def _reachable(subject: str, url: str) -> Result:
    parts = urlsplit(url)
    host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    if not host:
        return Result(f"{subject} server", "its address is no URL; correct it")
    try:
        with socket.create_connection((host, port), timeout=_REACH_S) as plain:
            if parts.scheme == "https":
                with ssl.create_default_context().wrap_socket(plain, server_hostname=host):
                    pass
    except OSError:
        return Result(
            f"{subject} server", f"{host} cannot be reached on port {port}; check network, proxy and address"
        )
    return Result(f"{subject} server")
