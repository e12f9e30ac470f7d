"""Zip archives: the chat is found in them, bombs are refused, names lead nowhere."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.audit.errors import Bomb, Damaged, NoExport
from tests.bot.audit.exports import ANDROID, IPHONE, TELEGRAM, numbers_of, write


def zipped(folder: Path, members: Mapping[str, bytes | str], name: str = "chat.zip") -> Path:
    """An archive of some members."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


@pytest.mark.parametrize(
    ("members", "form"),
    [
        ({"_chat.txt": IPHONE, "00000007-PHOTO-2026-03-10-08-00-00.jpg": b"jpeg"}, "whatsapp-iphone"),
        ({"IMG-20260312-WA0004.jpg": b"jpeg", "WhatsApp Chat with Mess.txt": ANDROID}, "whatsapp-android"),
        ({"notes.txt": "my notes", "Chat WhatsApp.txt": ANDROID}, "whatsapp-android"),
        ({"__MACOSX/._chat.txt": b"\0", "Mess/_chat.txt": IPHONE}, "whatsapp-iphone"),
    ],
)
def test_chat_is_found(tmp_path: Path, members: dict[str, bytes | str], form: str) -> None:
    """By its name, or by what is in it."""
    assert numbers_of(zipped(tmp_path, members))["format"] == form


def test_folder_of_an_export_is_taken(tmp_path: Path) -> None:
    """As Telegram Desktop leaves it."""
    write(tmp_path, TELEGRAM)
    assert numbers_of(tmp_path)["format"] == "telegram"


def nested(depth: int) -> bytes:
    """An archive in an archive, so many times."""
    content = b"salam"
    for _ in range(depth):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("inner.zip", content)
        content = made.getvalue()
    return content


def bomb() -> bytes:
    """A small archive of much nothing."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 8_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"_chat.txt": IPHONE + "x" * 8_000_000}, id="the chat grows without end"),
        pytest.param({"_chat.txt": IPHONE, "a.jpg": b"\0" * 8_000_000}, id="an attachment does"),
        pytest.param({"_chat.txt": IPHONE, "a.zip": bomb()}, id="an archive sent in the chat does"),
        pytest.param({"_chat.txt": IPHONE, "a.zip": nested(4)}, id="archives in archives"),
        pytest.param({"_chat.txt": IPHONE, **{f"{n}.jpg": b"" for n in range(50_001)}}, id="too many"),
    ],
)
def test_bomb_is_refused(tmp_path: Path, members: dict[str, bytes | str]) -> None:
    """Before anything is unpacked."""
    with pytest.raises(Bomb):
        numbers_of(zipped(tmp_path, members))


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    """The directory names one member's bytes many times."""
    path = zipped(tmp_path, {"_chat.txt": IPHONE, "a.jpg": bytes(range(256)) * 400})
    with zipfile.ZipFile(path, "a") as archive:
        again = archive.getinfo("a.jpg")
        for number in range(50):
            twin = zipfile.ZipInfo(f"{number}.jpg")
            twin.header_offset, twin.CRC = again.header_offset, again.CRC
            twin.compress_size, twin.file_size = again.compress_size, again.file_size
            twin.compress_type = again.compress_type
            archive.filelist.append(twin)
        archive.comment = b"again"
    with pytest.raises((Bomb, Damaged)):
        numbers_of(path)


def test_archive_sent_in_the_chat_is_an_attachment(tmp_path: Path) -> None:
    """An ordinary one, and one that is none, do no harm."""
    members: dict[str, bytes | str] = {"_chat.txt": IPHONE, "a.zip": nested(1), "b.zip": b"no archive"}
    assert numbers_of(zipped(tmp_path, members))["messages"] == 7


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    """Cut short, with a wrong checksum, or locked: one of our errors, never another."""
    whole = zipped(tmp_path, {"_chat.txt": IPHONE}).read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Damaged):
        numbers_of(cut)
    place = whole.index(b"_chat.txt") + 60
    spoilt = tmp_path / "spoilt.zip"
    spoilt.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
    with pytest.raises((Damaged, NoExport)):
        numbers_of(spoilt)
    locked = bytearray(whole)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[whole.index(signature) + offset] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(locked)
    with pytest.raises(Damaged, match="password"):
        numbers_of(path)


def test_archive_without_a_chat_is_no_export(tmp_path: Path) -> None:
    """Nor is one of another archive."""
    for members in ({"a.jpg": b"x"}, {"inner.zip": nested(1)}, {}):
        with pytest.raises(NoExport):
            numbers_of(zipped(tmp_path, dict(members)))
