"""By what a paper is known again, when it has been read."""

from handlers.events import Likeness
from policies.papers.document import Document
from policies.papers.likeness import likeness_of as paper_likeness


def likeness_of(document: Document, content: str) -> Likeness:
    """The likeness of a document whose bytes have the keyed hash `content`; its look is that of its first page."""
    grey = document.pages[0].grey if document.pages else ()
    return Likeness(content, paper_likeness(document.text, grey or None))
