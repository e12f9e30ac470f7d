"""RTF: its text, without what only says how it looks. Pictures in it are not read."""

import re
from collections.abc import Iterator

from bot.readers.plain import pages_of
from bot.readers.task import Task
from policies.papers.document import Page

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z0-9])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_UNSEEN = frozenset(
    {
        *("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "datastore", "fldinst"),
        *(
            "listtable",
            "listoverridetable",
            "rsidtbl",
            "generator",
            "xmlnstbl",
            "latentstyles",
            "bkmkstart",
            "bkmkend",
        ),
    }
)
_BREAKS = {"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "cell": " | ", "tab": "\t"}
_MARKS = {
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "endash": "–",
    "emdash": "—",
    "bullet": "•",
}
_CODE_PAGES = frozenset({1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 874, 65001})


class _Text:
    """The text as it comes; groups are kept as a list, so that no depth of them can overrun anything."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._groups: list[tuple[bool, int]] = []
        self._unseen = False
        self._skip = 1  # letters that stand in for one given by number
        self._left = 0
        self._page = "cp1252"

    def group(self, bracket: bytes) -> None:
        """A group begins or ends."""
        self._left = 0
        if bracket == b"{":
            self._groups.append((self._unseen, self._skip))
        elif self._groups:
            self._unseen, self._skip = self._groups.pop()

    def word(self, name: str, number: int | None) -> None:
        """A control word."""
        if name in _UNSEEN:
            self._unseen = True
        elif name == "ansicpg" and number in _CODE_PAGES:
            self._page = "utf-8" if number == 65001 else f"cp{number}"
        elif name == "uc" and number is not None:
            self._skip = max(0, min(number, 8))
        elif name == "u" and number is not None:
            self._say(chr(number % 0x10000))
            self._left = self._skip
        elif name in _BREAKS or name in _MARKS:
            self._say(_BREAKS.get(name) or _MARKS[name])

    def sign(self, sign: bytes) -> None:
        """A control sign."""
        if sign == b"*":
            self._unseen = True
        elif sign in b"\\{}~-_":
            self._say({b"~": " ", b"-": "", b"_": "-"}.get(sign, sign.decode("latin-1")))

    def plain(self, written: bytes) -> None:
        """Letters as they are."""
        kept = written[self._left :]
        self._left = max(0, self._left - len(written))
        self._say(kept.decode(self._page, "replace"))

    def _say(self, text: str) -> None:
        if not self._unseen:
            self.said.append(text)


def read(data: bytes, task: Task) -> Iterator[Page]:
    """The paragraphs of an RTF file."""
    text = _Text()
    for match in _TOKEN.finditer(data):
        name, number, code, sign, bracket, written = match.groups()
        if bracket:
            text.group(bracket)
        elif name:
            text.word(name.decode(), int(number) if number else None)
        elif code:
            text.plain(bytes.fromhex(code.decode()))
        elif sign:
            text.sign(sign)
        elif written:
            text.plain(written)
    # Letters beyond the first 65,536 are given as two halves.
    whole = "".join(text.said).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    yield from pages_of(whole.split("\n"), task)
