"""Slides (PPTX): their words, in the order of the slides, with the notes below them; pasted pictures."""

import re
from collections.abc import Iterator
from functools import partial

from lxml import etree

from bot.readers.rows import paged, pictures
from bot.readers.task import Task
from bot.readers.zips import open_package, part
from policies.papers.document import Page

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE = re.compile(r"ppt/(?:slides/slide|notesSlides/notesSlide)(\d{1,5})\.xml")


def read(data: bytes, task: Task) -> Iterator[Page]:
    """The slides, a page each."""
    package = open_package(data)
    found = [(int(match[1]), name) for name in package.namelist() if (match := _SLIDE.fullmatch(name))]
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for _, name in sorted(found, key=lambda one: (one[0], "notes" in one[1])):
        root = etree.fromstring(part(package, name), parser)
        lines = ("".join(run.text or "" for run in line.iter(f"{_A}t")) for line in root.iter(f"{_A}p"))
        yield from paged(((line, 0.0, 1.0) for line in lines), task)
        if task.gap is not None:
            return
    names = [name for name in package.namelist() if name.startswith("ppt/media/")]
    yield from pictures((partial(part, package, name) for name in names), task)
