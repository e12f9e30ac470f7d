"""A photographed page put right before it is recognised: even light, lines level, upright or on its head."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

_SHRINK = 8
_AROUND = 12  # pixels within which writing is told from what it stands on
_PAPER = 0.85  # share of the paper's light from which on all is paper: grain and noise go
_INK = 70
_LOOKED_AT = 700  # pixels of the longer side while lines are looked for
_STEEPEST = 12.0  # degrees; who photographs a page holds his phone about straight
_LEVEL = 0.15  # degrees below which a page is not turned: turning costs sharpness
_EDGE = 0.06
_STEP = 80.0  # of 255; no line of text makes a sharper step from row to row
_LONGEST = 4000  # pixels of the longer side; a page of A4 at 340 dots to the inch
_PLAIN = 2.5  # how much more rows must look like lines of text than columns to settle which is which

Grey = NDArray[np.float32]


def evened(picture: Image.Image) -> Image.Image:
    """Dark ink on a white page, without shadows, whatever the light: each spot is measured by the paper around it."""
    if max(picture.size) > _LONGEST:
        picture = picture.copy()
        picture.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    grey = np.asarray(picture, dtype=np.float32)
    if _light_on_dark(picture):
        grey = 255 - grey
    small = (max(1, picture.width // _SHRINK), max(1, picture.height // _SHRINK))
    paper = (
        Image.fromarray(grey.astype(np.uint8))
        .resize(small, Image.Resampling.BOX)
        .filter(ImageFilter.MaxFilter(5))
        .filter(ImageFilter.GaussianBlur(6))
        .resize(picture.size, Image.Resampling.BILINEAR)
    )
    light = np.maximum(np.asarray(paper, dtype=np.float32), 1)
    return Image.fromarray(np.clip(grey / light * (255 / _PAPER), 0, 255).astype(np.uint8))


def _light_on_dark(picture: Image.Image) -> bool:
    """Whether the writing is lighter than what it stands on, as on a screen by night: it is the lesser part of a page."""
    sample = picture.copy()
    sample.thumbnail((1200, 1200), Image.Resampling.BOX)
    around = sample.filter(ImageFilter.BoxBlur(_AROUND))
    apart = np.asarray(sample, dtype=np.float32) - np.asarray(around, dtype=np.float32)
    return float((apart**3).mean()) > 0


def levelled(picture: Image.Image) -> Iterator[Image.Image]:
    """An evened page with its lines made level, the likelier way first, then lying on its other side if that may be.

    Either may stand on its head.
    """
    sample = _sample(picture)
    angle, score = _level(sample)
    across, other = _level(sample.transpose(Image.Transpose.ROTATE_90))
    as_it_is = score >= other
    for upright in (as_it_is, not as_it_is):
        if upright is not as_it_is and max(score, other) > _PLAIN * min(score, other):
            return
        if upright:
            yield _turned(picture, angle)
        else:
            yield _turned(picture.transpose(Image.Transpose.ROTATE_90), across)


def _turned(picture: Image.Image, angle: float) -> Image.Image:
    if abs(angle) < _LEVEL:
        return picture
    return picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def fullest_strip(picture: Image.Image, height: int) -> Image.Image:
    """The strip across the page with the most ink in lines: a sample to try recognition on. Edges are left out."""
    if picture.height < 2 * height:
        return picture
    aside, above = int(picture.width * _EDGE), int(picture.height * _EDGE)
    picture = picture.crop((aside, above, picture.width - aside, picture.height - above))
    ink = _ink(picture).sum(axis=1)
    changes = np.abs(np.diff(ink, prepend=ink[:1])).cumsum()
    step = max(1, height // 4)
    tops = range(0, max(1, picture.height - height), step)
    top = max(tops, key=lambda one: float(changes[min(one + height, len(changes)) - 1] - changes[one]))
    return picture.crop((0, top, picture.width, top + height))


def _sample(picture: Image.Image) -> Image.Image:
    sample = picture.copy()
    sample.thumbnail((_LOOKED_AT, _LOOKED_AT), Image.Resampling.BOX)
    return Image.fromarray((_ink(sample) * 255).astype(np.uint8))


def _ink(picture: Image.Image) -> Grey:
    """How much ink is at each pixel, 0.0 to 1.0."""
    dark: Grey = 255 - np.asarray(picture, dtype=np.float32)
    return np.where(dark < _INK, np.float32(0), dark / np.float32(255))


def _level(sample: Image.Image) -> tuple[float, float]:
    """The turn, in degrees, that makes rows differ most from their neighbours, and how much they then do."""
    best = max((_rows_differ(sample, turn), turn) for turn in np.arange(-_STEEPEST, _STEEPEST + 0.1, 1.0))
    for step in (0.5, 0.25, 0.1):
        middle = best[1]
        best = max(best, *((_rows_differ(sample, turn), turn) for turn in (middle - step, middle + step)))
    return float(best[1]), best[0]


def _rows_differ(sample: Image.Image, turn: float) -> float:
    turned = sample.rotate(float(turn), Image.Resampling.BILINEAR) if turn else sample
    rows = np.asarray(turned, dtype=np.float32).mean(axis=1)
    # A ruled line or the edge of a table is one sharp step; it counts no more than a line of text.
    steps = np.minimum(np.abs(np.diff(rows)), _STEP)
    return float((steps**2).mean())
