"""Draws docs/pictures/digest-*.png: a made-up week in English and Urdu, on a desk and on a phone (needs Debian's chromium and fonts-noto).

The page is the bot's own; the numbers are those of the tests' sample.
"""

import asyncio
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.reports.forms import Form, written  # noqa: E402 - the checkout is put on the path first
from handlers.records import Language  # noqa: E402
from tests.bot.reports.sample import sample  # noqa: E402

TARGET = ROOT / "docs" / "pictures"
SHOTS = (
    (Language.EN, "desk", 900, 1500),
    (Language.EN, "phone", 360, 1400),
    (Language.UR, "desk", 900, 1600),
    (Language.UR, "phone", 360, 1400),
)
LARGEST = 150_000


async def main() -> None:
    """Write the pages and have Chromium draw their beginnings."""
    TARGET.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        with tempfile.TemporaryDirectory() as folder:
            for language, place, width, height in SHOTS:
                source = Path(folder) / f"{language.value}.html"
                source.write_bytes(written(Form.HTML, sample(language)))
                page = await browser.new_page(viewport={"width": width, "height": height})
                await page.goto(source.as_uri())
                drawn = Image.open(io.BytesIO(await page.screenshot()))
                target = TARGET / f"digest-{language.value}-{place}.png"
                drawn.convert("RGB").quantize(64).save(target, optimize=True)
                if target.stat().st_size > LARGEST:
                    raise SystemExit(f"{target.name} is too large")
                print(f"wrote {target.relative_to(ROOT)} ({target.stat().st_size // 1000} kB)")
                await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
