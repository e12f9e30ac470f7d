"""What a reader of one kind of file is told, and what it notes: limits, time, and why not all was read."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.readers.limits import Limits
from bot.readers.unread import Reason
from policies.papers.document import Page


@dataclass(slots=True)
class Task:
    """One file in a worker. `suffix` is what its name ends in: it never decides how a file is read.

    `memory` is a file in memory with the bytes, for what must be handed to a program as a file.
    """

    limits: Limits
    suffix: str = ""
    memory: int | None = None
    gap: Reason | None = None
    pages: int = 0
    began: float = field(default_factory=time.monotonic)

    def another(self) -> bool:
        """Whether one more page may be begun; what stands against it becomes the gap."""
        if self.pages >= self.limits.pages:
            self.gap = "too_many_pages"
        elif time.monotonic() - self.began > self.limits.soft_s:
            self.gap = "too_slow"
        else:
            self.pages += 1
            return True
        return False


Reader = Callable[[bytes, Task], Iterator[Page]]
