"""The worker: `python -m bot.readers.worker LIFELINE`, a file on standard input, the document on standard output.

It limits itself before it looks at the file: memory, processor time, and files on disk, of which it may write none
(RLIMIT_FSIZE 0), nor leave a core. When the lifeline closes, whoever asked is gone, and it ends with all it started.
"""

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator

from bot.readers.kinds import kind_and_reader
from bot.readers.limits import Limits
from bot.readers.olddoc import is_doc
from bot.readers.task import Task
from bot.readers.unread import Unread
from bot.readers.wire import first_line, last_line, page_line, unread_line


def main() -> None:
    """Read one file."""
    lifeline = int(sys.argv[1])
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()
    header, _, data = sys.stdin.buffer.read().partition(b"\n")
    told = json.loads(header)
    limits = Limits(**told["limits"])
    task = Task(limits, told["suffix"], _memory(data) if is_doc(data) else None)
    _limit(limits)
    # What a library prints must not get between the lines of the answer.
    answer = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in answers(data, task):
        _write(answer, line)


def answers(data: bytes, task: Task) -> Iterator[bytes]:
    """The lines of the answer; whatever goes wrong in a reader ends them with a reason."""
    begun = False
    try:
        kind, reader = kind_and_reader(data, task)
        characters = 0
        for page in reader(data, task):
            if not begun:
                begun = True
                yield first_line(kind)
            characters += sum(len(line.text) for line in page.lines)
            yield page_line(page)
            if characters > task.limits.characters:
                task.gap = "too_large"
                break
        if not begun:
            begun = True
            yield first_line(kind)
    except Unread as error:
        task.gap = error.reason
    except MemoryError:
        task.gap = "too_large"
    except RecursionError:
        task.gap = "bomb"
    except Exception:  # noqa: BLE001 - a damaged file makes its library raise anything; the file is then broken
        task.gap = "broken"
    else:
        yield last_line(task.gap)
        return
    yield last_line(task.gap) if begun else unread_line(task.gap or "broken")


def _memory(data: bytes) -> int:
    """A file in memory: after the limits nothing can be written to one either."""
    file = os.memfd_create("file")
    _write(file, data)
    os.lseek(file, 0, os.SEEK_SET)
    return file


def _limit(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.processor_s, limits.processor_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _watch(lifeline: int) -> None:
    os.read(lifeline, 1)
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _write(descriptor: int, line: bytes) -> None:
    left = memoryview(line)
    while left:
        left = left[os.write(descriptor, left) :]


if __name__ == "__main__":
    main()
