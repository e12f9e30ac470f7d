"""Real files of every kind, made by the libraries of the field, or by hand where none writes a kind any more."""

import struct
import zipfile
from collections.abc import Sequence
from io import BytesIO

from docx import Document
from odfdo import Document as OdfDocument
from odfdo import Paragraph
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFont
from pillow_heif import register_heif_opener
from weasyprint import HTML

register_heif_opener()

LETTER = "The competent authority is pleased to approve the posting of the officers named below"
URDU = "مجازِ حکام نے افسران کی تعیناتی کی منظوری دے دی ہے اور تمام وزارتوں سے کوائف کی درخواست ہے"
SERIF = "/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf"


def pdf(body: str = f"<p>{LETTER}</p>", font: str = "Noto Serif", pages: int = 1) -> bytes:
    """A PDF with text."""
    page = f"<div style='page-break-after:always'>{body}</div>" * (pages - 1) + body
    html = f"<html><style>@page{{size:A5;margin:1cm}}body{{font:12pt '{font}'}}</style><body>{page}"
    return bytes(HTML(string=html).write_pdf() or b"")


def drawn(*lines: str, size: int = 26) -> Image.Image:
    """A small picture of printed lines."""
    picture = Image.new("L", (1000, 60 + 2 * size * len(lines)), 255)
    pen, face = ImageDraw.Draw(picture), ImageFont.truetype(SERIF, size)
    for number, line in enumerate(lines):
        pen.text((40, 30 + 2 * size * number), line, 0, face)
    return picture


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    """A picture as a file."""
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def docx(*paragraphs: str, picture: bytes | None = None) -> bytes:
    """A Word file with a header, paragraphs, a table and a footer."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "In the header"
    document.sections[0].footer.paragraphs[0].text = "In the footer"
    for text in paragraphs or (LETTER,):
        document.add_paragraph(text)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Name", "Grade"
    if picture is not None:
        document.add_picture(BytesIO(picture))
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def odt(*paragraphs: str) -> bytes:
    """An OpenDocument text."""
    document = OdfDocument("text")
    document.body.clear()
    for text in paragraphs or (LETTER,):
        document.body.append(Paragraph(text))
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx(rows: Sequence[Sequence[object]] = (("Name", "CNIC"), (LETTER, 3520112345671.0))) -> bytes:
    """A workbook of two sheets, the second hidden."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    hidden = book.create_sheet("more")
    hidden.append(["in the hidden sheet"])
    hidden.sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rtf(text: str = LETTER) -> bytes:
    """An RTF file, letters beyond ASCII by their numbers."""
    body = "".join(letter if letter.isascii() else f"\\u{ord(letter)}?" for letter in text)
    return f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{{\\f0 Hidden;}}}}\\f0 {body}\\par {{\\*\\unseen no}}end}}".encode()


def pptx(*slides: str) -> bytes:
    """As much of a file of slides as is read."""
    out = BytesIO()
    space = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for number, text in enumerate(slides, 1):
            package.writestr(
                f"ppt/slides/slide{number}.xml", f"<s {space}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></s>"
            )
    return out.getvalue()


def doc(text: str = LETTER, *, locked: bool = False) -> bytes:
    """A Word 97 file: a container of sectors with a WordDocument stream and its table stream."""
    body = text.encode("utf-16-le")
    begin = 0x600
    clx = (
        b"\x02" + struct.pack("<I", 16) + struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, begin, 0)
    )
    head = bytearray(begin)
    struct.pack_into("<HHHHHH", head, 0, 0xA5EC, 0xC1, 0, 0x409, 0, 0x0100 if locked else 0)
    struct.pack_into("<I", head, 0x18, begin)
    struct.pack_into("<I", head, 0x1C, begin + len(body))
    struct.pack_into("<I", head, 0x4C, len(text))
    struct.pack_into("<II", head, 0x1A2, 0, len(clx))
    return _container({"WordDocument": bytes(head) + body, "0Table": clx})


def _container(streams: dict[str, bytes]) -> bytes:
    """An OLE container: sectors of 512 bytes, streams of at least 4096 bytes so that none is a short one."""
    sector, fat, entries = 512, [], []
    sectors: list[bytes] = []
    for name, written in streams.items():
        content = written.ljust(max(4096, -(-len(written) // sector) * sector), b"\0")
        start = len(sectors)
        sectors += [content[at : at + sector] for at in range(0, len(content), sector)]
        fat += [*range(start + 1, len(sectors)), 0xFFFFFFFE]
        entries.append((name, 2, start, len(content)))
    folder = len(sectors)
    entries.insert(0, ("Root Entry", 5, 0xFFFFFFFE, 0))
    told = b""
    for number, (name, kind, start, size) in enumerate(entries):
        written = (name + "\0").encode("utf-16-le")
        links = (
            struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 1)
            if number == 0
            else struct.pack(
                "<III", 0xFFFFFFFF, number + 1 if number + 1 < len(entries) else 0xFFFFFFFF, 0xFFFFFFFF
            )
        )
        told += written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1) + links + bytes(36)
        told += struct.pack("<III", start, size, 0)
    sectors.append(told.ljust(sector, b"\0"))
    fat.append(0xFFFFFFFE)
    fat.append(0xFFFFFFFD)
    table = b"".join(struct.pack("<I", one) for one in fat).ljust(sector, b"\xff")
    sectors.append(table)
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    head += struct.pack("<IIIIIIIII", 0, 1, folder, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", folder + 1) + b"\xff" * (108 * 4)
    return head + b"".join(sectors)
