"""The pages in a real browser: no script error, nothing asked from outside, right to left, readable on a phone, accessible."""

import json
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.audit.run import run_audit
from bot.reports.forms import Form, written
from handlers.records import Language
from policies.judge import load_judge
from tests.bot.audit.exports import ANDROID, write
from tests.bot.reports.sample import empty, sample

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1100, "height": 800}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        await chromium.close()


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The transcript of an audited chat in three scripts."""
    folder = tmp_path_factory.mktemp("audit")
    export = write(folder, ANDROID, "WhatsApp Chat with Mess.txt")
    run_audit(
        export,
        load_judge("om-2024-09-02"),
        asked=None,
        folder=lambda: folder,
        told=lambda _read, _size: None,
        write=lambda _audit: None,
    )
    return folder / "transcript.html"


async def opened(browser: Browser, path: Path, size: dict[str, int]) -> tuple[Page, list[str], list[str]]:
    """A page, what it complained of, and what it asked for beside itself (refused)."""
    # bypass_csp: only so does axe get in; that the page has such a rule is looked at by itself.
    context = await browser.new_context(viewport=size, bypass_csp=True)  # type: ignore[arg-type] # a dict of that form
    page = await context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    async def one(route: Any) -> None:
        if route.request.url == path.as_uri():
            await route.continue_()
        else:
            asked.append(route.request.url)
            await route.abort()

    await page.route("**/*", one)
    await page.goto(path.as_uri())
    return page, complaints, asked


async def look(browser: Browser, path: Path) -> None:
    """What holds for every page of ours, at a desk and on a phone."""
    for size in (DESK, PHONE):
        page, complaints, asked = await opened(browser, path, size)
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        smallest = await page.evaluate(
            """Math.min(...[...document.querySelectorAll('main *')]
               .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
               .filter(e => !e.classList.contains('aside'))
               .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
        )
        assert smallest >= 14
        assert await page.locator("meta[http-equiv=Content-Security-Policy]").count() == 1
        await page.evaluate(AXE)
        found = await page.evaluate("axe.run()")
        assert len(found["passes"]) > 10
        serious = [
            (one["id"], [node["html"] for node in one["nodes"]][:3])
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
        assert serious == []
        assert (complaints, asked) == ([], [])
        await page.context.close()


@pytest.mark.parametrize("language", list(Language))
async def test_digest_in_a_browser(browser: Browser, tmp_path: Path, language: Language) -> None:
    """A full month and an empty day."""
    for name, digest in (("full", sample(language, 30)), ("empty", empty(language))):
        path = tmp_path / f"{name}.html"
        path.write_bytes(written(Form.HTML, digest))
        await look(browser, path)


async def test_urdu_runs_from_right_to_left_in_nastaliq(browser: Browser, tmp_path: Path) -> None:
    """The first column and the bars stand at the right, Urdu is set in Nastaliq, citations are not turned round."""
    path = tmp_path / "digest.html"
    path.write_bytes(written(Form.HTML, sample(Language.UR)))
    page, _, _ = await opened(browser, path, PHONE)
    first = await page.locator(".bars tbody tr").first.locator("th").bounding_box()
    bar = await page.locator(".bar div").first.bounding_box()
    number = await page.locator("td.number").first.bounding_box()
    assert first
    assert bar
    assert number
    assert first["x"] > bar["x"] > number["x"]
    session = await page.context.new_cdp_session(page)
    await session.send("DOM.enable")
    await session.send("CSS.enable")
    document = await session.send("DOM.getDocument")
    heading = await session.send(
        "DOM.querySelector", {"nodeId": document["root"]["nodeId"], "selector": "h2"}
    )
    used = await session.send("CSS.getPlatformFontsForNode", {"nodeId": heading["nodeId"]})
    assert [font["familyName"] for font in used["fonts"]] == ["Noto Nastaliq Urdu"], json.dumps(used)
    cite = page.locator("bdi[lang=en]").first
    assert await cite.evaluate("e => getComputedStyle(e).direction") == "ltr"
    assert (await cite.inner_text()).startswith("OM para 4(iii)")


async def test_transcript_in_a_browser(browser: Browser, transcript: Path) -> None:
    """The audit's transcript is held to the same."""
    await look(browser, transcript)
