"""What goes round: a text that was seen before, in this room or another, is judged as passed on.

Kept of a text are keyed hashes and a time, for a limited time; no words, no member.
"""

from handlers.desk import Desk
from handlers.events import MessagePosted
from handlers.ports import Transaction

# Shorter texts are said again by many who never saw each other's: greetings, thanks, "noted, sir".
SHORTEST = 80
# What comes after tells nothing more, and a text of 64 KiB would hold up the others.
_LOOKED_AT = 4000


async def passed_on(transaction: Transaction, desk: Desk, event: MessagePosted) -> bool:
    """Whether a message is a forward: marked as one, or its text has been seen under another message."""
    if len(event.text) < SHORTEST:
        return event.forwarded
    source = f"{event.place.room}|{event.message}"
    seen = await transaction.seen_text(event.text[:_LOOKED_AT], source=source, at=desk.clock.now())
    return seen or event.forwarded
