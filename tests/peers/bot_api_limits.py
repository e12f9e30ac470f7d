"""Telegram's flood limits: messages a second over all, and a minute in one group."""

import math
import time
from collections import deque
from dataclasses import dataclass, field


@dataclass
class Limits:
    """What the server bears; a test that is about something else raises the numbers."""

    per_second: int = 30
    group_per_minute: int = 20
    minute_s: float = 60.0
    _sent: deque[float] = field(default_factory=deque)
    _in_group: dict[int, deque[float]] = field(default_factory=dict)

    def wait_s(self, chat: int) -> int:
        """0 when a message may be sent now, and it is counted; otherwise whole seconds to wait."""
        now = time.monotonic()
        group = self._in_group.setdefault(chat, deque()) if chat < 0 else deque[float]()
        for kept, span in ((self._sent, 1.0), (group, self.minute_s)):
            while kept and kept[0] <= now - span:
                kept.popleft()
        waits = []
        if len(self._sent) >= self.per_second:
            waits.append(self._sent[0] + 1.0 - now)
        if len(group) >= self.group_per_minute:
            waits.append(group[0] + self.minute_s - now)
        if waits:
            return max(1, math.ceil(max(waits)))
        self._sent.append(now)
        group.append(now)
        return 0


def no_limits() -> Limits:
    """For flows that are not about limits."""
    return Limits(per_second=1_000_000, group_per_minute=1_000_000)
