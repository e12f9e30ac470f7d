"""The phones: what a photograph, a scanner and a messenger do to a page. The same seed gives the same bytes."""

import random
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

Picture = Image.Image


def _jpeg(picture: Picture, quality: int) -> bytes:
    out = BytesIO()
    picture.convert("L").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _noise(picture: Picture, chance: random.Random, spread: float) -> Picture:
    grey = np.asarray(picture, dtype=np.float32)
    made = np.random.default_rng(chance.getrandbits(32)).normal(0.0, spread, grey.shape)
    return Image.fromarray(np.clip(grey + made, 0, 255).astype(np.uint8))


def _light(picture: Picture, chance: random.Random, darkest: float) -> Picture:
    """Light falls off toward one side, and a soft-edged shadow lies over a part (a hand, the phone itself)."""
    grey = np.asarray(picture, dtype=np.float32)
    rows, columns = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]]
    y, x = rows / grey.shape[0] - 0.5, columns / grey.shape[1] - 0.5
    angle = chance.uniform(0, 2 * np.pi)
    slope = (np.cos(angle) * x + np.sin(angle) * y + 0.7) / 1.4
    light = darkest + (1 - darkest) * np.clip(slope, 0, 1)
    edge = chance.uniform(-0.2, 0.3)
    across = np.cos(angle + 1.1) * x + np.sin(angle + 1.1) * y
    shadow = 1 - (1 - darkest) * 0.6 / (1 + np.exp(-(across - edge) * 25))
    return Image.fromarray(np.clip(grey * light * shadow, 0, 255).astype(np.uint8))


def _turned(picture: Picture, degrees: float, table: int) -> Picture:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=table)


def _slanted(picture: Picture, chance: random.Random, most: float, table: int) -> Picture:
    """The page as seen from one side: its corners are moved in, each by its own share."""
    width, height = picture.size
    edge = int(max(picture.size) * 0.03)
    framed = Image.new("L", (width + 2 * edge, height + 2 * edge), table)
    framed.paste(picture, (edge, edge))
    width, height = framed.size
    x = [chance.uniform(0, most) * width for _ in range(4)]
    y = [chance.uniform(0, most) * height for _ in range(4)]
    corners = (-x[0], -y[0], -x[1], height + y[1], width + x[2], height + y[2], width + x[3], -y[3])
    return framed.transform(
        (width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=table
    )


def _shrunk(picture: Picture, longest: int) -> Picture:
    share = longest / max(picture.size)
    return (
        picture
        if share >= 1
        else picture.resize(
            (round(picture.width * share), round(picture.height * share)), Image.Resampling.LANCZOS
        )
    )


def _scan(page: Picture, chance: random.Random) -> bytes:
    return _jpeg(_noise(_turned(page, chance.uniform(-0.8, 0.8), 250), chance, 6), chance.randint(70, 88))


def _photo(page: Picture, chance: random.Random) -> bytes:
    seen = _light(_slanted(page, chance, 0.035, chance.randint(70, 140)), chance, chance.uniform(0.6, 0.8))
    seen = seen.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 0.9)))
    return _jpeg(_noise(seen, chance, chance.uniform(4, 9)), chance.randint(50, 75))


def _tilted(page: Picture, chance: random.Random) -> bytes:
    degrees = chance.choice((-1, 1)) * chance.uniform(2.5, 7)
    table = chance.randint(60, 150)
    seen = _light(_turned(_slanted(page, chance, 0.02, table), degrees, table), chance, 0.7)
    seen = seen.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 0.8)))
    return _jpeg(_noise(seen, chance, 6), chance.randint(50, 70))


def _shared(page: Picture, chance: random.Random) -> bytes:
    """Sent, saved and sent again: shrunk, and pressed hard twice."""
    seen = _shrunk(_slanted(page, chance, 0.015, 120), 1600)
    once = Image.open(BytesIO(_jpeg(seen, chance.randint(40, 55))))
    return _jpeg(_shrunk(once, 1400), chance.randint(45, 55))


def _cropped(page: Picture, chance: random.Random) -> bytes:
    """A part of the page only: the top or the foot is cut off, and a little of the sides."""
    width, height = page.size
    top = chance.uniform(0.06, 0.13) if chance.random() < 0.5 else 0.0
    foot = 1.0 if top else chance.uniform(0.55, 0.75)
    sides = chance.uniform(0.0, 0.04)
    part = page.crop((int(width * sides), int(height * top), int(width * (1 - sides)), int(height * foot)))
    return _photo(part, chance)


def _dim(page: Picture, chance: random.Random) -> bytes:
    grey = np.asarray(page, dtype=np.float32)
    faint = Image.fromarray((grey * chance.uniform(0.3, 0.42) + chance.uniform(35, 60)).astype(np.uint8))
    seen = _light(_turned(faint, chance.uniform(-2, 2), 90), chance, 0.6)
    seen = seen.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 0.8)))
    return _jpeg(_noise(seen, chance, 5), chance.randint(55, 75))


def _screen(page: Picture, chance: random.Random) -> bytes:
    """The screenshot of a viewer: sharp, small."""
    return _jpeg(_shrunk(page, chance.randint(1300, 1500)), chance.randint(75, 90))


Phone = Callable[[Picture, random.Random], bytes]
PHONES: dict[str, Phone] = {
    "scan": _scan,
    "photo": _photo,
    "tilted": _tilted,
    "shared": _shared,
    "cropped": _cropped,
    "dim": _dim,
    "screen": _screen,
}


def photographed(page: Picture, phone: str, seed: str) -> bytes:
    """The page as JPEG, as this phone gives it."""
    return PHONES[phone](page, random.Random(f"phone {phone} {seed}"))
