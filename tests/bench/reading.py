"""How long a page takes to be read: from handing the file over to having the document, its process included."""

import time
from collections.abc import Callable
from io import BytesIO
from statistics import median

import pypdfium2
from PIL import Image
from weasyprint import HTML

from bot.readers.pool import read_bytes
from tests.bench.figures import Table, load

_TIMES = 5
_ENGLISH = (
    "The undersigned is directed to refer to this Division's letter of even number on the subject noted above and to "
    "state that the competent authority has been pleased to approve the posting of the officers named in the annexure."
)
_URDU = (
    "زیرِ دستخطی کو ہدایت کی گئی ہے کہ اس ڈویژن کے اسی نمبر کے مراسلے کا حوالہ دے اور عرض کرے کہ مجازِ حکام نے منسلکہ "
    "فہرست میں درج افسران کی تعیناتی کی فوری طور پر اور تا حکمِ ثانی منظوری دے دی ہے۔"
)


def table() -> Table:
    """A row a kind of page, each of some 300 words on A4."""
    english = _pdf(_ENGLISH * 10, "Noto Serif", "ltr")
    naskh, nastaliq = (_pdf(_URDU * 8, f"Noto {face}", "rtl") for face in ("Naskh Arabic", "Nastaliq Urdu"))
    rows = [
        _row("a PDF with its text, English", english, _ENGLISH),
        _row("a clean scan, 200 dots to the inch, English", _scan(english), _ENGLISH),
        _row("the same, Urdu in a Naskh face", _scan(naskh), _URDU),
        _row("the same, Urdu in Nastaliq", _scan(nastaliq), _URDU),
        _row("the English scan on its head", _scan(english, lambda page: page.rotate(180)), _ENGLISH),
        _row(
            "the English scan askew by 4°",
            _scan(english, lambda page: page.rotate(4, Image.Resampling.BICUBIC, expand=True, fillcolor=120)),
            _ENGLISH,
        ),
    ]
    return Table(
        "Reading a page",
        ("page", "median", "longest", "words read"),
        rows,
        f"{_TIMES} times each, one after the other, a process for each file ({load()}). `words read`: share of the page's "
        "different words that were read exactly.",
    )


def _pdf(text: str, face: str, direction: str) -> bytes:
    style = f"@page{{size:A4;margin:2cm}}body{{font:13pt/1.5 '{face}';direction:{direction}}}"
    whole = bytes(HTML(string=f"<style>{style}</style><p>{text}</p>").write_pdf() or b"")
    with pypdfium2.PdfDocument(whole) as document:
        while len(document) > 1:
            document.del_page(1)
        out = BytesIO()
        document.save(out)
    return out.getvalue()


def _scan(pdf: bytes, turned: Callable[[Image.Image], Image.Image] = lambda page: page) -> bytes:
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].render(scale=200 / 72).to_pil().convert("L")
    out = BytesIO()
    turned(page).save(out, "JPEG", quality=85)
    return out.getvalue()


def _row(name: str, file: bytes, text: str) -> tuple[str, ...]:
    times = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        document = read_bytes(file, "page")
        times.append(time.perf_counter() - began)
    words, read = set(text.split()), set(document.text.split())
    return name, f"{median(times):.2f} s", f"{max(times):.2f} s", f"{len(words & read) / len(words):.2f}"


if __name__ == "__main__":
    print(table().markdown())
