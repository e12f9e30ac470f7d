"""The annotated transcript: marked, explained, escaped, by itself, in pages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.audit import pieces, transcript
from bot.audit.chat import family_of, open_chat
from bot.audit.run import Audit, run_audit
from bot.audit.source import open_source
from policies.judge import Judge, load_judge
from tests.bot.audit.exports import ANDROID, URDU_VIOLATION, VIOLATION, write


@pytest.fixture(scope="module")
def judge() -> Judge:
    """The real judge."""
    return load_judge("om-2024-09-02")


def audited(path: Path, judge: Judge) -> Audit:
    """An audit into the folder `out` beside the export, without the digest's files."""
    out = path.parent / "out"

    def folder() -> Path:
        out.mkdir(exist_ok=True)
        return out

    return run_audit(
        path,
        judge,
        asked=None,
        folder=folder,
        told=lambda _read, _size: None,
        write=lambda _audit: None,
    )


class Page(HTMLParser):
    """What a browser makes of a page: elements with their attributes, and whether each one that opens is closed."""

    _VOID = frozenset({"meta", "br", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.marked: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        self.elements.append((tag, dict(attrs)))
        if tag not in self._VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """And closes in its turn."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text."""
        if self._open and self._open[-1] == "mark":
            self.marked.append(data)


def test_findings_are_marked_and_explained(tmp_path: Path, judge: Judge) -> None:
    """Clause, citation and reason; Urdu runs from right to left; deleted, edited and undecryptable are told."""
    audit = audited(write(tmp_path, ANDROID), judge)
    text = audit.pages[0].read_text(encoding="utf-8")
    page = Page(text)
    assert any("PTI" in marked for marked in page.marked)
    assert "<b>political opinion</b> (<bdi>OM para 4(iii), para 3; Rule 24</bdi>): " in text
    urdu = [attributes for tag, attributes in page.elements if tag == "p" and attributes.get("lang") == "ur"]
    assert urdu == [{"dir": "rtl", "lang": "ur"}]
    assert re.sub("</?mark>", "", text).count(URDU_VIOLATION) == 1
    for told in ("deleted", "edited", "could not be decrypted", "file <bdi>IMG-20260312-WA0004.jpg</bdi>"):
        assert f'<span class="tag">{told}' in text
    anchors = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    links = {(attributes["href"] or "").removeprefix("#") for tag, attributes in page.elements if tag == "a"}
    assert links
    assert links <= anchors


def test_nothing_in_an_export_becomes_markup(tmp_path: Path, judge: Judge) -> None:
    """Names, texts, file names and titles of the worst kind."""
    evil = "<script>alert(1)</script><img src=http://x.pk/a onerror='x'>\"&amp;\x00\x1b[31m\u202e"
    lines = [
        f"17/03/2026, 9:00 am - {evil}: {evil} {VIOLATION} {evil}",
        f"17/03/2026, 9:01 am - A: {evil}.pdf (file attached)",
    ]
    lines += [f"17/03/2026, 9:02 am - {evil}", f"17/03/2026, 29:02 am - {evil}"]
    audit = audited(write(tmp_path, "\n".join(lines), "<b>x.txt"), judge)
    text = audit.pages[0].read_text(encoding="utf-8")
    page = Page(text)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "link", "iframe", "object", "form"}
    for tag, attributes in page.elements:
        assert not {"src", "onerror", "onclick", "style"} & set(attributes), tag
        assert not re.match(r"[a-z]+:|//", attributes.get("href") or ""), tag
    assert "http" not in text.replace("http://x.pk/a", "").replace("http-equiv", "")
    assert "\x00" not in text
    assert "\x1b" not in text
    assert "default-src 'none'" in text


def test_long_chat_is_told_in_pages(tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page stands alone, the first lists them all; pages of an earlier, longer audit go."""
    monkeypatch.setattr(transcript, "PER_PAGE", 5)
    audit = audited(write(tmp_path, ANDROID), judge)
    (tmp_path / "out" / "transcript-9.html").touch()
    (tmp_path / "out" / "transcript-mine.html").touch()
    audit = audited(tmp_path / "chat.txt", judge)
    assert [page.name for page in audit.pages] == [
        "transcript.html",
        "transcript-2.html",
        "transcript-3.html",
    ]
    texts = [page.read_text(encoding="utf-8") for page in audit.pages]
    for number, text in enumerate(texts):
        Page(text)
        indices = [int(index) for index in re.findall(r'<article id="m(\d+)"', text)]
        assert indices == list(range(13))[5 * number : 5 * number + 5]
    assert sum(text.count('class="system"') for text in texts) == 5
    assert 'href="transcript-3.html"' in texts[0]
    assert not (tmp_path / "out" / "transcript-9.html").exists()
    assert (tmp_path / "out" / "transcript-mine.html").exists()


def test_file_name_that_somebody_chose_is_read(tmp_path: Path, judge: Judge) -> None:
    """It is seen by all; names that phones give are not."""
    lines = [
        f"17/03/2026, 9:0{number} am - A: {name} (file attached)"
        for number, name in enumerate(
            ["Vote-for-PTI_Imran Khan bring back.pdf", "IMG-20260317-WA0001.jpg", "123.pdf"]
        )
    ]
    audit = audited(write(tmp_path, "\n".join(lines)), judge)
    assert [(found.index, found.place) for found in audit.findings if found.warned] == [
        (0, "Vote-for-PTI_Imran Khan bring back.pdf")
    ]


def test_judge_that_fails_leaves_a_gap(tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message on which it fails costs that message, and is counted."""
    real = judge.judge

    def fails(message: object, context: object) -> object:
        if "hall" in getattr(message, "text", ""):
            raise ZeroDivisionError
        return real(message, context)  # type: ignore[arg-type] # as it came

    monkeypatch.setattr(judge, "judge", fails)
    audit = audited(write(tmp_path, ANDROID), judge)
    assert audit.gaps == {"failed": 1}
    assert any(found.warned for found in audit.findings)


def test_thread_before_a_message_is_given_to_the_judge(tmp_path: Path) -> None:
    """The last four texts, captions among them, without what was deleted."""
    with (
        open_source(write(tmp_path, ANDROID), lambda first: family_of(first) is not None) as source,
        open_chat(source, None).entries() as entries,
    ):
        made = list(pieces.pieces(entries, source))
    assert made[0].thread == ()
    last = made[-1]
    assert [text[:8] for text in last.thread] == ["Kal ka t", "The new ", "     \nWh", "location"]
    assert last.text == URDU_VIOLATION
