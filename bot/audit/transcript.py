"""The annotated transcript: the chat as it was exported, what was found in it marked and explained; pages to read anywhere.

Each page stands alone: no script, no request to anywhere. Names and texts are as in the export, escaped; a message in
Urdu script runs from right to left.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TextIO

from bot.audit.chat import Chat
from bot.audit.counts import Counts
from bot.audit.entry import Entries, Entry, Kind
from bot.audit.found import Found
from bot.audit.output import replacing
from bot.audit.transcript_style import STYLE
from bot.texts import sentence
from handlers.records import Language

PER_PAGE = 5000  # messages
_EN = Language.EN
_URDU = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_LATIN = re.compile("[A-Za-z]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PAGE_NAME = re.compile(r"transcript-(\d{1,6})\.html")


def write_transcript(
    folder: Path, chat: Chat, counts: Counts, findings: Sequence[Found], entries: Entries
) -> list[Path]:
    """Write the pages and take away those that an earlier audit left over. Returns where they are, the first first."""
    pages = max(1, -(-counts.messages // PER_PAGE))
    by_message: dict[int, list[Found]] = defaultdict(list)
    for found in findings:
        by_message[found.index].append(found)
    per_page = [0] * pages
    for found in findings:
        per_page[found.index // PER_PAGE] += 1
    parts = _Parts(entries, by_message)
    written = []
    for page in range(pages):
        path = folder / page_name(page)
        with replacing(path) as file:
            inside = range(page * PER_PAGE, (page + 1) * PER_PAGE)
            here = [found for index in inside if index in by_message for found in by_message[index]]
            file.write(_top(chat, counts, page, per_page, here))
            parts.write(file, last=page == pages - 1)
            file.write(_nav(page, per_page) + "</main></body></html>\n")
        written.append(path)
    for old in folder.iterdir():
        number = _PAGE_NAME.fullmatch(old.name)
        if number and int(number[1]) > pages:
            old.unlink()
    return written


def page_name(page: int) -> str:
    """The file of a page, counted from 0."""
    return f"transcript-{page + 1}.html" if page else "transcript.html"


class _Parts:
    """The entries of the export, a page at a time."""

    def __init__(self, entries: Entries, findings: dict[int, list[Found]]) -> None:
        self._entries = entries
        self._findings = findings
        self._messages = 0

    def write(self, file: TextIO, *, last: bool) -> None:
        """Write a page's entries; the last page takes all that is left."""
        until = self._messages + PER_PAGE
        for entry in self._entries:
            index = self._messages if entry.kind is Kind.MESSAGE else entry.of
            found = [] if index is None else self._findings.get(index, [])
            file.write(_ENTRY[entry.kind](entry, index, found))
            self._messages += entry.kind is Kind.MESSAGE
            if self._messages >= until and not last:
                return


def _message(entry: Entry, index: int | None, findings: Sequence[Found]) -> str:
    state = "warn" if any(found.warned for found in findings) else "note" if findings else ""
    spans = [found for found in findings if not found.revision and found.place in {"text", "caption"}]
    tags = "".join(f'<span class="tag">{tag}</span>' for tag in _tags(entry))
    where = sentence("cli.transcript_message", _EN).format(n=index, line=entry.line)
    return (
        f'<article id="m{index}" class="{state}"><header><b><bdi>{_safe(entry.sender)}</bdi></b> '
        f"<time>{_time(entry)}</time> <small>{where}</small></header>"
        f"{tags}{_text(entry.text, spans)}{_explained(findings)}</article>\n"
    )


def _revision(entry: Entry, index: int | None, findings: Sequence[Found]) -> str:
    told = sentence("cli.transcript_revision", _EN).format(n=index)
    spans = [found for found in findings if found.revision and found.line == entry.line]
    return (
        f'<article class="later"><header><a href="#m{index}">{told}</a> <time>{_time(entry)}</time></header>'
        f"{_text(entry.text, spans)}</article>\n"
    )


def _redaction(entry: Entry, index: int | None, _: Sequence[Found]) -> str:
    told = sentence("cli.transcript_redaction", _EN).format(n=index)
    return f'<p class="system"><a href="#m{index}">{told}</a> <time>{_time(entry)}</time></p>\n'


def _system(entry: Entry, _: int | None, __: Sequence[Found]) -> str:
    return f'<p class="system"><bdi>{_safe(entry.text)}</bdi> <time>{_time(entry)}</time></p>\n'


def _unparsed(entry: Entry, _: int | None, __: Sequence[Found]) -> str:
    told = sentence("cli.transcript_unparsed", _EN).format(line=entry.line)
    return f'<article class="unparsed"><header>{told}</header>{_text(entry.text, [])}</article>\n'


_ENTRY = {
    Kind.MESSAGE: _message,
    Kind.SYSTEM: _system,
    Kind.UNPARSED: _unparsed,
    Kind.REVISION: _revision,
    Kind.REDACTION: _redaction,
}


def _tags(entry: Entry) -> Iterator[str]:
    if entry.forwarded:
        yield sentence("cli.transcript_forwarded", _EN)
    if entry.edited:
        yield sentence("cli.transcript_edited", _EN)
    if entry.deleted:
        yield sentence("cli.transcript_deleted", _EN)
    if entry.undecryptable:
        yield sentence("cli.transcript_undecryptable", _EN)
    if entry.media:
        name = f" <bdi>{_safe(entry.attachment)}</bdi>" if entry.attachment else ""
        yield sentence("cli.transcript_media", _EN) + name
    if entry.too_long:
        yield sentence("cli.transcript_too_long", _EN)


def _text(text: str, findings: Sequence[Found]) -> str:
    if not text:
        return ""
    urdu = not text.isascii() and len(_URDU.findall(text)) > len(_LATIN.findall(text))
    direction = 'dir="rtl" lang="ur"' if urdu else 'dir="ltr"'
    return f"<p {direction}>{_marked(text, findings)}</p>"


def _marked(text: str, findings: Sequence[Found]) -> str:
    """The text with the words that led to findings marked; places that overlap become one."""
    made, done = [], 0
    for first, end in sorted((found.start, found.end) for found in findings if found.end <= len(text)):
        start = max(first, done)
        if end > start:
            made.append(f"{_safe(text[done:start])}<mark>{_safe(text[start:end])}</mark>")
            done = end
    return "".join(made) + _safe(text[done:])


def _explained(findings: Sequence[Found]) -> str:
    if not findings:
        return ""
    return f'<ul class="found">{"".join(f"<li>{_said(found)}</li>" for found in findings)}</ul>'


def _said(found: Found) -> str:
    clause, reason = sentence(f"clause.{found.clause}", _EN), sentence(f"reason.{found.reason}", _EN)
    action = sentence("cli.transcript_warn", _EN) if found.warned else sentence("cli.transcript_note", _EN)
    where = ""
    if found.revision:
        where = " · " + sentence("cli.transcript_in_revision", _EN)
    elif found.place not in {"text", "caption"}:
        where = " · " + sentence("cli.transcript_in_file", _EN) + f" <bdi>{_safe(found.place)}</bdi>"
    return (
        f"<b>{escape(clause)}</b> (<bdi>{escape(found.cite)}</bdi>): {escape(reason)} "
        f"<small>{action}, {found.score:.2f}{where}</small>"
    )


def _top(chat: Chat, counts: Counts, page: int, per_page: Sequence[int], findings: Sequence[Found]) -> str:
    title = _safe(sentence("cli.transcript_title", _EN).format(title=chat.title))
    lead = _safe(
        sentence("cli.transcript_lead", _EN).format(
            messages=counts.messages,
            first=f"{counts.first:%Y-%m-%d %H:%M}" if counts.first else "-",
            last=f"{counts.last:%Y-%m-%d %H:%M}" if counts.last else "-",
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="referrer" content="no-referrer"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><p>{lead}</p>{_nav(page, per_page)}{_listed(findings)}"
    )


def _listed(findings: Sequence[Found]) -> str:
    heading = sentence("cli.transcript_findings", _EN).format(n=len(findings))
    lines = "".join(
        f'<li class="{found.action}"><a href="#m{found.index}">{found.index}</a> '
        f"<time>{escape((found.sent_at or '')[:16].replace('T', ' '))}</time> "
        f"{escape(sentence(f'clause.{found.clause}', _EN))} <small>{found.score:.2f}</small></li>"
        for found in findings
    )
    return (
        f"<details open><summary>{heading}</summary><ol>{lines}</ol></details>\n"
        if findings
        else f"<p>{heading}</p>\n"
    )


def _nav(page: int, per_page: Sequence[int]) -> str:
    if len(per_page) == 1:
        return ""
    links = []
    for number, times in enumerate(per_page):
        told = f"{number + 1} ({times})"
        here = number == page
        links.append(
            f'<b aria-current="page">{told}</b>' if here else f'<a href="{page_name(number)}">{told}</a>'
        )
    told = sentence("cli.transcript_pages", _EN)
    return f"<nav><p>{told}</p>{' '.join(links)}</nav>\n"


def _time(entry: Entry) -> str:
    return str(entry.sent_at)[:16] if entry.sent_at else "-"


def _safe(text: str) -> str:
    return escape(_CONTROLS.sub("\ufffd", text))
