"""A paper sent on is the same paper; another one, or the same form filled in anew, is not."""

import random
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image

from corpus.papers.press import as_pdf, as_picture
from corpus.papers.sources import Source, load_sources
from policies.papers.likeness import (
    NEAR_LOOK,
    THUMBNAIL,
    Likeness,
    byte_hash,
    distance,
    is_same_paper,
    likeness_of,
    look_hash,
)


def text_of(source: Source) -> str:
    """A source's words."""
    return "\n".join(text for _, text in source.lines)


def greys(picture: Image.Image) -> list[int]:
    """The thumbnail of a picture."""
    return list(picture.convert("L").resize(THUMBNAIL, Image.Resampling.BOX).tobytes())


def misread(text: str, share: float, seed: int) -> str:
    """A text of which this share of the letters was misread; digits are read well."""
    chance = random.Random(seed)
    return "".join(
        chance.choice("aeiostnr") if sign.isalpha() and chance.random() < share else sign for sign in text
    )


def test_different_papers_are_never_one() -> None:
    """No two of the measured papers are taken for one, even with the look of one page for all."""
    known = [Likeness(0, likeness_of(text_of(one)).words) for one in load_sources("measure")]
    pairs = list(combinations(known, 2))
    assert len(pairs) > 5000
    assert not [pair for pair in pairs if is_same_paper(*pair)]


def test_a_misread_paper_is_known_again() -> None:
    """With one letter in a hundred misread nearly every paper is known."""
    papers = [text_of(one) for one in load_sources("measure")]
    again = [
        is_same_paper(likeness_of(text), likeness_of(misread(text, 0.01, seed)))
        for seed, text in enumerate(papers)
    ]
    assert sum(again) >= 0.95 * len(papers)


def test_the_same_form_with_other_numbers_is_another_paper() -> None:
    """An order that differs from a published one in its number, date and name was not published."""
    order = (
        "GOVERNMENT OF THE PUNJAB SERVICES DEPARTMENT notification No. SO(E-I)2-913/2025 dated 14022025 "
        "Mr Anwar Khan is transferred and posted as Deputy Secretary with immediate effect until further orders "
        "in the public interest vice Mr Saleem Raza transferred"
    )
    other = order.replace("913", "977").replace("14022025", "03062025").replace("Anwar Khan", "Bilal Shah")
    assert not is_same_paper(likeness_of(order), likeness_of(other))
    assert is_same_paper(likeness_of(order), likeness_of(order.lower()))


def test_a_picture_sent_on_looks_near() -> None:
    """JPEG, a smaller size and a slight crop change few bits of the look."""
    source = next(one for one in load_sources("measure") if one.id == "canal-pc1")
    page = as_picture(as_pdf(source, "measure"))
    pressed = BytesIO()
    page.save(pressed, "JPEG", quality=40)
    width, height = page.size
    changed = [
        Image.open(pressed),
        page.resize((width // 2, height // 2)),
        page.crop((width // 50, height // 50, width * 49 // 50, height * 49 // 50)),
    ]
    own = look_hash(greys(page))
    assert all(distance(own, look_hash(greys(one))) <= NEAR_LOOK for one in changed)


def test_too_few_words_say_nothing() -> None:
    """A poster of three words is never taken for a known paper."""
    assert not is_same_paper(
        likeness_of("Eid Mubarak friends", [0] * 72), likeness_of("Eid Mubarak friends", [0] * 72)
    )


def test_a_thumbnail_has_its_size() -> None:
    """Another number of greys is a mistake of the caller."""
    with pytest.raises(ValueError, match="72 greys"):
        look_hash([0] * 64)


def test_bytes_name_a_file() -> None:
    """The same bytes, the same name."""
    assert byte_hash(b"a") == byte_hash(b"a") != byte_hash(b"b")
