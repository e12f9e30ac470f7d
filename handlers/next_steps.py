"""What the admin should do next, told from the numbers: a short list, the most urgent first.

First what keeps messages from being checked at all, then who waits for the admin, then what will soon matter.
"""

from collections.abc import Iterator, Mapping

from handlers.figures import DigestCounts
from handlers.records import Language, Mode, Notice

_MOST = 6

_RIGHTS = {"see": "digest.step_see", "send": "digest.step_send", "remove": "digest.step_remove"}

# What was not judged, and what can be done about it; the rest only asks that somebody reads it.
_GAPS = (
    ("undelivered", "digest.step_undelivered"),
    ("undecryptable", "digest.step_undecryptable"),
    ("downtime", "digest.step_downtime"),
    ("bridge", "digest.step_bridge"),
    ("attachment", "digest.step_attachment"),
)
_TO_READ = ("too_long", "malformed", "failed")

# Of so many alerts so large a part false: the room asks for another setting. Fewer say nothing yet.
_MANY_FALSE, _PART_FALSE = 3, 1 / 3


def next_steps(
    counts: DigestCounts, *, mode: Mode, missing: tuple[str, ...], language: Language
) -> tuple[Notice, ...]:
    """At most six steps for a room that the bot watches; one that says so when nothing waits."""
    steps = [
        *_of_rights(missing, mode, language),
        *_of_people(counts, language),
        *_of_settings(counts, mode, language),
        *_of_gaps(counts.gaps, language),
    ]
    return tuple(steps[:_MOST]) or (Notice("digest.step_none", language),)


def audit_steps(counts: DigestCounts, *, language: Language) -> tuple[Notice, ...]:
    """The steps after an exported chat was judged: there is no bot in it, so they are about reading."""
    steps = []
    found = counts.findings + counts.noted
    if found:
        steps.append(Notice("digest.step_transcript", language, {"n": found}))
    steps += _unread(counts.gaps, language, ("undecryptable", "attachment"))
    return tuple(steps) or (Notice("digest.step_none", language),)


def _of_rights(missing: tuple[str, ...], mode: Mode, language: Language) -> Iterator[Notice]:
    for right, key in _RIGHTS.items():
        if right in missing and (right != "remove" or mode is Mode.REMOVE):
            yield Notice(key, language)


def _of_people(counts: DigestCounts, language: Language) -> Iterator[Notice]:
    if counts.alerts_open and counts.oldest_open is not None:
        fields: dict[str, str | int] = {
            "n": counts.alerts_open,
            "time_at": int(counts.oldest_open.timestamp()),
        }
        yield Notice("digest.step_alerts", language, fields)
    if counts.appeals_open:
        yield Notice("digest.step_appeals", language, {"n": counts.appeals_open})
    if counts.permissions_expiring:
        yield Notice("digest.step_expiring", language, {"n": len(counts.permissions_expiring)})


def _of_settings(counts: DigestCounts, mode: Mode, language: Language) -> Iterator[Notice]:
    if mode is Mode.REHEARSE:
        yield Notice("digest.step_rehearsal", language)
    if counts.false_alarms >= max(_MANY_FALSE, counts.alerts * _PART_FALSE):
        yield Notice("digest.step_false_alarms", language, {"n": counts.false_alarms})


def _of_gaps(gaps: Mapping[str, int], language: Language) -> Iterator[Notice]:
    yield from _unread(gaps, language, tuple(reason for reason, _ in _GAPS))


def _unread(gaps: Mapping[str, int], language: Language, reasons: tuple[str, ...]) -> Iterator[Notice]:
    for reason, key in _GAPS:
        if reason in reasons and gaps.get(reason):
            yield Notice(key, language, {"n": gaps[reason]})
    rest = sum(gaps.get(reason, 0) for reason in _TO_READ)
    if rest:
        yield Notice("digest.step_read", language, {"n": rest})
