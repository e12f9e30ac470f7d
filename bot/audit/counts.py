"""What an export holds, counted while it is read, and `audit.json` and the digest's numbers made of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.audit.chat import Chat
from bot.audit.entry import Entries, Entry, Kind
from bot.audit.found import Found
from handlers.desk import LOCAL
from handlers.figures import DayCounts, DigestCounts


@dataclass(slots=True)
class Counts:
    """The numbers of an export; `first` and `last` are the earliest and latest message."""

    messages: int = 0
    system: int = 0
    media: int = 0
    undecryptable: int = 0
    unparsed: int = 0
    too_long: int = 0
    with_text: int = 0
    days: Counter[date] = field(default_factory=Counter)  # messages with text, by the officers' day
    senders: Counter[str] = field(default_factory=Counter, repr=False)
    deleted: set[int] = field(default_factory=set)
    edited: set[int] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None

    def counted(self, entries: Entries) -> Entries:
        """The same entries, counted as they pass."""
        for entry in entries:
            self._take(entry)
            yield entry

    def _take(self, entry: Entry) -> None:
        if entry.kind is Kind.SYSTEM:
            self.system += 1
        elif entry.kind is Kind.UNPARSED:
            self.unparsed += 1
        elif entry.kind is Kind.MESSAGE:
            self._take_message(entry)
        elif entry.of is not None:
            (self.edited if entry.kind is Kind.REVISION else self.deleted).add(entry.of)
            self.too_long += entry.too_long

    def _take_message(self, entry: Entry) -> None:
        index, self.messages = self.messages, self.messages + 1
        self.senders[entry.sender] += 1
        self.media += entry.media
        self.undecryptable += entry.undecryptable
        self.too_long += entry.too_long
        self.with_text += bool(entry.text)
        if entry.deleted:
            self.deleted.add(index)
        if entry.edited:
            self.edited.add(index)
        if entry.sent_at is not None:
            self.first = entry.sent_at if self.first is None else min(self.first, entry.sent_at)
            self.last = entry.sent_at if self.last is None else max(self.last, entry.sent_at)
            self.days[day_of(entry.sent_at)] += bool(entry.text)


def audit_object(chat: Chat, counts: Counts, findings: Sequence[Found]) -> dict[str, Any]:
    """`audit.json`, as the outside relies on it."""
    ranked = sorted(counts.senders.items(), key=lambda item: (-item[1], item[0]))
    return {
        "format": chat.format,
        "order": chat.order,
        "messages": counts.messages,
        "system": counts.system,
        "media": counts.media,
        "deleted": len(counts.deleted),
        "edited": len(counts.edited),
        "undecryptable": counts.undecryptable,
        "unparsed": counts.unparsed,
        "senders": [{"name": name, "messages": times} for name, times in ranked],
        "first": counts.first.isoformat() if counts.first else None,
        "last": counts.last.isoformat() if counts.last else None,
        "findings": [found.promised() for found in findings],
    }


def digest_counts(counts: Counts, findings: Iterable[Found], gaps: Counter[str], unread: int) -> DigestCounts:
    """The numbers of the digest: nothing was said or removed; `unread` files and what could not be judged are gaps."""
    by_clause: Counter[str] = Counter()
    days: Counter[date] = Counter()
    noted = 0
    for found in findings:
        if found.warned:
            by_clause[found.clause] += 1
            if found.sent_at:
                days[day_of(datetime.fromisoformat(found.sent_at))] += 1
        else:
            noted += 1
    missing = Counter(gaps)
    missing.update(
        undecryptable=counts.undecryptable,
        malformed=counts.unparsed,
        too_long=counts.too_long,
        attachment=unread,
    )
    not_judged = counts.too_long + gaps["failed"] + gaps["no_instrument"]
    return DigestCounts(
        judged=max(0, counts.with_text - not_judged),
        warnings=0,
        by_clause=dict(by_clause),
        noted=noted,
        alerts=0,
        alerts_open=0,
        oldest_open=None,
        false_alarms=0,
        removed=0,
        gaps={reason: times for reason, times in missing.items() if times},
        act_seconds=(),
        by_day={
            day: DayCounts(counts.days[day], days[day]) for day in sorted(counts.days.keys() | days.keys())
        },
    )


def day_of(at: datetime) -> date:
    """The day on the officers' calendar."""
    return aware(at).astimezone(LOCAL).date()


def aware(at: datetime) -> datetime:
    """A time with a zone: that of the officers where the export has none."""
    return at if at.tzinfo else at.replace(tzinfo=LOCAL)
