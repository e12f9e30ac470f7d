"""Exports damaged at random: each is read or refused in one of our errors, and nothing else ever happens."""

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.audit.run import run_audit
from bot.errors import Para6Error
from policies.message import Context, Message
from policies.verdict import Action, Finding, Verdict
from tests.bot.audit.exports import ANDROID, IPHONE, MATRIX, TELEGRAM, URDU, WEB

_PIECES = [
    b"\x00", b"\xff", b"{", b"}", b"[", b"]", b'"', b":", b"\n", b"null", b"1e999", b"-1", b"true", b"\\ud800",
    "\u200e".encode(), b"09/03/2026, 9:52 am - ", b"<Media omitted>", b": ", b"9" * 30,
]  # fmt: skip


class Anything:
    """A judge that finds something in every text, in its last two thirds."""

    packs: tuple[Any, ...] = ()

    def judge(self, message: Message, _: Context) -> Verdict:
        """One finding."""
        size = len(message.text)
        finding = Finding("political", Action.WARN, 0.9, size // 3, size, "cite", "political.support")
        return Verdict((finding,), "pack", "model")


def packed() -> bytes:
    """An archive of an export."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", IPHONE)
        archive.writestr("a.jpg", b"jpeg" * 50)
    return made.getvalue()


EXPORTS = {
    "android": ANDROID.encode(),
    "iphone": IPHONE.encode(),
    "urdu": URDU.encode(),
    "web": WEB.encode(),
    "telegram": json.dumps(TELEGRAM).encode(),
    "full": json.dumps({"chats": {"list": [TELEGRAM]}}).encode(),
    "matrix": json.dumps(MATRIX, indent=1).encode(),
    "zip": packed(),
}


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Bytes changed, put in, taken out, cut off."""
    spoilt = bytearray(content)
    for _ in range(dice.randrange(1, 6)):
        place, what = dice.randrange(len(spoilt)), dice.random()
        if what < 0.3:
            spoilt[place:place] = dice.choice(_PIECES)
        elif what < 0.6:
            spoilt[place] = dice.randrange(256)
        elif what < 0.8:
            del spoilt[place : place + dice.randrange(40)]
        elif what < 0.9:
            spoilt[place : place + dice.randrange(60)] = dice.choice(_PIECES)
        else:
            del spoilt[place:]
        spoilt = spoilt or bytearray(b"x")
    return bytes(spoilt)


@pytest.mark.parametrize("kind", EXPORTS)
def test_damaged_export_is_read_or_refused(tmp_path: Path, kind: str) -> None:
    """A hundred and twenty of each kind."""
    dice = random.Random(kind)
    out = tmp_path / "out"
    out.mkdir()
    read = refused = 0
    for number in range(120):
        path = tmp_path / f"{number}.export"
        path.write_bytes(damaged(EXPORTS[kind], dice))
        try:
            run_audit(
                path,
                Anything(),  # type: ignore[arg-type] # all that an audit asks of a judge
                asked=None,
                folder=lambda: out,
                told=lambda _read, _size: None,
                write=lambda _audit: None,
            )
            read += 1
        except Para6Error:
            refused += 1
    assert read
    assert refused
