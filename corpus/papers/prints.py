"""The prints: each source on paper, photographed by some phones and read; kept, since reading takes minutes.

What is kept under build/papers/ is named by the digest of source, house and phone; `python -m corpus.papers.prints`
fills it, two pages at a time.
"""

import gzip
import hashlib
import json
import os
import random
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from bot.readers.picture import grey
from bot.readers.recognise import recognised
from corpus.papers.phones import PHONES, photographed
from corpus.papers.press import as_pdf, as_picture
from corpus.papers.screens import screens
from corpus.papers.sources import HERE, Source, load_sources
from policies.papers.document import Document, Line, Page

# A source of a folder as one phone sees it.
Task = tuple[str, Source, str]

KEPT = Path("build/papers")
TRAINED = HERE / "train" / "read.jsonl.gz"
# Photographs of each source; the phones go round, so that each kind of paper meets each of them.
TIMES = {"train": 1, "measure": 2}


@dataclass(frozen=True, slots=True)
class Print:
    """One photograph of a source. `seconds`: what reading took."""

    source: Source
    phone: str
    document: Document = field(repr=False)
    seconds: float


def phones_of(folder: str, number: int) -> tuple[str, ...]:
    """The phones of the source with this number."""
    names = list(PHONES)
    return tuple(names[(number * 2 + step) % len(names)] for step in range(TIMES[folder]))


def document_to_json(document: Document) -> dict[str, Any]:
    """A document as JSON holds it; places to four digits."""
    told = asdict(document)
    for page in told["pages"]:
        for line in page["lines"]:
            line.update({name: round(line[name], 4) for name in ("x", "y", "width", "height", "sureness")})
    return told


def document_from_json(told: dict[str, Any]) -> Document:
    """The document that was told."""
    pages = tuple(Page(tuple(Line(**line) for line in page["lines"]), page["read"]) for page in told["pages"])
    return Document(told["name"], told["kind"], pages)


def _read(task: Task) -> tuple[dict[str, Any], float]:
    folder, source, phone = task
    picture = photographed(as_picture(as_pdf(source, folder)), phone, source.id)
    began = time.perf_counter()
    page = recognised(grey(Image.open(BytesIO(picture))))
    document = Document(f"{source.id}-{phone}.jpg", "picture", (page,))
    return document_to_json(document), time.perf_counter() - began


def sources_of(folder: str) -> list[Source]:
    """The sources of a folder; those that are measured with screenshots of a chat among them."""
    return [*load_sources(folder), *(screens() if folder == "measure" else ())]


def _place(task: Task) -> Path:
    """Where a print is kept."""
    return KEPT / (hashlib.sha256(repr((*task, task[1].lines)).encode()).hexdigest()[:24] + ".json")


def read_all(folder: str) -> list[Task]:
    """Print, photograph and read what was not kept yet, two pages at a time; all tasks, in order."""
    tasks = [
        (folder, source, phone)
        for number, source in enumerate(sources_of(folder))
        for phone in phones_of(folder, number)
    ]
    KEPT.mkdir(parents=True, exist_ok=True)
    missing = [task for task in tasks if not _place(task).exists()]
    random.Random(0).shuffle(missing)
    with ProcessPoolExecutor(2) as pool:
        for task, (told, seconds) in zip(missing, pool.map(_read, missing), strict=True):
            kept = json.dumps({"seconds": seconds, "document": told}, ensure_ascii=False)
            _place(task).write_text(kept, encoding="utf-8")
    return tasks


def prints_of(folder: str, *, partly: bool = False) -> Iterator[Print]:
    """All prints of a folder's sources, read now where they were not before; `partly`: only those that were."""
    tasks = (
        read_all(folder)
        if not partly
        else [
            (folder, source, phone)
            for number, source in enumerate(sources_of(folder))
            for phone in phones_of(folder, number)
            if _place((folder, source, phone)).exists()
        ]
    )
    for task in tasks:
        told = json.loads(_place(task).read_text(encoding="utf-8"))
        yield Print(task[1], task[2], document_from_json(told["document"]), told["seconds"])


def as_written(source: Source) -> Document:
    """A source as a file that carries its text: running text in lines of ninety letters, without places."""
    lines: list[str] = []
    running: list[str] = []
    for setting, text in (*source.lines, ("", "")):
        if not setting and text:
            running.append(text)
            continue
        lines += textwrap.wrap(" ".join(running), 90)
        running.clear()
        lines += [text] if text else []
    return Document(f"{source.id}.docx", "word", (Page(tuple(Line(line) for line in lines)),))


def keep_prints() -> int:
    """Keep the training prints as they were read, so that training needs no press and no recogniser; how many."""
    lines = [
        json.dumps([one.source.id, one.phone, document_to_json(one.document)], ensure_ascii=False)
        for one in prints_of("train")
    ]
    with gzip.GzipFile(TRAINED, "wb", mtime=0) as file:
        file.write("\n".join(lines).encode())
    return len(lines)


def kept_prints() -> list[Print]:
    """The training prints as they were read. Raises KeyError when a source is gone."""
    sources = {source.id: source for source in load_sources("train")}
    found = []
    for line in gzip.decompress(TRAINED.read_bytes()).decode().split("\n"):
        ident, phone, told = json.loads(line)
        found.append(Print(sources[ident], phone, document_from_json(told), 0.0))
    return found


if __name__ == "__main__":
    # Two recognisers on two cores: each keeps to one thread.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    for which in sys.argv[1:]:
        print(which, keep_prints() if which == "train" else len(read_all(which)), flush=True)
