"""Tesseract, called for one picture: pixels through its standard input, words with their boxes out; no file anywhere."""

import subprocess
from dataclasses import dataclass, field
from statistics import median

from PIL import Image

from bot.readers.unread import Unread

_SPARSE = 11  # page segmentation: text anywhere, in no order
_BLOCK = 6
_PAGE = 3
_LONGEST_S = 40.0  # one page; a worker has more than that left whenever it begins one
_DPI = "200"
_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Printed:
    """A recognised line in pixels of the picture. `sureness` is 0.0 to 1.0, `words` how high each word is."""

    text: str = field(repr=False)
    left: int
    top: int
    right: int
    bottom: int
    sureness: float
    heights: tuple[int, ...]


def read_page(picture: Image.Image, languages: str) -> list[Printed]:
    """The lines of a page."""
    return _lines(_called(picture, languages, _PAGE))


def read_block(picture: Image.Image, languages: str) -> list[Printed]:
    """The lines of a strip of running text; no layout is looked for, which is quicker."""
    return _lines(_called(picture, languages, _BLOCK))


def read_sparse(picture: Image.Image, languages: str) -> list[Printed]:
    """Words that stand anywhere, as on a poster or a photograph."""
    return _lines(_called(picture, languages, _SPARSE))


def sureness_of(lines: list[Printed]) -> float:
    """How sure the recogniser is of some lines, by their letters."""
    letters = sum(len(line.text) for line in lines)
    return sum(line.sureness * len(line.text) for line in lines) / letters if letters else 0.0


def height_of(lines: list[Printed]) -> float:
    """How high the middle one of the words is, in pixels; 0 when there is none."""
    heights = [height for line in lines for height in line.heights]
    return float(median(heights)) if heights else 0.0


def _called(picture: Image.Image, languages: str, segmentation: int) -> str:
    grey = picture if picture.mode == "L" else picture.convert("L")
    pixels = b"P5 %d %d 255\n" % grey.size + grey.tobytes()
    command = ["tesseract", "-", "-", "-l", languages, "--psm", str(segmentation), "--dpi", _DPI, "tsv"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            command, input=pixels, capture_output=True, timeout=_LONGEST_S, check=False
        )
    except FileNotFoundError:
        raise Unread("not_installed") from None
    except subprocess.TimeoutExpired:
        raise Unread("too_slow") from None
    if done.returncode:
        raise Unread("not_installed" if b"language" in done.stderr else "broken")
    return done.stdout.decode("utf-8", "replace")


def _lines(told: str) -> list[Printed]:
    """The words of a TSV, put into their lines; what has neither letter nor digit is left out."""
    by_line: dict[tuple[str, ...], list[list[str]]] = {}
    for row in told.splitlines()[1:]:
        columns = row.split("\t")
        if len(columns) == _COLUMNS and columns[0] == "5" and columns[11].strip():
            by_line.setdefault(tuple(columns[1:5]), []).append(columns)
    made = (_printed(words) for words in by_line.values())
    return [line for line in made if any(letter.isalnum() for letter in line.text)]


def _printed(words: list[list[str]]) -> Printed:
    lefts, tops = [int(word[6]) for word in words], [int(word[7]) for word in words]
    widths, heights = [int(word[8]) for word in words], [int(word[9]) for word in words]
    letters = [len(word[11]) for word in words]
    sure = sum(max(0.0, float(word[10])) * count for word, count in zip(words, letters, strict=True)) / sum(
        letters
    )
    return Printed(
        " ".join(_bare(word[11]) for word in words),
        min(lefts),
        min(tops),
        max(left + width for left, width in zip(lefts, widths, strict=True)),
        max(top + height for top, height in zip(tops, heights, strict=True)),
        sure / 100,
        tuple(heights),
    )


def _bare(word: str) -> str:
    """A word without the direction marks that Tesseract puts around digits."""
    return word.replace("\u200e", "").replace("\u200f", "").strip()
