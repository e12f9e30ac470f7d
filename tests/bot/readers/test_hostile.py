"""Files made to do harm, and files that came to harm: each ends as a document or as a named reason, in seconds."""

import io
import random
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image

from bot.readers.limits import LIMITS
from bot.readers.pool import read_bytes
from bot.readers.task import Task
from bot.readers.unread import REASONS, Unread
from bot.readers.wire import KINDS, document_of
from bot.readers.worker import answers
from tests.bot.readers import files

_SECONDS = 20.0  # on a machine that is busy with other tests; most take a tenth of one


def outcome(data: bytes, name: str = "x") -> str:
    """What became of a file: its reason, or the gap of its document, or `read`. Always within seconds."""
    began = time.monotonic()
    try:
        said = read_bytes(data, name).gap or "read"
    except Unread as error:
        said = error.reason
    assert time.monotonic() - began < _SECONDS
    return said


def zipped(parts: dict[str, bytes]) -> bytes:
    """A package of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def with_part(package: bytes, name: str, content: bytes) -> bytes:
    """A package with one part exchanged."""
    with zipfile.ZipFile(io.BytesIO(package)) as old:
        return zipped({one: old.read(one) for one in old.namelist()} | {name: content})


def entities(package: bytes, part: str, encoding: str = "utf-8") -> bytes:
    """A package whose part says a billion laughs."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    told = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY l0 "ha">{lines}]><x>&l9;</x>'
    return with_part(package, part, told.encode(encoding))


def pixels(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels, and has them."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    pump = zlib.compressobj(9)
    row = bytes((width + 7) // 8 + 1)
    packed = b"".join(pump.compress(row) for _ in range(height)) + pump.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def many_pages(count: int) -> bytes:
    """A PDF whose pages are all one and the same, so that it stays small."""
    kids = b"3 0 R " * count
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length 62>>stream\nBT /F 12 Tf 20 200 Td (The office memorandum of Monday) Tj ET    \nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return simple_pdf(parts)


def simple_pdf(parts: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of given objects."""
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + part + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + (
        b"trailer<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, len(out))
    )  # fmt: skip


def swollen_pdf() -> bytes:
    """A page whose drawing is a few kilobytes, twice deflated, and gigabytes when inflated."""
    inner = zlib.compress(zlib.compress(b"0 0 m 9 9 l S\n" * 30_000_000, 1), 1)
    return simple_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R>>",
            b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % len(inner) + inner + b"\nendstream",
        ]
    )


def looping_pdf() -> bytes:
    """Pages that hold themselves."""
    return simple_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"])


def locked_pdf() -> bytes:
    """A PDF that needs a password."""
    encrypt = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>/ID[(a)(a)]" % (b"o" * 32, b"u" * 32)
    return simple_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"], encrypt)


def locked_zip() -> bytes:
    """A package whose parts are marked as encrypted."""
    data = bytearray(files.docx())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def shared_bytes() -> bytes:
    """A package whose members all stand for the same bytes."""
    data = zipped({"word/a.xml": zlib.compress(bytes(1 << 16)) * 300})
    begin = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    told, count = data[begin:end], 400
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(told) * count, begin, 0)
    return data[:begin] + told * count + tail


HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "zip that grows": (lambda: zipped({"word/document.xml": bytes(40 << 20)}), {"bomb"}),
    "picture in a letter that grows": (lambda: with_part(files.docx(), "word/media/a.png", bytes(90 << 20)), {"bomb"}),
    "shared bytes": (shared_bytes, {"bomb"}),
    "many parts": (lambda: zipped({f"xl/{n}.xml": b"" for n in range(6000)}), {"bomb"}),
    "entities in Word": (lambda: entities(files.docx(), "word/document.xml"), {"bomb"}),
    "entities in a sheet": (lambda: entities(files.xlsx(), "xl/workbook.xml", "utf-16"), {"bomb"}),
    "entities in OpenDocument": (lambda: entities(files.odt(), "content.xml"), {"bomb"}),
    "nested without end": (
        lambda: with_part(files.odt(), "content.xml", b"<a>" * 200_000 + b"</a>" * 200_000), {"broken", "bomb"}
    ),
    "RTF nested without end": (lambda: b"{\\rtf1" + b"{" * 3_000_000 + b"deep", {"read"}),
    "locked Word": (locked_zip, {"locked"}),
    "locked PDF": (locked_pdf, {"locked"}),
    "locked DOC": (lambda: files.doc(locked=True), {"locked"}),
    "pixels": (lambda: pixels(50_000, 50_000), {"bomb"}),
    "a long thin picture": (lambda: pixels(100_000, 60), {"bomb"}),
    "10,000 pages": (lambda: many_pages(10_000), {"too_many_pages"}),
    "a PDF that grows": (swollen_pdf, {"broken", "too_large", "too_slow", "read"}),
    "pages in themselves": (looping_pdf, {"broken", "read"}),
    "a page a mile wide": (
        lambda: simple_pdf(
            [
                b"<</Type/Catalog/Pages 2 0 R>>",
                b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9e9 9e9]/Contents 4 0 R>>",
                b"<</Length 20>>stream\n0 0 9 9 re f        \nendstream",
            ]
        ),
        {"read", "broken"},
    ),
    "rows without end": (lambda: files.xlsx([["a cell of some length, " * 9] * 3] * 2000), {"too_large", "too_many_pages"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_ends_as_a_reason(name: str) -> None:
    """In seconds, by its name; what could be read before is kept."""
    made, reasons = HOSTILE[name]
    assert outcome(made()) in reasons


def test_first_pages_are_kept() -> None:
    """Of a PDF of 10,000 pages the first are read, and it is said that there were more."""
    document = read_bytes(many_pages(10_000), "x.pdf")
    assert (len(document.pages), document.gap) == (LIMITS.pages, "too_many_pages")
    assert document.pages[-1].text == "The office memorandum of Monday"


def test_memory_ends_as_a_reason() -> None:
    """A picture within all limits but that of memory."""
    with pytest.raises(Unread, match=r"too_large|broken"):
        read_bytes(pixels(7000, 9000), "x.png", replace(LIMITS, memory_bytes=220 << 20))


SMALL: dict[str, Callable[[], bytes]] = {
    "PDF": files.pdf,
    "DOCX": files.docx,
    "ODT": files.odt,
    "XLSX": files.xlsx,
    "RTF": lambda: files.rtf(files.URDU),
    "CSV": lambda: b"name;grade\nali;17\nzaid;18\n",
    "PPTX": lambda: files.pptx("one", "two"),
    "JPEG": lambda: files.saved(Image.new("L", (30, 30)), "JPEG"),
    "PNG": lambda: files.saved(Image.new("LA", (30, 30)), "PNG"),
    "WebP": lambda: files.saved(Image.new("RGB", (30, 30)), "WEBP"),
    "HEIC": lambda: files.saved(Image.new("RGB", (30, 30)), "HEIF"),
    "GIF": lambda: files.saved(Image.new("P", (30, 30)), "GIF"),
    "TIFF": lambda: files.saved(Image.new("I;16", (30, 30)), "TIFF"),
}


@pytest.mark.parametrize("kind", SMALL)
def test_damage_is_a_document_or_a_reason(kind: str) -> None:
    """Cut short, bytes changed, bytes put in: read here, without the process around, so that nothing hides a crash."""
    whole = SMALL[kind]()
    dice = random.Random(f"damage {kind}")
    seen: set[str] = set()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.4:
            del data[dice.randrange(len(data)) :]
        if dice.random() < 0.2:
            data[dice.randrange(len(data) + 1) :][:0] = dice.randbytes(40)
        said = b"".join(answers(bytes(data), Task(LIMITS, ".pdf")))
        try:
            seen.add(document_of(said, "x", "broken").kind)
        except Unread as error:
            seen.add(error.reason)
    assert seen <= REASONS | KINDS
    assert seen & REASONS or kind in {"CSV", "RTF"}
