"""Every piece stands in the document's text where it says."""

from hypothesis import given
from hypothesis import strategies as st

from policies.papers.document import Document, Line, Page
from policies.papers.pieces import pieces_of

lines = st.lists(st.text(max_size=300).map(lambda text: Line(text.replace("\n", " "))), max_size=12)


@given(st.lists(lines.map(lambda found: Page(tuple(found))), max_size=4))
def test_pieces_stand_where_they_say(pages: list[Page]) -> None:
    """Joined, they are the whole text, and each is found at its offset."""
    document = Document("a.pdf", "pdf", tuple(pages))
    found = list(pieces_of(document))
    for piece in found:
        assert document.text[piece.start : piece.start + len(piece.text)] == piece.text
    assert sum(len(line.text) for page in pages for line in page.lines) == sum(
        len(piece.text) - piece.text.count("\n") for piece in found
    )
