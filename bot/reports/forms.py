"""The forms a digest comes in, and the bytes of each."""

from enum import StrEnum

from bot.reports.page import page
from bot.reports.table import as_csv, as_json
from bot.texts import render
from handlers.digest_words import digest_notice
from handlers.records import Digest


class Form(StrEnum):
    """What `--format` takes."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"
    PNG = "png"

    @property
    def binary(self) -> bool:
        """Whether a terminal would be upset by it."""
        return self in {Form.PDF, Form.PNG}

    @property
    def suffix(self) -> str:
        """What a file of this form is called at its end."""
        return "txt" if self is Form.TEXT else self.value


def written(form: Form, digest: Digest) -> bytes:
    """A digest in one form. Raises ReportError when paper or picture cannot be drawn on this machine."""
    match form:
        case Form.TEXT:
            told = render(digest_notice(digest), ()).text + "\n"
        case Form.JSON:
            told = as_json(digest) + "\n"
        case Form.CSV:
            told = as_csv(digest)
        case Form.HTML:
            told = page(digest)
        case Form.PDF | Form.PNG:
            # Half a second and 60 MiB, for these two forms only.
            from bot.reports.paper import pdf, png  # noqa: PLC0415

            drawn = pdf(page(digest))
            return drawn if form is Form.PDF else png(drawn)
    return told.encode("utf-8", "replace")
