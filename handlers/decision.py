"""What follows from a verdict in a room: what is said to the member, what the admins are told, whether the message goes.

A pure function of the room's choices and the verdict. The admin's choice for a clause comes first, then what the
group's kind says of it, then the room's mode.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from handlers.records import Mode, Room
from policies.verdict import Action, Finding, Verdict

Treatment = Literal["off", "rehearse", "warn", "remove"]

# Para 5 leaves a government organisation's page open to what the public thinks of a policy, how a service is to be
# better, and complaints: criticism is the purpose of such a page and nothing is made of it. The public is not bound by
# the impartiality of para 4(iii), nor by 4(iv): a political view or a rumour there is for the admin to weigh, and
# nobody is warned. All else is "offensive, inappropriate and objectionable" whoever says it.
PUBLIC: Mapping[str, Treatment] = {"government": "off", "political": "rehearse", "unauthentic": "rehearse"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done about one verdict.

    `covered` names the permission for each clause that one covers: its finding is kept, and nothing is said or told.
    `said` are the findings the member is warned of, `told` those the admins are alerted to (the said ones among
    them), `kept` all that is kept with the words around it; what is treated as `off` is on record by its clause only.
    """

    said: tuple[Finding, ...] = field(default=(), repr=False)
    told: tuple[Finding, ...] = field(default=(), repr=False)
    kept: tuple[Finding, ...] = field(default=(), repr=False)
    removes: bool = False
    covered: Mapping[str, int] = field(default_factory=dict)

    @property
    def rehearsed(self) -> bool:
        """Whether the admins are told of something that is not said in the room."""
        return bool(self.told) and not self.said

    @property
    def action(self) -> Literal["clear", "note", "warn"]:
        """The verdict's word for what was made of it here."""
        return "warn" if self.told else "note" if self.kept else "clear"


def treatment(room: Room, clause: str) -> Treatment:
    """How a room treats a clause."""
    chosen = room.settings.clauses.get(clause)
    return chosen if chosen is not None else usual_treatment(room, clause)


def usual_treatment(room: Room, clause: str) -> Treatment:
    """How it treats a clause for which its admin has chosen nothing of its own."""
    usual: Treatment = room.mode.value
    if room.kind != "public":
        return usual
    return PUBLIC.get(clause, usual)


def decide(room: Room, verdict: Verdict, covered: Mapping[str, int] | None = None) -> Decision:
    """What a room makes of a verdict; `covered`: the permission that covers a clause."""
    covered = covered or {}
    kept = tuple(finding for finding in verdict.findings if treatment(room, finding.clause) != "off")
    told = tuple(
        finding for finding in kept if finding.action is Action.WARN and finding.clause not in covered
    )
    said = tuple(finding for finding in told if treatment(room, finding.clause) != "rehearse")
    removes = any(treatment(room, finding.clause) == "remove" for finding in said)
    return Decision(said, told, kept, removes and "remove" not in room.missing, covered)


def treatments(room: Room, verdict: Verdict) -> dict[str, str]:
    """For the record: the clauses of a verdict that the room treats otherwise than its mode says."""
    found = {finding.clause: treatment(room, finding.clause) for finding in verdict.findings}
    return {clause: how for clause, how in found.items() if how != room.mode.value}


def loudest(room: Room) -> Mode:
    """The furthest that a room goes about any clause: whether members are warned, and whether messages are removed."""
    order = list(Mode)
    chosen = [Mode(how) for how in room.settings.clauses.values() if how != "off"]
    return max([room.mode, *chosen], key=order.index)


def kept_days(room: Room | None, operator_days: int) -> int:
    """For how many days a room's texts are kept: the smaller of the operator's and the room's number."""
    chosen = room.settings.keep_days if room is not None else None
    return operator_days if chosen is None else min(chosen, operator_days)


def with_clause(room: Room, clause: str, chosen: Treatment | None) -> Room:
    """The room with its admin's choice for a clause; None: as the room treats all."""
    others = {one: how for one, how in room.settings.clauses.items() if one != clause}
    clauses = others if chosen is None else {**others, clause: chosen}
    return replace(room, settings=replace(room.settings, clauses=clauses))
