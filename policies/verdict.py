"""What the judge answers: findings, and the verdict that holds them."""

from dataclasses import dataclass
from enum import StrEnum

# The pack of a verdict on a message that was sent before any instrument known here was in force.
NO_INSTRUMENT = "none"


class Action(StrEnum):
    """What a finding's score asks for: `warn` is said in the chat, `note` is kept for the admin only."""

    NOTE = "note"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a message breaks one clause (ids and citations: the pack's `pack.toml`).

    `start` and `end` are code-point offsets into `Message.text`, end exclusive; `score` is the fused
    probability, 0.0 to 1.0; `reason` is the relation found (`political.support`): the key of a sentence of `locale/`.
    """

    clause: str
    action: Action
    score: float
    start: int
    end: int
    cite: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of one message, highest score first, and who says so.

    `pack` is the instrument it was judged under; NO_INSTRUMENT when none was in force on its day.
    """

    findings: tuple[Finding, ...]
    pack: str
    model: str

    @property
    def action(self) -> str:
        """`clear`, `note` or `warn`."""
        if any(finding.action is Action.WARN for finding in self.findings):
            return "warn"
        return "note" if self.findings else "clear"
