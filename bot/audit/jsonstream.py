"""JSON read from the front, a value at a time, so that a chat of any length needs the memory of one message."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from bot.audit.errors import damaged

_READ = 1 << 18
_LARGEST = 32 << 20  # characters of one value: no message is larger
_SPACE = " \t\n\r"


class JsonStream:
    """A cursor in a JSON text. Whoever walks an object or array takes each value with `value`, `skip` or another walk."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._decoder = json.JSONDecoder()
        self._buffer = ""
        self._at = 0
        self._counted = 0  # the place in the buffer up to which line ends were counted
        self._line = 1
        self._ended = False

    @property
    def line(self) -> int:
        """The line of the cursor, from 1."""
        self._line += self._buffer.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _more(self) -> bool:
        """Read on; False at the end of the file."""
        if self._ended:
            return False
        kept = len(self._buffer) - self._at
        if kept > _LARGEST:
            raise damaged(self.line)
        self._line = self.line
        piece = self._text.read(max(_READ, kept))
        self._ended = not piece
        self._buffer = self._buffer[self._at :] + piece
        self._at = self._counted = 0
        return not self._ended

    def peek(self) -> str:
        """The next character that is no space, empty at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _take(self, wanted: str) -> str:
        found = self.peek()
        if not found or found not in wanted:
            raise damaged(self.line)
        self._at += 1
        return found

    def value(self) -> Any:
        """The next value, whole. Raises Damaged."""
        self.peek()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError):
                found, end = None, len(self._buffer)
            else:
                if end < len(self._buffer) or self._ended:
                    self._at = end
                    return found
            if not self._more():
                try:
                    found, self._at = self._decoder.raw_decode(self._buffer, self._at)
                except (ValueError, RecursionError):
                    raise damaged(self.line) from None
                return found

    def elements(self) -> Iterator[None]:
        """Stop at each value of the array that comes next."""
        yield from self._walk("[", "]")

    def members(self) -> Iterator[str]:
        """Stop at the value of each key of the object that comes next."""
        for _ in self._walk("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise damaged(self.line)
            self._take(":")
            self.peek()
            yield key

    def _walk(self, opens: str, closes: str) -> Iterator[None]:
        self._take(opens)
        if self.peek() == closes:
            self._take(closes)
            return
        while True:
            self.peek()
            yield None
            if self._take("," + closes) == closes:
                return

    def skip(self) -> None:
        """Pass over the next value; arrays and objects a member at a time."""
        opening = self.peek()
        if opening == "[":
            for _ in self.elements():
                self.value()
        elif opening == "{":
            for _ in self.members():
                self.skip()
        else:
            self.value()
