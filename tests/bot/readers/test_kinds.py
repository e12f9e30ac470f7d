"""Every kind of file, told by its content under a name that lies, read to lines in their order."""

import subprocess
import sys

import pytest
from PIL import Image, ImageFilter, ImageOps

from bot.readers.pool import read_bytes
from bot.readers.unread import Unread
from tests.bot.readers import files
from tests.bot.readers.files import LETTER, URDU, drawn, saved

PRINTED = (
    "The competent authority is pleased to approve the",
    "posting of the officers named below in Islamabad",
    "F. No. 9/1/2031-X-II",
    "All Ministries and Divisions are requested to furnish",
    "the particulars of the officers by Monday",
)


@pytest.mark.parametrize(
    ("made", "kind", "text"),
    [
        pytest.param(files.odt(LETTER, URDU), "word", f"{LETTER}\n{URDU}", id="ODT"),
        pytest.param(files.rtf(URDU), "word", f"{URDU}\nend", id="RTF"),
        pytest.param(files.doc(f"{LETTER}\r{URDU}"), "word", f"{LETTER}\n{URDU}", id="DOC"),
        pytest.param(files.pptx("One", "Two"), "word", "One\n\nTwo", id="PPTX"),
        pytest.param(
            files.xlsx(), "sheet", f"Name | CNIC\n{LETTER} | 3520112345671\n\nin the hidden sheet", id="XLSX"
        ),
        pytest.param(
            'name;grade\nعلی;17\n"Zaid; Bakr";18\n'.encode(), "sheet", "name | grade\nعلی | 17\nZaid; Bakr | 18", id="CSV"
        ),
        pytest.param(URDU.encode("utf-16"), "plain", URDU, id="UTF-16"),
        pytest.param(b"Caf\xe9 at five", "plain", "Café at five", id="Windows code page"),
    ],
)  # fmt: skip
def test_text_of_a_kind(made: bytes, kind: str, text: str) -> None:
    """What stands in it, whatever its name says."""
    document = read_bytes(made, "film.mp4")
    assert (document.kind, document.read, document.gap) == (kind, "text", None)
    assert document.text == text


def test_word_file_with_a_scan_pasted_in() -> None:
    """Header, body, table and footer as text, the picture recognised; each once."""
    scan = saved(ImageOps.expand(drawn(*PRINTED), 20, 255), "PNG")
    document = read_bytes(files.docx(LETTER, URDU, picture=scan), "x")
    assert (document.kind, document.read, len(document.pages)) == ("word", "both", 2)
    assert document.pages[0].text == f"In the header\n{LETTER}\n{URDU}\nName | Grade\nIn the footer"
    assert "F. No. 9/1/2031-X-II" in document.pages[1].text


def test_pdf_with_text_is_not_recognised() -> None:
    """Its own lines, with their places on the page."""
    document = read_bytes(files.pdf(f"<h1 style='text-align:right'>Right</h1><p>{LETTER}</p>", pages=2), "x")
    assert (document.kind, document.read, len(document.pages)) == ("pdf", "text", 2)
    head, *lines = document.pages[1].lines
    assert head.text == "Right"
    assert head.x > 0.6
    assert head.y < lines[0].y < 0.5
    assert " ".join(line.text for line in lines) == LETTER


def test_pdf_whose_text_is_fragments_is_recognised() -> None:
    """A Nastaliq face leaves no words in the file; what is seen is read."""
    document = read_bytes(files.pdf(f"<p dir=rtl>{URDU}</p>", "Noto Nastaliq Urdu"), "x")
    assert document.read == "ocr"
    assert sum(word in document.text.split() for word in URDU.split()) >= 4


def test_photograph_on_its_side() -> None:
    """Dim, noisy, with a shadow, lying on its side: it is put right before it is read."""
    page = ImageOps.expand(drawn(*PRINTED), (80, 200), 255).rotate(
        92, Image.Resampling.BICUBIC, True, fillcolor=210
    )
    shadow = Image.linear_gradient("L").resize(page.size).point(lambda value: 90 + value // 3)
    seen = Image.composite(page.point(lambda value: value // 2 + 40), Image.new("L", page.size, 20), shadow)
    document = read_bytes(saved(seen.filter(ImageFilter.GaussianBlur(0.6)), "JPEG", quality=60), "x.jpg")
    assert (document.kind, document.read) == ("picture", "ocr")
    assert [line.text for line in document.pages[0].lines] == list(PRINTED)
    assert min(line.sureness for line in document.pages[0].lines) > 0.7


def test_writing_by_night_and_transparent_paper() -> None:
    """Light on dark, and black ink on nothing."""
    for picture in (ImageOps.invert(drawn(*PRINTED)), _transparent(drawn(*PRINTED))):
        assert read_bytes(saved(picture, "WEBP", lossless=True), "x").text == "\n".join(PRINTED)


def _transparent(page: Image.Image) -> Image.Image:
    made = Image.new("RGBA", page.size, (0, 0, 0, 0))
    made.putalpha(ImageOps.invert(page))
    return made


def test_urdu_is_read_as_urdu() -> None:
    """In a Naskh face, from the picture of a page."""
    import pypdfium2

    with pypdfium2.PdfDocument(files.pdf(f"<p dir=rtl>{URDU}</p>" * 3, "Noto Naskh Arabic")) as document:
        page = document[0].render(scale=200 / 72).to_pil()
    words = read_bytes(saved(page, "HEIF"), "x").text.split()
    assert sum(word in words for word in URDU.split()) > 0.8 * len(URDU.split())


@pytest.mark.parametrize(
    ("made", "name", "reason"),
    [
        (b"", "empty.txt", "broken"),
        (b"\x1aE\xdf\xa3" + bytes(200), "film.mkv", "unsupported"),
        (b"\x00\x01\x02" * 90, "letter.pdf", "broken"),
        (files.doc(locked=True), "x.doc", "locked"),
    ],
)
def test_what_is_not_read_says_why(made: bytes, name: str, reason: str) -> None:
    """A film is of no kind that is read; a letter that is none is broken."""
    with pytest.raises(Unread, match=reason):
        read_bytes(made, name)


def test_bot_loads_no_reader() -> None:
    """What reads files is loaded in the worker only: the bot starts fast and stays small."""
    report = "import bot.app, bot.readers.pool, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = set(subprocess.check_output([sys.executable, "-c", report], text=True).split())
    assert "bot" in loaded
    assert loaded.isdisjoint({"PIL", "openpyxl", "docx", "odfdo", "pypdfium2", "pillow_heif", "lxml"})
