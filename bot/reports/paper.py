"""The page on paper and as a picture: A4 by WeasyPrint, the first sheet drawn by PDFium.

Both libraries are large and slow to load: this module is imported only where something is drawn, and by the running
bot never (`bot.reports.apart`). `python -m bot.reports.paper pdf|png` reads a page from standard input.
"""

import contextlib
import io
import logging
import os
import resource
import sys
from typing import Any, NoReturn

from bot.reports.errors import ReportError

_DPI = 132  # 1091 by 1543 dots: readable on a phone, some 150 kB
_MEMORY = 1 << 30
_CPU_S = 60

_MISSING = "PDF and PNG need Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0) and fonts-noto-core"


def pdf(page: str) -> bytes:
    """The page as a tagged PDF. Raises ReportError when the system lacks what WeasyPrint needs."""
    try:
        from weasyprint import HTML  # noqa: PLC0415 - fails without Pango
    except OSError:
        raise ReportError(_MISSING) from None
    for name in ("weasyprint", "fontTools"):  # what they would say of a page may quote it
        logging.getLogger(name).setLevel(logging.CRITICAL)
    made: bytes = HTML(string=page, url_fetcher=_refuse).write_pdf(pdf_tags=True)
    return made


def png(paper: bytes) -> bytes:
    """The first sheet of a PDF as a picture."""
    import pypdfium2  # noqa: PLC0415 - large

    document = pypdfium2.PdfDocument(paper)
    with contextlib.closing(document):
        picture = document[0].render(scale=_DPI / 72).to_pil()
    drawn = io.BytesIO()
    picture.quantize(64).save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def _refuse(_url: str, *_: Any, **__: Any) -> NoReturn:
    """Nothing is fetched for a page: it stands alone."""
    raise ValueError("a report asks for nothing from outside")


def main() -> None:
    """Draw what stands on standard input, within limits."""
    os.nice(10)  # the bot's own work goes first
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    drawn = pdf(sys.stdin.buffer.read().decode("utf-8"))
    sys.stdout.buffer.write(png(drawn) if sys.argv[1:] == ["png"] else drawn)


if __name__ == "__main__":
    main()
