"""The screens of the set-up and of the settings: one room, one question, the answers as buttons. Pure.

A button carries `VERB:SCREEN:CHANGES:VALUE:ROOM`: where it stood, how often the room's choices had been changed when
it was drawn (later it is stale), and what it chooses; an empty value only turns the page. Telegram allows 64 bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.choices import (
    HOURS,
    KINDS,
    chosen_treatment,
    days_offered,
    next_treatment,
)
from handlers.decision import kept_days, loudest, treatment, usual_treatment
from handlers.desk import Desk, platform_of
from handlers.records import Button, Buttons, DigestTimes, Language, Mode, Notice, Room
from policies.clauses import CLAUSES

SETUP, SETTINGS = "setup", "set"
STEPS = ("language", "kind", "mode", "clauses", "digest", "keep")
# On these several things are chosen; on the others a choice turns the page.
STAYS = frozenset({"clauses", "digest"})
_DIGESTS = ("off", "daily", "weekly")
_CHOSEN = "=✓"


@dataclass(frozen=True, slots=True)
class Screen:
    """What is shown, and the buttons under it."""

    notice: Notice
    buttons: Buttons


def after(step: str) -> str:
    """The screen that follows a step of the set-up."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else "done"


def screen(desk: Desk, room: Room, times: DigestTimes | None, verb: str, name: str) -> Screen:
    """A screen of the set-up (`verb` SETUP) or of the settings. Raises KeyError for one that there is not."""
    if name in STEPS:
        return _question(desk, room, times, verb, name)
    return _OTHERS[name](desk, room, times)


def _welcome(desk: Desk, room: Room, times: DigestTimes | None) -> Screen:  # noqa: ARG001 - as all screens
    fields = {"room": room.title, "mode_key": f"mode.{room.mode.value}"}
    buttons = ((_turn(room, "button.begin", "language"), _turn(room, "button.later", "later")),)
    return Screen(Notice("setup.welcome", room.language, fields, missing_lines(room)), buttons)


def _later(desk: Desk, room: Room, times: DigestTimes | None) -> Screen:  # noqa: ARG001 - as all screens
    fields = {"room": room.title, "mode_key": f"mode.{room.mode.value}"}
    buttons = ((_turn(room, "button.begin", "language"),),)
    return Screen(Notice("setup.later", room.language, fields), buttons)


def _done(desk: Desk, room: Room, times: DigestTimes | None) -> Screen:
    lines = (*summary(desk, room, times), *missing_lines(room))
    buttons = (
        (_turn(room, "button.back", STEPS[-1]), Button("button.change", _data(room, SETTINGS, "hub", ""))),
    )
    return Screen(Notice("setup.done", room.language, {"room": room.title}, lines), buttons)


def _hub(desk: Desk, room: Room, times: DigestTimes | None) -> Screen:
    lines = (*summary(desk, room, times), *missing_lines(room))
    steps = [Button(f"button.set_{step}", _data(room, SETTINGS, step, "")) for step in STEPS]
    rows = tuple(tuple(steps[at : at + 2]) for at in range(0, len(steps), 2))
    return Screen(Notice("settings.screen", room.language, {"room": room.title}, lines), rows)


_OTHERS = {"welcome": _welcome, "later": _later, "done": _done, "hub": _hub}


def summary(desk: Desk, room: Room, times: DigestTimes | None) -> tuple[Notice, ...]:
    """Everything that is chosen for a room, a line each."""
    language = room.language
    every = times.every if times is not None else "off"
    lines = [
        Notice("settings.language", language, {"language_key": f"language.{language.value}"}),
        Notice("settings.kind", language, {"kind_key": f"kind.{room.kind}"}),
        Notice("settings.mode", language, {"mode_key": f"mode.{room.mode.value}"}),
        *(
            Notice(
                "settings.clause",
                language,
                {"clause_key": f"clause.{clause}", "how_key": f"treat.{treatment(room, clause)}"},
            )
            for clause in CLAUSES
            if treatment(room, clause) != room.mode.value
        ),
        Notice(f"settings.digest_{every}", language, {"clock": f"{times.hour}:00"} if times else {}),
        Notice("settings.keep", language, {"days": kept_days(room, desk.keep_days)}),
    ]
    return tuple(lines)


def missing_lines(room: Room) -> tuple[Notice, ...]:
    """The rights that are lacking and wanted, with the way to give them."""
    # Where a right is given differs: Telegram has boxes to tick, Matrix has levels.
    where = "matrix_" if platform_of(room.id) == "matrix" else ""
    lacking = [right for right in room.missing if right != "remove" or loudest(room) is Mode.REMOVE]
    if not lacking:
        return ()
    lines = (Notice(f"right.{where}{right}", room.language) for right in lacking)
    return (Notice("setup.missing", room.language), *lines)


def _question(desk: Desk, room: Room, times: DigestTimes | None, verb: str, name: str) -> Screen:
    fields: dict[str, str | int] = {"room": room.title}
    head = "settings.head"
    if verb == SETUP:
        head = "setup.head"
        fields |= {"step": STEPS.index(name) + 1, "steps": len(STEPS)}
    asked = Notice(f"ask.{name}", room.language, {"days": desk.keep_days} if name == "keep" else {})
    lines: tuple[Notice, ...] = (asked,)
    if name == "mode":
        lines = (*lines, *missing_lines(room))
    rows = (*_answers(desk, room, times, verb, name), _way(room, verb, name))
    return Screen(Notice(head, room.language, fields, lines), rows)


def _answers(desk: Desk, room: Room, times: DigestTimes | None, verb: str, name: str) -> Buttons:
    def one(value: str, key: str, more: tuple[str, ...] = (), *, chosen: bool = False) -> Button:
        keys = (_CHOSEN, key, *more) if chosen else (key, *more)
        return Button(keys[0], _data(room, verb, name, value), more=keys[1:])

    match name:
        case "language":
            return tuple(
                (one(each.value, f"language.{each.value}", chosen=each is room.language),)
                for each in Language
            )
        case "kind":
            return tuple((one(kind, f"kind.{kind}", chosen=kind == room.kind),) for kind in KINDS)
        case "mode":
            return tuple((one(m.value, f"button.do_{m.value}", chosen=m is room.mode),) for m in Mode)
        case "clauses":
            return tuple(
                (one(f"{clause}.{next_treatment(room, clause)}", *_clause_label(room, clause)),)
                for clause in CLAUSES
            )
        case "digest":
            every, hour = (times.every, times.hour) if times is not None else ("off", HOURS[1])
            kinds = tuple(
                one(
                    kind if kind == "off" else f"{kind}.{hour}", f"button.digest_{kind}", chosen=kind == every
                )
                for kind in _DIGESTS
            )
            hours = [one(f"{every}.{h}", f"={h}:00", chosen=h == hour) for h in HOURS if every != "off"]
            return _rows([kinds, hours[:3], hours[3:]])
        case _:
            kept = kept_days(room, desk.keep_days)
            days = [one(str(d), f"={d}", ("setup.days",), chosen=d == kept) for d in days_offered(desk)]
            return _rows([days[:2], days[2:4], days[4:]])


def _clause_label(room: Room, clause: str) -> tuple[str, tuple[str, ...]]:
    own = chosen_treatment(room, clause) != "room"
    how = (f"treat.{treatment(room, clause)}",) if own else _as_room(room, clause)
    return f"short.{clause}", ("=·", *how)


def _as_room(room: Room, clause: str) -> tuple[str, ...]:
    usual = usual_treatment(room, clause)
    return ("treat.room",) if usual == room.mode.value else ("treat.kind", f"treat.{usual}")


def _way(room: Room, verb: str, name: str) -> tuple[Button, ...]:
    if verb == SETTINGS:
        return (Button("button.back", _data(room, SETTINGS, "hub", "")),)
    place = STEPS.index(name)
    buttons = [_turn(room, "button.back", STEPS[place - 1] if place else "welcome")]
    buttons.append(_turn(room, "button.later", "later"))
    if name in STAYS:
        buttons.append(_turn(room, "button.next", after(name)))
    return tuple(buttons)


def _turn(room: Room, key: str, name: str) -> Button:
    return Button(key, _data(room, SETUP, name, ""))


def _data(room: Room, verb: str, name: str, value: str) -> str:
    return f"{verb}:{name}:{room.settings.changes}:{value}:{room.id}"


def _rows(rows: Sequence[Sequence[Button]]) -> Buttons:
    return tuple(tuple(row) for row in rows if row)
