"""The judge of what was read: official papers and their words. Beside the chat's own judge, for it works in a thread."""

from functools import cached_property
from typing import TYPE_CHECKING

from handlers.events import ReadFile
from handlers.ports import Judge
from policies.message import Message
from policies.papers.document import Document
from policies.papers.reading import PaperReading

if TYPE_CHECKING:
    from policies.papers.official import Papers as Signs


class Papers:
    """`bot.reading.PaperJudge`; what papers are known by is loaded with the first of them."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def judged_by(self, order: ReadFile) -> str:
        """The instrument and the model that an order's file is judged by."""
        nothing = self._judge.judge(Message("", sent_on=order.sent_at.date()))
        return f"{nothing.pack}|{nothing.model}|{order.forwarded}"

    def judge(self, document: Document, order: ReadFile) -> PaperReading:
        """The reading of a document, by the instrument of the day on which it was sent."""
        from policies.papers.official import read_paper  # noqa: PLC0415 - most groups talk more than they send

        return read_paper(
            document,
            self._own_judge,
            self._signs,
            forwarded=order.forwarded,
            sent_on=order.sent_at.date(),
        )

    @cached_property
    def _signs(self) -> "Signs":
        from policies.pack import load_packs  # noqa: PLC0415 - as above
        from policies.papers.official import load_papers  # noqa: PLC0415 - as above

        return load_papers(getattr(self._judge, "packs", None) or tuple(load_packs().values()))

    @cached_property
    def _own_judge(self) -> Judge:
        """A judge keeps word forms in mind, and two threads must not share them; the weights are shared."""
        from policies.judge import Judge as PackJudge  # noqa: PLC0415 - loaded by now, if it is the one

        return PackJudge(self._judge.packs) if isinstance(self._judge, PackJudge) else self._judge
