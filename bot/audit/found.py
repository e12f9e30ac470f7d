"""A finding of an audit: where it is in the export and what it says; none of the words that led to it."""

from dataclasses import asdict, dataclass
from typing import Any

from bot.audit.pieces import Piece
from policies.verdict import Action, Finding


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with its place. `start` and `end` are offsets into the text of `line`'s entry, or into the file's words."""

    index: int
    line: int
    sent_at: str | None
    clause: str
    action: str
    score: float
    place: str
    start: int
    end: int
    cite: str
    reason: str
    revision: bool = False  # in a later form of the message

    @classmethod
    def of(cls, piece: Piece, finding: Finding) -> "Found":
        """A finding at the place of a piece."""
        return cls(
            piece.index,
            piece.line,
            piece.sent_at.isoformat() if piece.sent_at else None,
            finding.clause,
            finding.action.value,
            round(finding.score, 4),
            piece.place,
            finding.start,
            finding.end,
            finding.cite,
            finding.reason,
            piece.revision,
        )

    @property
    def warned(self) -> bool:
        """Whether it would be said in the chat."""
        return self.action == Action.WARN.value

    def as_line(self) -> dict[str, Any]:
        """For the checkpoint."""
        return asdict(self)

    def promised(self) -> dict[str, Any]:
        """As `audit.json` promises it."""
        return {
            "index": self.index,
            "line": self.line,
            "sent_at": self.sent_at,
            "clause": self.clause,
            "action": self.action,
            "score": self.score,
            "in": self.place,
        }
