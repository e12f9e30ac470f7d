"""A picture of a page in, a page of lines out.

Which script it is, and which end is up, is found on a strip of it: where language and direction are right, Tesseract is
sure of what it reads (English 88 % and more against 34, Urdu 75 against 38, in Nastaliq 43 against 36), so that the whole page
is as a rule recognised once.
"""

from dataclasses import replace

from PIL import Image

from bot.readers import tesseract
from bot.readers.order import in_order
from bot.readers.straighten import evened, fullest_strip, levelled
from bot.readers.tesseract import Printed, height_of, sureness_of
from policies.papers.document import Line, Page

_STRIP = 0.12  # of the page, and no less than some lines
_STRIP_PIXELS = 180
_SURE = {"eng": 0.68, "urd": 0.58}  # from here on nothing else is tried
_NASTALIQ, _APART = (
    0.42,
    0.18,
)  # so surely, and so much more surely than English, only Nastaliq that is upright is read
_LEGIBLE = 0.38  # what no trial reads better than this is no page of running text
_POOR = {"eng": 0.55, "urd": 0.38}  # a line below was probably written in the other script
_MANY_POOR = 0.2  # share of letters from which a second pass pays
_SMALLEST = 40  # pixels; a smaller picture has no words
# Pixels that a word should be high: those of ordinary print at 150 to 200 dots to the inch. More reads no better and
# takes longer, and what is near enough is left as it is.
_LIKED = {"eng": 24.0, "urd": 32.0}
_MUCH_SMALLER, _MOST = 1.5, 2.5
_LONG_ENOUGH = 2600  # pixels; a page of A4 at 220 dots to the inch
_SURE_WORD = 0.6  # of what stands about in a photograph
_HOPELESS = 0.12
_FEWEST = 12  # letters that a strip needs to be a sample
_LARGEST = 16_000_000
_THUMBNAIL = (9, 8)  # policies.papers.document.Page.grey

# Language, whether it stands on its head, how surely the strip was read, and how high its words are.
Trial = tuple[str, bool, float, float]


def recognised(picture: Image.Image) -> Page:
    """The page in a picture, and its thumbnail. Raises Unread."""
    if min(picture.size) < _SMALLEST:
        return Page((), "ocr")
    grey = tuple(picture.convert("L").resize(_THUMBNAIL, Image.Resampling.BOX).tobytes())
    return replace(_recognised(picture), grey=grey)


def _recognised(picture: Image.Image) -> Page:
    page, (language, upside_down, sure, height) = _upright(evened(picture))
    if sure < _LEGIBLE:
        lines = tesseract.read_sparse(page, "eng+urd")
        return _page([line for line in lines if line.sureness >= _SURE_WORD], page.size)
    if upside_down:
        page = page.transpose(Image.Transpose.ROTATE_180)
    page = _sized(page, _LIKED[language] / height if height else 1.0)
    lines = tesseract.read_page(page, language)
    letters = sum(len(line.text) for line in lines)
    poor = sum(len(line.text) for line in lines if line.sureness < _POOR[language])
    if poor > _MANY_POOR * letters:
        other = "urd" if language == "eng" else "eng"
        lines = _better(lines, tesseract.read_page(page, other))
    return _page([line for line in lines if line.sureness >= _HOPELESS], page.size)


def _upright(picture: Image.Image) -> tuple[Image.Image, Trial]:
    """The page as its strip was read best, with what that trial told."""
    found: list[tuple[Image.Image, Trial]] = []
    for page in levelled(picture):
        trial = _tried(fullest_strip(page, max(int(page.height * _STRIP), _STRIP_PIXELS)))
        found.append((page, trial))
        if trial[2] >= (_SURE["eng"] if trial[0] == "eng" else _NASTALIQ):
            break
    return max(found, key=lambda one: one[1][2])


def _tried(strip: Image.Image) -> Trial:
    best = ("eng", False, 0.0, 0.0)
    for upside_down in (False, True):
        turned = strip.transpose(Image.Transpose.ROTATE_180) if upside_down else strip
        english = 0.0
        for language in ("eng", "urd"):
            lines = tesseract.read_block(turned, language)
            sure = sureness_of(lines) if sum(len(line.text) for line in lines) >= _FEWEST else 0.0
            english = sure if language == "eng" else english
            if sure > best[2]:
                best = (language, upside_down, sure, height_of(lines))
            if sure >= _SURE[language]:
                return best
        if best[0] == "urd" and best[2] >= _NASTALIQ and best[2] >= english + _APART:
            return best
    return best


def _sized(page: Image.Image, share: float) -> Image.Image:
    """The page with words about as high as the recogniser likes them; `share` is how much larger that would be."""
    share = min(share, _MOST) if share > _MUCH_SMALLER else min(1.0, _LONG_ENOUGH / max(page.size))
    share = min(share, (_LARGEST / (page.width * page.height)) ** 0.5)
    if share == 1.0:
        return page
    size = (max(1, round(page.width * share)), max(1, round(page.height * share)))
    return page.resize(size, Image.Resampling.BICUBIC if share > 1 else Image.Resampling.LANCZOS)


def _better(first: list[Printed], second: list[Printed]) -> list[Printed]:
    """Of two readings of a page the lines that were read more surely, in their order down the page."""
    kept: list[Printed] = []
    taken: set[int] = set()
    for line in first:
        rivals = [number for number, other in enumerate(second) if _same_place(line, other)]
        if rivals and max(second[number].sureness for number in rivals) > line.sureness:
            kept += [second[number] for number in rivals if number not in taken]
        else:
            kept.append(line)
        taken.update(rivals)
    kept += [line for number, line in enumerate(second) if number not in taken and line.sureness > _LEGIBLE]
    return sorted(kept, key=lambda line: (line.top + line.bottom) / 2)


def _same_place(one: Printed, other: Printed) -> bool:
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    along = min(one.right, other.right) - max(one.left, other.left)
    return along > 0 and down > 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def _page(lines: list[Printed], size: tuple[int, int]) -> Page:
    width, height = size
    placed = (
        Line(
            line.text,
            line.left / width,
            line.top / height,
            (line.right - line.left) / width,
            (line.bottom - line.top) / height,
            line.sureness,
        )
        for line in lines
    )
    return Page(tuple(in_order(list(placed))), "ocr")
