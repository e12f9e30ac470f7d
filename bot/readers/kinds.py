"""What a file is, by its content; its name only tells whether an unknown content was meant to be something else."""

from bot.readers import plain
from bot.readers.task import Reader, Task
from bot.readers.unread import Unread
from policies.papers.document import Kind

# What ends so and is of no kind known here was meant to be one.
_READ = frozenset({".txt", ".csv"})


def kind_and_reader(data: bytes, task: Task) -> tuple[Kind, Reader]:
    """The kind of a document and what reads it. Raises Unread."""
    if plain.is_text(data):
        return "plain", plain.read
    raise Unread("broken" if not data or task.suffix in _READ else "unsupported")
