"""By what a paper is known again: keyed hashes of its bytes and of its words."""

from bot.store.vault import Vault
from handlers.events import Likeness
from policies.papers.document import Document
from policies.text.mark import canonical_text, words_mark


def likeness_of(document: Document, content: str, vault: Vault) -> Likeness:
    """The likeness of a document whose bytes have the keyed hash `content`."""
    return Likeness(content, words_mark(canonical_text(document.text), vault.likeness_key))
