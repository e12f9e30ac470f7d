"""The press: a source becomes a page, set in HTML as one office or another would set it, and a picture of it."""

import html
import random
from dataclasses import dataclass
from io import BytesIO

import pypdfium2
from PIL import Image
from weasyprint import HTML

from corpus.papers.sources import Source

# Dots to the inch: a phone's picture of A4 that a messenger has shrunk has about so many.
DPI = 150


@dataclass(frozen=True, slots=True)
class House:
    """How a printing house sets its pages: its faces for Latin and Urdu, its sizes and margins."""

    latin: tuple[str, ...]
    urdu: tuple[str, ...]
    sizes: tuple[float, float]  # points
    margins: tuple[int, int]  # millimetres
    leading: tuple[float, float]


# What is measured was printed by another house than what is trained on.
HOUSES = {
    "measure": House(
        ("Liberation Serif", "Noto Serif", "DejaVu Serif", "Liberation Mono"),
        ("Noto Nastaliq Urdu", "Noto Nastaliq Urdu", "Noto Naskh Arabic"),
        (11.5, 14.0),
        (14, 27),
        (1.25, 1.7),
    ),
    "train": House(
        ("Liberation Sans", "DejaVu Sans", "Noto Sans", "Liberation Sans Narrow"),
        ("Noto Nastaliq Urdu", "Noto Naskh Arabic"),
        (11.0, 15.0),
        (10, 30),
        (1.15, 1.6),
    ),
}

_CSS = """
@page {{ size: A4; margin: {margin}mm }}
body {{ font-family: '{face}', '{other}'; font-size: {size}pt; line-height: {leading}; direction: {direction};
  text-align: {align} }}
p {{ margin: 0 0 {gap}em }}
.c {{ text-align: center; margin: 0 }} .b {{ font-weight: bold; font-size: {head}em }}
.r {{ text-align: {end}; margin: 0 }}
.s {{ margin: 0 {side_end} 0 {side_start}; text-align: center }}
.u {{ font-weight: bold; text-decoration: underline; margin: .2em 0 }}
.x {{ display: inline-block; border: 2px solid #555; color: #444; padding: 0 .6em; font-weight: bold; {turn} }}
.t {{ font-size: .78em; margin: 0 }} .h {{ font-style: italic; color: #223; margin: .1em 0 }}
table {{ border-collapse: collapse; width: 100%; margin: .3em 0 }} td {{ border: .6pt solid #333; padding: 0 .3em }}
hr {{ border: 0; border-top: 1pt solid #333 }}
"""
_CLASS = {
    "^^": "c b",
    "^": "c",
    ">": "r",
    ">>": "s",
    "_": "u",
    "#": "t",
    "~": "h",
}


def as_html(source: Source, house: House, seed: str) -> str:
    """The page as HTML; the same seed gives the same page."""
    chance = random.Random(f"press {source.id} {seed}")
    urdu = source.script == "ur"
    latin, naskh = chance.choice(house.latin), chance.choice(house.urdu)
    nastaliq = urdu and "Nastaliq" in naskh
    css = _CSS.format(
        margin=chance.randint(*house.margins),
        face=naskh if urdu else latin,
        other=latin if urdu else naskh,
        size=round(chance.uniform(*house.sizes) * (1.05 if urdu else 1.0), 1),
        leading=round(chance.uniform(*house.leading) * (1.45 if nastaliq else 1.0), 2),
        direction="rtl" if urdu else "ltr",
        align=chance.choice(("justify", "start")),
        gap=round(chance.uniform(0.2, 0.8), 2),
        head=round(chance.uniform(1.0, 1.3), 2),
        end="left" if urdu else "right",
        side_start="50%" if not urdu else "0",
        side_end="50%" if urdu else "0",
        turn=f"transform: rotate({chance.randint(-8, 8)}deg)",
    )
    return f"<html><head><style>{css}</style></head><body>{''.join(_body(source))}</body></html>"


def _body(source: Source) -> list[str]:
    out: list[str] = []
    running: list[str] = []
    rows: list[str] = []

    def close() -> None:
        if running:
            out.append(f"<p>{' '.join(running)}</p>")
            running.clear()
        if rows:
            out.append(f"<table>{''.join(rows)}</table>")
            rows.clear()

    for setting, text in source.lines:
        shown = html.escape(text)
        if setting == "|":
            if running:
                close()
            rows.append(
                "<tr>"
                + "".join(f"<td>{cell.strip()}</td>" for cell in shown.strip("| ").split("|"))
                + "</tr>"
            )
        elif not setting and text and not rows:
            running.append(shown)
        else:
            close()
            if setting == "---":
                out.append("<hr>")
            elif setting == "@":
                out.append(f'<p><span class="x">{shown}</span></p>')
            elif setting:
                out.append(f'<p class="{_CLASS[setting]}">{shown or "&nbsp;"}</p>')
            elif text:
                running.append(shown)
    close()
    return out


def as_pdf(source: Source, folder: str, seed: str = "") -> bytes:
    """The page as PDF, its text inside. `folder` names the house."""
    made = HTML(string=as_html(source, HOUSES[folder], seed)).write_pdf()
    return bytes(made or b"")


def as_picture(pdf: bytes) -> Image.Image:
    """The first page of a PDF in grey, at DPI."""
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    try:
        picture: Image.Image = document[0].render(scale=DPI / 72).to_pil().convert("L")
        return picture
    finally:
        document.close()
