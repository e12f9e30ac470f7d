"""Reading beside the bot: the process, its limits, and that nothing of it is left over."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.readers.limits import LIMITS
from bot.readers.pool import ReaderPool, read_file
from bot.readers.unread import REASONS, Unread, gap_of
from handlers.events import GAP_REASONS


def test_every_reason_is_a_gap() -> None:
    """What could not be read is counted under a name that the digest knows."""
    assert len(REASONS) >= 8
    assert {gap_of(reason) for reason in REASONS} <= GAP_REASONS


async def test_pool_reads_bytes_and_paths(tmp_path: Path) -> None:
    """Several at once, in whatever order they come; a missing file is unread as well."""
    path = tmp_path / "note.txt"
    path.write_text("Salam\n\nwalaikum salam", encoding="utf-8")
    pool = ReaderPool()
    try:
        one, two, three = await asyncio.gather(
            pool.read(path, "note.txt"), pool.read("سلام".encode(), "x"), pool.read(b"hello", "y")
        )
        with pytest.raises(Unread, match="broken"):
            await pool.read(tmp_path / "none", "none")
    finally:
        await pool.close()
    assert (one.name, one.kind, one.read, one.text) == ("note.txt", "plain", "text", "Salam\nwalaikum salam")
    assert (two.text, three.text) == ("سلام", "hello")


def test_limits_end_as_names(tmp_path: Path) -> None:
    """Bytes, text, pages and time: the first says nothing was read, the others what was."""
    path = tmp_path / "long.txt"
    path.write_text("\n".join(f"line {number}" for number in range(2000)), encoding="utf-8")
    with pytest.raises(Unread, match="too_large"):
        read_file(path, replace(LIMITS, file_bytes=100))
    assert read_file(path, replace(LIMITS, characters=10)).gap == "too_large"
    few = read_file(path, replace(LIMITS, pages=2))
    assert (few.gap, len(few.pages), few.pages[1].lines[-1].text) == ("too_many_pages", 2, "line 799")
    with pytest.raises(Unread, match="too_slow"):
        read_file(path, replace(LIMITS, wall_s=0.0))
    assert read_file(path).gap is None
