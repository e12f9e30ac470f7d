"""Pictures: JPEG, PNG, WebP, HEIC, GIF (its first frame), TIFF and multi-picture files (their pages), BMP."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from bot.readers.recognise import recognised
from bot.readers.task import Task
from bot.readers.unread import Unread
from policies.papers.document import Page

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "TIFF", "BMP", "MPO")
_IN_PAGES = frozenset({"TIFF"})
_DECODED = 24_000_000  # pixels to which a larger JPEG is brought while it is decoded
_LARGEST_JPEG = 250_000_000
_LONGEST_SIDE = 60_000

Image.MAX_IMAGE_PIXELS = None  # our own limit is kept, before anything is decoded
ImageFile.LOAD_TRUNCATED_IMAGES = True  # what came of a photograph is read
register_heif_opener(thumbnails=False)


def read(data: bytes, task: Task) -> Iterator[Page]:
    """The pages in a picture file."""
    with _opened(data) as file:
        frames = getattr(file, "n_frames", 1) if file.format in _IN_PAGES else 1
        for frame in range(frames):
            if not task.another():
                return
            file.seek(frame)
            _check(file, task)
            yield recognised(grey(file))


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError:
        raise Unread("broken") from None


def _check(file: Image.Image, task: Task) -> None:
    """Refuse what would be too much, by what its head says; a large JPEG is decoded smaller."""
    width, height = file.size
    pixels = width * height
    if max(width, height) > _LONGEST_SIDE:
        raise Unread("bomb")
    if file.format in {"JPEG", "MPO"} and pixels > _DECODED:
        if pixels > _LARGEST_JPEG:
            raise Unread("bomb")
        share = (_DECODED / pixels) ** 0.5
        file.draft("L", (int(width * share), int(height * share)))
        pixels = file.size[0] * file.size[1]
    if pixels > task.limits.pixels:
        raise Unread("bomb")


def grey(picture: Image.Image) -> Image.Image:
    """A picture in grey, as it is to be held (EXIF), what is transparent in it white."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode == "L":
        return upright
    if upright.mode.startswith("I") or upright.mode == "F":
        upright = (
            upright.point(lambda value: value / 256).convert("L")
            if upright.mode.startswith("I;16")
            else upright
        )
        return upright.convert("L")
    if upright.has_transparency_data:
        layered = upright.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("L")
    return upright.convert("L")
