"""The files that came with an export, read beside the audit: two at once, each content once, a few ahead of the judge."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from hashlib import sha256
from threading import Lock
from types import TracebackType

from bot.audit.errors import Damaged
from bot.audit.pieces import Piece
from bot.audit.source import Source
from bot.readers.kinds import is_never_read
from bot.readers.pool import PROCESSES
from bot.readers.process import Reading
from bot.readers.unread import Unread
from policies.papers.document import Document

_AHEAD = 2 * PROCESSES  # files under way before the judge waits for the first of them
_LONGEST = 1000  # pieces held back meanwhile
_REMEMBERED = 200  # contents, for files that are sent again

Read = Document | str  # a reason of bot.readers.unread in place of a document


class Attachments(AbstractContextManager["Attachments"]):
    """Fills pieces with what their files hold. When left, whatever is still being read is called off."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._threads = ThreadPoolExecutor(PROCESSES, thread_name_prefix="attachments")
        self._lock = Lock()
        self._under_way: set[Reading] = set()
        self._known: OrderedDict[bytes, Future[Read]] = OrderedDict()
        self._over = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._over = True
            for reading in self._under_way:
                reading.stop()
        self._threads.shutdown(cancel_futures=True)

    def filled(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The same pieces, those of files with their documents or why there is none."""
        waiting: deque[tuple[Piece, Future[Read] | None]] = deque()
        reading = 0
        for piece in pieces:
            future = self._threads.submit(self._read, piece.file, piece.place) if piece.file else None
            waiting.append((piece, future))
            reading += future is not None
            while waiting and (waiting[0][1] is None or reading >= _AHEAD or len(waiting) > _LONGEST):
                reading -= waiting[0][1] is not None
                yield _with(*waiting.popleft())
        for one in waiting:
            yield _with(*one)

    def _read(self, file: str, name: str) -> Read:
        found = self._source.attachment(file)
        if found is None:
            return "broken"
        try:
            data = found()
        except Unread as error:
            return error.reason
        except (Damaged, OSError):
            return "broken"
        if is_never_read(data):
            return "unsupported"
        mine: Future[Read] = Future()
        first = self._first(sha256(data).digest(), mine)
        if first is mine:
            mine.set_result(self._document(data, name))
        return first.result()

    def _first(self, mark: bytes, mine: "Future[Read]") -> "Future[Read]":
        """The future of whoever was first with a content; ours when that is us."""
        with self._lock:
            first = self._known.setdefault(mark, mine)
            self._known.move_to_end(mark)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return first

    def _document(self, data: bytes, name: str) -> Read:
        reading = Reading(name)
        with self._lock:
            self._under_way.add(reading)
            if self._over:
                reading.stop()
        try:
            return reading.run(data)
        except Unread as error:
            return error.reason
        finally:
            with self._lock:
                self._under_way.discard(reading)


def _with(piece: Piece, future: "Future[Read] | None") -> Piece:
    if future is not None:
        piece.read = future.result()
    return piece
