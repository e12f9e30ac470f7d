"""PDF: the text that pages carry, with its places; pages that carry none, or none that can be trusted, are recognised."""

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from bot.readers.legible import legible, letters_in
from bot.readers.order import in_order
from bot.readers.plain import clean, pieces_of
from bot.readers.recognise import recognised
from bot.readers.task import Task
from bot.readers.unread import Unread
from policies.papers.document import Line, Page

_FEW = 16  # letters: less on a page is a page number or a stamp
_DOTS_AN_INCH = 200
_LARGEST = 9_000_000  # pixels of a page that is drawn
_PICTURE = 0.5  # share of the page that a picture covers when the page was probably scanned
_SAME = 0.7  # share of recognised words that the text below a scan must hold to be believed
_MOST_CHARACTERS = 60_000  # of one page
_MANY_OBJECTS = 3000  # looked through for pictures


def read(data: bytes, task: Task) -> Iterator[Page]:
    """The pages of a PDF."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}
        raise Unread("locked" if locked else "broken") from None
    try:
        for number in range(len(document)):
            if not task.another():
                return
            try:
                page = document[number]
            except pypdfium2.PdfiumError:
                task.gap = "broken"
                continue
            try:
                yield _page(page)
            finally:
                page.close()
    finally:
        document.close()


def _page(page: pypdfium2.PdfPage) -> Page:
    lines = _text_lines(page)
    text = "\n".join(line.text for line in lines)
    enough = letters_in(text) >= _FEW
    scanned = _covered(page)
    if legible(text) and not scanned and (enough or not _drawn(page)):
        return Page(tuple(lines), "text")
    seen = recognised(_picture(page))
    if not enough or not legible(text):
        return seen if seen.lines else Page(tuple(lines), "text")
    if _told(seen, text):
        return Page(tuple(lines), "both", seen.grey)
    # What lies below a scan is not what is seen on it: both are handed on.
    return Page((*lines, *seen.lines), "both", seen.grey)


def _told(seen: Page, text: str) -> bool:
    """Whether a text holds what was recognised."""
    words, known = seen.text.lower().split(), set(text.lower().split())
    return sum(word in known for word in words) >= _SAME * len(words)


def _text_lines(page: pypdfium2.PdfPage) -> list[Line]:
    """The lines of a page's own text, from its top; in the order of the file where columns stand side by side."""
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return []
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    lines: list[Line] = []
    letters: list[str] = []
    box: list[float] = []
    text = page.get_textpage()
    try:
        for index in range(min(pdfium.FPDFText_CountChars(text), _MOST_CHARACTERS)):
            code = pdfium.FPDFText_GetUnicode(text, index)
            letter = chr(code) if code < 0x110000 else "\ufffd"
            if letter in "\r\n":
                lines += _lines(letters, box, width, height)
                letters, box = [], []
                continue
            letters.append(letter)
            if letter != " " and pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top):
                box = _around(box, (left.value, height - top.value, right.value, height - bottom.value))
    finally:
        text.close()
    lines += _lines(letters, box, width, height)
    return in_order(lines)


def _around(box: list[float], more: tuple[float, float, float, float]) -> list[float]:
    if not box:
        return list(more)
    return [min(box[0], more[0]), min(box[1], more[1]), max(box[2], more[2]), max(box[3], more[3])]


def _lines(letters: list[str], box: list[float], width: float, height: float) -> Iterator[Line]:
    told = clean("".join(letters))
    if told and box:
        for piece in pieces_of(told):
            yield Line(
                piece, box[0] / width, box[1] / height, (box[2] - box[0]) / width, (box[3] - box[1]) / height
            )


def _covered(page: pypdfium2.PdfPage) -> bool:
    """Whether a picture covers most of the page, as on a scan."""
    width, height = page.get_size()
    for number, thing in enumerate(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3)):
        if number >= _MANY_OBJECTS:
            break
        try:
            left, bottom, right, top = thing.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        if (right - left) * (top - bottom) >= _PICTURE * width * height:
            return True
    return False


def _drawn(page: pypdfium2.PdfPage) -> bool:
    """Whether there is anything on the page but its text: pictures, drawings, stamps."""
    kinds = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING)
    if next(iter(page.get_objects(filter=kinds, max_depth=3)), None) is not None:
        return True
    return bool(pdfium.FPDFPage_GetAnnotCount(page) > 0)


def _picture(page: pypdfium2.PdfPage) -> Image.Image:
    width, height = page.get_size()
    scale = _DOTS_AN_INCH / 72
    if width <= 0 or height <= 0:
        raise Unread("broken")
    scale = min(scale, (_LARGEST / (width * height)) ** 0.5)
    drawn = page.render(scale=scale, grayscale=True, limit_image_cache=True)
    picture: Image.Image = drawn.to_pil().convert("L")
    return picture
