"""Screenshots of a chat, from lines of corpus/check that break nothing: other hands wrote them, many of them near misses."""

import random
from collections.abc import Iterator

from corpus.lines import check_lines
from corpus.papers.sources import Source

_PAGES, _LINES = 12, 11


def screens() -> Iterator[Source]:
    """Some pages of messages with the hour beside each, in Latin letters and in Urdu script; always the same."""
    chance = random.Random("screens")
    free = [line for line in check_lines() if not line.labels and not line.thread and len(line.text) < 220]
    for script in ("en", "ur"):
        mine = [line.text for line in free if (line.lang == "ur") == (script == "ur")]
        chance.shuffle(mine)
        for page in range(min(_PAGES, len(mine) // _LINES)):
            lines: list[tuple[str, str]] = []
            for text in mine[page * _LINES : (page + 1) * _LINES]:
                hour = f"{chance.randint(7, 22)}:{chance.randint(0, 59):02}"
                lines += [("", " ".join(text.split())), ("", ""), ("#", hour)]
            yield Source(f"chat-{script}-{page:02}", "chat screenshot", script, "free", tuple(lines))
