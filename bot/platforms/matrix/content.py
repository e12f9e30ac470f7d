"""What a Matrix event's content says: the words people see, and what the event relates to. Pure, and never raises.

Content is written by anybody; every field may have any type.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from handlers.events import Attachment

MEDIA = frozenset({"m.image", "m.audio", "m.video", "m.file"})
_READ = frozenset({"m.image", "m.file"})
_ADDRESS = re.compile(r"mxc://[A-Za-z0-9.:\[\]_-]{1,255}/[A-Za-z0-9_~.=-]{1,255}", re.ASCII)
# MSC2723 and MSC4553, with their unstable names.
_FORWARDED = (
    "m.forwarded",
    "com.famedly.app.forwarded",
    "org.matrix.msc4553.forwarded",
)
_BLOCKS = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "blockquote", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr"}
)
_POLL_TEXT = frozenset({"body", "m.text", "org.matrix.msc1767.text"})
_NOT_A_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Body:
    """The words of a message. `others` are other forms that some clients show instead (HTML, an edit's fallback)."""

    text: str = field(repr=False)
    others: tuple[str, ...] = field(default=(), repr=False)
    caption: bool = False
    attachments: int = 0
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """What a message relates to, by event ids."""

    replaces: str | None = None
    thread: str | None = None
    reply_to: str | None = None


def clean(value: object) -> str:
    """A string that can be stored: lone surrogates, which no encoding knows, are replaced."""
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def inner(content: object, key: str) -> dict[str, Any]:
    """The object under a key, empty when there is none."""
    found = content.get(key) if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}


def relation_of(content: object) -> Relation:
    """The relation of a message's content. A thread's fallback reply is no reply."""
    relates = inner(content, "m.relates_to")
    kind, target = relates.get("rel_type"), relates.get("event_id")
    reply = inner(relates, "m.in_reply_to").get("event_id")
    reply_to = reply if isinstance(reply, str) and reply else None
    if not isinstance(target, str) or not target:
        return Relation(reply_to=reply_to)
    if kind == "m.replace":
        return Relation(replaces=target)
    if kind == "m.thread":
        return Relation(thread=target, reply_to=None if relates.get("is_falling_back") is True else reply_to)
    return Relation(reply_to=reply_to)


def body_of(content: object) -> Body | None:
    """The words of an `m.room.message`; None when it has no readable body."""
    if not isinstance(content, dict) or not isinstance(content.get("body"), str):
        return None
    body, html = clean(content["body"]), formatted(content)
    if content.get("msgtype") in MEDIA:
        name = content.get("filename")
        captioned = isinstance(name, str) and name != content["body"]
        others = _different(body, html) if captioned else ()
        return Body(body if captioned else "", others, caption=True, attachments=1, files=files_of(content))
    return Body(body, _different(body, html))


def files_of(content: object) -> tuple[Attachment, ...]:
    """The picture or file of a message or sticker, with the keys that open it. Films and voices are not read."""
    if not isinstance(content, dict) or content.get("msgtype", "m.image") not in _READ:
        return ()
    sealed = inner(content, "file")
    address = sealed.get("url") if sealed else content.get("url")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        return ()
    about = inner(content, "info")
    size, media_type = about.get("size"), about.get("mimetype")
    ref = {"url": address}
    if sealed:
        ref |= {
            "key": clean(inner(sealed, "key").get("k")),
            "hash": clean(inner(sealed, "hashes").get("sha256")),
            "iv": clean(sealed.get("iv")),
        }
    return (
        Attachment(
            address,
            json.dumps(ref),
            clean(content.get("filename")) or clean(content.get("body")),
            clean(media_type)[:100],
            size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**53 else None,
        ),
    )


def is_forward(content: object) -> bool:
    """Whether a message says that it was passed on: Matrix has no settled word for it, clients have theirs."""
    new = inner(content, "m.new_content")
    return isinstance(content, dict) and any(content.get(mark) or new.get(mark) for mark in _FORWARDED)


def edited_body_of(content: object) -> Body | None:
    """The words of an edit: the new content is the text; the fallback, which old clients show, another form of it."""
    new = body_of(inner(content, "m.new_content"))
    shown = body_of(content)
    if new is None:
        return shown
    if shown is None:
        return new
    others = list(new.others)
    for form in (shown.text.removeprefix("* "), *shown.others):
        if form and not any(same_words(form, known) for known in (new.text, *others)):
            others.append(form)
    return Body(new.text, tuple(others), new.caption, new.attachments, new.files)


def poll_words(content: object) -> str:
    """The question and the answers of a poll, a line each."""
    lines: list[str] = []
    for text in _strings(content, 0):
        if text not in lines:
            lines.append(text)
    return "\n".join(lines)


def _strings(node: object, depth: int) -> Iterator[str]:
    if depth > 6:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _POLL_TEXT and isinstance(value, str):
                yield clean(value)
            else:
                yield from _strings(value, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value, depth + 1)


def formatted(content: dict[str, Any]) -> str:
    """The words of the formatted body, without the quotation of a reply; empty when there is none."""
    html = content.get("formatted_body")
    if content.get("format") != "org.matrix.custom.html" or not isinstance(html, str):
        return ""
    reader = _Words()
    try:
        reader.feed(clean(html))
        reader.close()
    except (AssertionError, ValueError):
        return clean(html)
    return "".join(reader.said).strip()


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but signs and spaces."""
    return _NOT_A_LETTER.sub("", one) == _NOT_A_LETTER.sub("", other)


def _different(body: str, html: str) -> tuple[str, ...]:
    return (
        (html,)
        if html and not same_words(without_quote(body)[0], html) and not same_words(body, html)
        else ()
    )


def without_quote(body: str) -> tuple[str, str]:
    """A body without the `> ` lines that older clients put before a reply, and those lines' words."""
    lines = body.split("\n")
    count = 0
    while count < len(lines) and lines[count].startswith(">"):
        count += 1
    if count == 0:
        return body, ""
    quoted = [re.sub(r"^<@[^>]{1,255}> ?", "", line[1:].lstrip(" ")) for line in lines[:count]]
    rest = lines[count:]
    if rest and not rest[0].strip():
        rest = rest[1:]
    return "\n".join(rest), "\n".join(quoted)


class _Words(HTMLParser):
    """Collects the text of Matrix HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._quoting = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "mx-reply":
            self._quoting += 1
        if tag in _BLOCKS:
            self.said.append("\n")
        if tag == "img":
            self.said.extend(value for name, value in attrs if name == "alt" and value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "mx-reply" and self._quoting:
            self._quoting -= 1

    def handle_data(self, data: str) -> None:
        if not self._quoting:
            self.said.append(data)
