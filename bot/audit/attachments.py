"""The words in attached files: the one place where a reader of files will be put."""

# Endings of files that can be read; no other file is taken out of an export.
READABLE: frozenset[str] = frozenset()


def attachment_text(name: str, content: bytes) -> str | None:  # noqa: ARG001 - what a reader will need
    """The text of a file, or None when it cannot be read: then it counts as not judged."""
    return None
