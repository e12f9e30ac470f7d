"""What a room makes of a verdict: its mode, its kind, its admin's choice for a clause, the rights we have."""

import pytest

from handlers.decision import decide, kept_days, treatments
from handlers.events import RoomId
from handlers.records import Mode, Room, RoomSettings
from policies.verdict import Action, Finding, Verdict

ALL = [
    "disclosure",
    "political",
    "sectarian",
    "disparaging",
    "unauthentic",
    "government",
    "ideology",
    "security",
    "order",
    "promotion",
]


def room(mode: Mode = Mode.WARN, *, public: bool = False, missing: str = "", **clauses: str) -> Room:
    """A room with these choices."""
    return Room(
        RoomId("telegram:-1"),
        "Room",
        mode,
        kind="public" if public else "officers",
        missing=tuple(missing.split()),
        settings=RoomSettings(clauses=clauses),  # type: ignore[arg-type] # the words of Treatment
    )


def verdict(clauses: str) -> Verdict:
    """These clauses found; one with a question mark is only noted."""
    findings = [
        Finding(
            one.rstrip("?"), Action.NOTE if one.endswith("?") else Action.WARN, 0.9, 0, 1, "OM para 4", "x"
        )
        for one in clauses.split()
    ]
    return Verdict(tuple(findings), "om-2024-09-02", "test")


def clauses_of(findings: tuple[Finding, ...]) -> str:
    """Their clauses."""
    return " ".join(finding.clause for finding in findings)


@pytest.mark.parametrize(
    ("where", "found", "said", "told", "kept", "removes"),
    [
        pytest.param(room(), "political", "political", "political", "political", False, id="warn"),
        pytest.param(room(Mode.REHEARSE), "political", "", "political", "political", False, id="rehearse"),
        pytest.param(
            room(Mode.REMOVE), "political", "political", "political", "political", True, id="remove"
        ),
        pytest.param(
            room(Mode.REMOVE, missing="remove"),
            "political",
            "political",
            "political",
            "political",
            False,
            id="without the right nothing is removed, nor said to be",
        ),
        pytest.param(room(), "order?", "", "", "order", False, id="a note is kept only"),
        pytest.param(
            room(political="off"),
            "political order",
            "order",
            "order",
            "order",
            False,
            id="off: not even kept",
        ),
        pytest.param(
            room(political="rehearse"),
            "political order",
            "order",
            "political order",
            "political order",
            False,
            id="one said, both told",
        ),
        pytest.param(
            room(Mode.REHEARSE, sectarian="remove"),
            "sectarian political",
            "sectarian",
            "sectarian political",
            "sectarian political",
            True,
            id="one clause in earnest while the room rehearses",
        ),
        pytest.param(
            room(Mode.REMOVE, political="warn"),
            "political",
            "political",
            "political",
            "political",
            False,
            id="a clause that is only warned about does not go",
        ),
        pytest.param(
            room(Mode.REMOVE, political="warn"),
            "political disparaging",
            "political disparaging",
            "political disparaging",
            "political disparaging",
            True,
            id="but does with one that goes",
        ),
        pytest.param(
            room(Mode.REMOVE, public=True), "government", "", "", "", False, id="para 5 welcomes criticism"
        ),
        pytest.param(
            room(Mode.REMOVE, public=True),
            "government disparaging",
            "disparaging",
            "disparaging",
            "disparaging",
            True,
            id="offensive criticism goes for the offence",
        ),
        pytest.param(
            room(public=True),
            "political unauthentic",
            "",
            "political unauthentic",
            "political unauthentic",
            False,
            id="the public's politics and rumours are for the admin to weigh",
        ),
        pytest.param(
            room(public=True, government="warn"),
            "government",
            "government",
            "government",
            "government",
            False,
            id="the admin's own choice comes first",
        ),
        pytest.param(
            room(Mode.REHEARSE, public=True), "sectarian", "", "sectarian", "sectarian", False, id="rehearsal"
        ),
    ],
)
def test_decision(where: Room, found: str, said: str, told: str, kept: str, removes: bool) -> None:
    """Said to the member, told to the admins, kept, removed."""
    made = decide(where, verdict(found))
    shown = (clauses_of(made.said), clauses_of(made.told), clauses_of(made.kept), made.removes)
    assert shown == (said, told, kept, removes)
    assert made.rehearsed == (bool(told) and not said)
    assert made.action == ("warn" if told else "note" if kept else "clear")


def test_a_public_page_removes_every_other_clause() -> None:
    """Offensive, inappropriate or objectionable, whoever says it."""
    left = [one for one in ALL if not decide(room(Mode.REMOVE, public=True), verdict(one)).removes]
    assert left == ["political", "unauthentic", "government"]
    assert [one for one in ALL if not decide(room(Mode.REMOVE), verdict(one)).removes] == []


def test_record_says_what_was_treated_otherwise() -> None:
    """Clauses by their ids; those that follow the mode are not listed."""
    assert treatments(room(public=True), verdict("government order")) == {"government": "off"}
    assert treatments(room(), verdict("government order")) == {}


def test_texts_are_kept_for_the_shorter_time() -> None:
    """The operator's number is the most."""
    shorter = Room(RoomId("telegram:-1"), "", Mode.WARN, settings=RoomSettings(keep_days=30))
    assert (kept_days(shorter, 90), kept_days(shorter, 7), kept_days(room(), 90)) == (30, 7, 90)
