"""Files that go out in a chat, made by the running bot: what is large and slow is drawn in a process of its own.

The bot itself never loads WeasyPrint: it would not start in three seconds, nor fit into 200 MiB. The process is given
the finished page, no key, no token and no store; it is ended when it takes too long.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

import structlog

from bot.reports.errors import ReportError
from handlers.desk import LOCAL
from handlers.ports import File
from handlers.records import Digest, DigestFile, SendFile, TextFile

log = structlog.get_logger()

_ROOT = Path(__file__).resolve().parent.parent.parent
_TIMEOUT_S = 60.0
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(_ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
}


class FileMaker:
    """Makes the files of orders, drawing one at a time."""

    def __init__(self, timeout_s: float = _TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._turn = asyncio.Lock()

    async def made(self, order: SendFile) -> File:
        """The file of an order; where a PDF cannot be drawn, the page itself, which every browser prints."""
        match order.file:
            case TextFile() as file:
                return File(file.name, file.media_type, file.text.encode("utf-8", "replace"))
            case DigestFile(digest):
                told = await asyncio.to_thread(_page, digest)
                name = f"digest-{digest.until.astimezone(LOCAL):%Y-%m-%d}"
                try:
                    return File(f"{name}.pdf", "application/pdf", await self.drawn(told))
                except ReportError as error:
                    log.warning("not drawn", error=str(error))
                    return File(f"{name}.html", "text/html", told.encode("utf-8", "replace"))

    async def drawn(self, page: str) -> bytes:
        """A page as PDF, drawn in a process of its own. Raises ReportError."""
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "bot.reports.paper",
                "pdf",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
            )
            try:
                async with asyncio.timeout(self.timeout_s):
                    paper, _ = await process.communicate(page.encode("utf-8", "replace"))
            except TimeoutError:
                raise ReportError("drawing took too long") from None
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        if process.returncode or not paper.startswith(b"%PDF-"):
            raise ReportError(f"drawing ended with {process.returncode}")
        return paper


def _page(digest: Digest) -> str:
    from bot.reports.page import page  # noqa: PLC0415 - Jinja is loaded with the first digest, beside the loop

    return page(digest)
