"""By what a paper is known again: keyed hashes of its bytes and of its words."""

from bot.store.vault import Vault
from handlers.events import Likeness
from policies.papers.document import Document
from policies.text.mark import canonical_text, words_mark

# With fewer, many papers are alike: of a bad photograph perhaps only the heading was read.
_ENOUGH_WORDS = 12


def likeness_of(document: Document, content: str, vault: Vault) -> Likeness:
    """The likeness of a document whose bytes have the keyed hash `content`."""
    words = canonical_text(document.text)
    if len(set(words.split())) < _ENOUGH_WORDS:
        return Likeness(content)
    return Likeness(content, words_mark(words, vault.likeness_key))
