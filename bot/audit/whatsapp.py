"""A WhatsApp export as a stream of entries: the head of a line tells when and by whom, all other lines belong to it.

Three forms: dashed (Android), bracketed (iPhone), and that of WhatsApp Web, which is bracketed with the month first.
Only the form that most heads of the file have begins a message: a chat pasted into a message stays part of it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TextIO

from bot.audit.dates import Order, Parts, find_order, read_date, read_time, when, wrong_order
from bot.audit.entry import LONGEST_CHARACTERS, Entries, Entry, Kind
from bot.audit.errors import no_export
from bot.audit.phrases import (
    FORWARDED,
    MARKS,
    NOTICE,
    M,
    is_about,
    is_deleted,
    is_system,
    is_undecryptable,
    may_be_name,
    media_of,
    names_group,
    neutral_poll,
    tidy,
    without_edited,
)

# A piece of a line is never longer, so that a file without line ends cannot fill the memory.
_PIECE = 1 << 20
_LONGEST_NAME = 100  # nobody can send a line that begins otherwise than with his name
_LONGEST_TOLD = 200
_MOST_TOLD = 5000
_TELLING = re.compile(" (?:added|removed|left|joined|changed|created|was|turned|pinned|شامل|نے|چھوڑ)")
_TEXT_MARKS = re.compile(f"[{MARKS}]")

_HEAD = re.compile(
    rf"{M}(\[)?{M}"
    rf"(\d{{1,4}}){M}\s?[./\-۔؍]{M}\s?(\d{{1,2}}){M}\s?[./\-۔؍]{M}\s?(\d{{1,4}})\.?{M}"
    rf"[,،]?\s+(?:at\s+)?{M}(\d{{1,2}}){M}[:.٫]{M}(\d{{2}}){M}(?:[:.٫]{M}(\d{{2}}))?{M}"
    rf"(?:\s*{M}([AaPp]\.?\s?[Mm]\.?|[\u0621-\u06d3][\u0621-\u06d3\s.]{{0,14}}?))?\s*{M}"
    rf"(?:(\])(\s-(?=\s))?(?:\s|$)|\s?[-–—]{M}(?:\s|$)){M}"
)


class Head(NamedTuple):
    """The beginning of a message's or system line's first line, as written."""

    date: Parts
    time: tuple[int, int, int] | None
    bracketed: bool
    web: bool
    end: int


def head_of(line: str) -> Head | None:
    """The head of a line; None when it has none."""
    found = _HEAD.match(line)
    if found is None:
        return None
    opens, one, two, three, hour, minute, second, period, closes, web = found.groups()
    if (opens is None) is not (closes is None):
        return None
    time = read_time(hour, minute, second, period)
    return Head((one, two, three), time, opens is not None, web is not None, found.end())


@dataclass(slots=True)
class Layout:
    """What must be known of the whole file before its first line can be read."""

    order: Order
    bracketed: bool
    web: bool = False
    groups: frozenset[str] = field(default=frozenset(), repr=False)  # names iPhones put before system lines
    long_names: frozenset[str] = field(default=frozenset(), repr=False)  # names that hold a colon

    @property
    def format(self) -> str:
        """The format's name in `audit.json`."""
        if self.web:
            return "whatsapp-web"
        return "whatsapp-iphone" if self.bracketed else "whatsapp-android"


@dataclass(slots=True)
class _Survey:
    """What one pass over a file collects, for each of the two forms."""

    heads: Counter[bool] = field(default_factory=Counter)
    dates: dict[bool, list[Parts]] = field(default_factory=lambda: {True: [], False: []})
    lines: dict[bool, list[int]] = field(
        default_factory=lambda: {True: [], False: []}
    )  # where each date stands
    first_names: Counter[str] = field(default_factory=Counter)
    longer_names: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(
        default_factory=list, repr=False
    )  # what may be system lines, with one colon at most
    marked: Counter[str] = field(default_factory=Counter)  # lines with WhatsApp's mark and its words, by name
    groups: set[str] = field(default_factory=set)
    web: bool = False

    def take(self, number: int, line: str, head: Head) -> None:
        """Note what a head and what follows it tell."""
        self.heads[head.bracketed] += 1
        dates = self.dates[head.bracketed]
        if not dates or dates[-1] != head.date:
            dates.append(head.date)
            self.lines[head.bracketed].append(number)
        self.web = self.web or head.web
        rest = line[head.end :]
        first = rest.find(": ")
        second = rest.find(": ", first + 2)
        if second < 0 and len(rest) < _LONGEST_TOLD and len(self.told) < _MOST_TOLD and _TELLING.search(rest):
            self.told.append(name_of(rest))
        if first < 0:
            return
        name = rest[:first]
        self.first_names[name] += 1
        if head.bracketed:
            if NOTICE.match(rest, first + 2):
                self.groups.add(name_of(name))
            if rest.startswith("\u200e", first + 2) and is_system(rest[first + 2 :]):
                self.marked[name] += 1
        if 0 < second <= _LONGEST_NAME:
            self.longer_names[rest[:second]] += 1

    def group_names(self) -> frozenset[str]:
        """The names under which WhatsApp itself speaks on iPhones: nobody else speaks under them."""
        silent = {name_of(name) for name, times in self.marked.items() if times == self.first_names[name]}
        return frozenset(self.groups | silent)

    def long_names(self) -> frozenset[str]:
        """Names with a colon in them: whoever has the first part always has the second, or a system line says so."""
        found = set()
        beginning, ending = defaultdict(list), defaultdict(list)
        for line in self.told:
            first, colon, last = line.rpartition(": ")
            if colon:
                beginning[first].append(line)
                ending[last.rstrip(".۔")].append(line)
        for longer, times in self.longer_names.items():
            first, _, last = longer.partition(": ")
            name, others = name_of(longer), self.first_names[first] - times
            acting = beginning[name_of(first)] if others else []
            always = (
                others <= len(acting)
                and times + others >= 2
                and may_be_name(last)
                and others == sum(line.startswith(f"{name} ") for line in acting)
            )
            if always or any(
                line.rstrip(".۔").endswith(f" {name}") for line in ending.get(name_of(last), ())
            ):
                found.add(longer)
        return frozenset(found)


def survey(lines: TextIO, asked: Order | None) -> Layout:
    """The layout of a file. Raises NoExport when there is no head in it, OrderUnknown when dates can be read in two ways."""
    seen = _Survey()
    undated_notice = False
    for number, line in _numbered(lines):
        head = head_of(line)
        if head is not None:
            seen.take(number, line, head)
        elif number == 1 and NOTICE.match(line):
            undated_notice = True
    if not seen.heads:
        raise no_export()
    bracketed = seen.heads[True] > seen.heads[False]
    web = bracketed and (seen.web or undated_notice)
    dates = seen.dates[bracketed]
    if asked is None:
        order: Order = "mdy" if web and _all_read(dates, "mdy") else find_order(dates)
    else:
        order = asked
        impossible = [place for place, parts in enumerate(dates) if read_date(parts, order) is None]
        if len(impossible) * 50 > len(dates):
            raise wrong_order(order, seen.lines[bracketed][impossible[0]])
    return Layout(order, bracketed, web, seen.group_names(), seen.long_names())


def _all_read(dates: list[Parts], order: Order) -> bool:
    return all(read_date(parts, order) is not None for parts in dates)


def _numbered(lines: TextIO) -> Iterator[tuple[int, str]]:
    """Each line without its end, with its number; a line longer than a MiB comes in pieces of the same number."""
    number, fresh = 0, True
    while piece := lines.readline(_PIECE):
        number += fresh
        fresh = piece.endswith("\n")
        yield number, piece.rstrip("\r\n") if fresh else piece


def read(lines: TextIO, layout: Layout) -> Entries:
    """The entries of a file, in its order."""
    open_entry: _Open | None = None
    for number, line in _numbered(lines):
        head = head_of(line)
        if head is None or head.bracketed is not layout.bracketed:
            if open_entry is not None:
                open_entry.add(line, number)
            elif line.strip():
                system = layout.web and NOTICE.match(line) is not None
                yield Entry(Kind.SYSTEM if system else Kind.UNPARSED, number, text=line)
            continue
        if open_entry is not None:
            yield open_entry.entry(layout)
        day = read_date(head.date, layout.order)
        if day is None or head.time is None:
            open_entry = _Open(number, None, line)
        else:
            open_entry = _Open(number, when(day, head.time), line[head.end :])
    if open_entry is not None:
        yield open_entry.entry(layout)


class _Open:
    """An entry whose lines are still being read."""

    def __init__(self, line: int, sent_at: datetime | None, first: str) -> None:
        self._line, self._sent_at, self._last = line, sent_at, line
        self._said = [first]
        self._length = len(first)

    def add(self, line: str, number: int) -> None:
        """One more line; what is longer than any message is not kept."""
        if self._length <= LONGEST_CHARACTERS:
            self._said.append(line if number == self._last else f"\n{line}")
            self._length += len(line) + 1
        self._last = number

    def entry(self, layout: Layout) -> Entry:
        """What it is, now that it is whole."""
        body = "".join(self._said)
        if self._sent_at is None:
            return Entry(Kind.UNPARSED, self._line, text=body)
        name, text = sender_and_text(body, layout)
        if name is None:
            return Entry(Kind.SYSTEM, self._line, self._sent_at, text=tidy(text))
        return _message(Entry(Kind.MESSAGE, self._line, self._sent_at, name_of(name)), text, layout)


def sender_and_text(body: str, layout: Layout) -> tuple[str | None, str]:
    """Who said what; no sender for a system line."""
    first_line = body.partition("\n")[0]
    colon = first_line.find(": ", 0, _LONGEST_NAME)
    if colon < 0:
        bare = first_line.rstrip()
        if not bare.endswith(":") or len(bare) > _LONGEST_NAME:
            return None, body
        return bare[:-1], body[len(first_line) :]
    if names_group(first_line, colon) or NOTICE.match(first_line) or _tells_of(first_line, layout):
        return None, body
    longer = first_line.find(": ", colon + 2)
    if longer > 0 and first_line[:longer] in layout.long_names:
        colon = longer
    name, text = body[:colon], body[colon + 2 :]
    if layout.bracketed and _said_by_whatsapp(name, text, layout):
        return None, text
    return name, text


def _tells_of(line: str, layout: Layout) -> bool:
    """Whether the only colon of a system line is in a member's name (`Maj: Asif left`, `Sana added Maj: Asif`)."""
    for name in layout.long_names:
        before, found, after = line.partition(name)
        if found and ": " not in after and not after.startswith(":") and is_system(f"{before}\n{after}"):
            return ": " not in before
    return False


def _said_by_whatsapp(name: str, text: str, layout: Layout) -> bool:
    """On iPhones system lines have a sender as well: the group's name, or the member they are about."""
    if NOTICE.match(text):
        return True
    by_group = name_of(name) in layout.groups
    if not (by_group or text.startswith("\u200e")) or is_deleted(text) or is_undecryptable(text):
        return False
    if media_of(text) is not None:
        return False
    return is_system(text) if by_group else is_about(name_of(name), name_of(text))


def _message(entry: Entry, text: str, layout: Layout) -> Entry:
    text = text.strip("\n") if text.isascii() else tidy(text)
    if is_deleted(text):
        entry.deleted = True
        return entry
    if is_undecryptable(text):
        entry.undecryptable = True
        return entry
    text, entry.edited = without_edited(text)
    if layout.web and (mark := FORWARDED.match(text)):
        entry.forwarded = True
        text = text[mark.end() :]
    found = media_of(text)
    if found is None:
        entry.text = neutral_poll(text)
    else:
        entry.media, entry.caption = True, bool(found[0])
        entry.text, entry.attachment = found
    return entry


@lru_cache(maxsize=4096)
def name_of(written: str) -> str:
    """A name without direction marks, its spaces plain."""
    return " ".join(_TEXT_MARKS.sub("", written).split())
