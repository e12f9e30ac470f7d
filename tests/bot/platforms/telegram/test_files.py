"""Files on Telegram, with the real library and real readers: fetched, read, warned about; refused, locked or gone."""

import asyncio

import pytest

from tests.bot.platforms.telegram.flow import VIOLATION, Flow, buttons
from tests.bot.readers.files import docx, drawn, saved
from tests.peers.bot_api_chats import Json
from tests.peers.bot_api_methods import LARGEST_FILE, ApiError


def letter(*lines: str) -> bytes:
    """A file of plain text."""
    return "\n".join(lines).encode()


def document(flow: Flow, data: bytes, name: str) -> Json:
    """A document on the server."""
    return {"document": flow.world.file(data) | {"file_name": name}}


def picture(flow: Flow, data: bytes) -> Json:
    """A photograph on the server, in two sizes."""
    small = flow.world.file(b"thumbnail") | {"width": 90, "height": 60}
    return {"photo": [small, flow.world.file(data) | {"width": 1240, "height": 900}]}


async def group(flow: Flow) -> tuple[int, int, int]:
    """A group with an admin who can be told, and a member."""
    admin, ali = flow.world.person("Admin"), flow.world.person("Ali")
    await flow.start()
    flow.world.starts(admin)
    made = flow.world.group("Officers", admin, ali)
    await flow.settle()
    return made, admin, ali


def warned(flow: Flow, chat: int) -> list[int]:
    """The messages whose file was warned about."""
    return [
        one["reply_to_message"]["message_id"] for one in flow.said(chat, "the file with this message appears")
    ]


async def test_document_is_read_and_warned_about(flow: Flow) -> None:
    """The words beside them are clean; the text inside is not. The second copy is not read again."""
    place, admin, ali = await group(flow)
    file = document(flow, letter("Dear all,", VIOLATION, "Regards"), "notice.txt")
    first = flow.world.says(place, ali, caption="please see", **file)
    await flow.settle()
    assert warned(flow, place) == [first]
    assert all(VIOLATION not in one["text"] for one in flow.said(place))
    assert any("notice.txt" in one["text"] and "vote" in one["text"] for one in flow.alerts(admin))
    known = flow.one("SELECT count(*) FROM readings")
    third = flow.world.says(place, ali, **document(flow, flow.world.files["file1"], "renamed.txt"))
    await flow.settle()
    assert warned(flow, place)[-1] == third
    assert flow.one("SELECT count(*) FROM readings") == known == 1
    assert flow.gaps() == []
    assert buttons(flow.alerts(admin)[0])


async def test_photographs_and_papers_are_read(flow: Flow) -> None:
    """By real Tesseract: an album of photographs, warned about once, and a Word file; a clean one stays quiet."""
    place, admin, ali = await group(flow)
    pages = [drawn("Dear colleagues,", line, "Regards") for line in ("please vote for them", "do vote early")]
    album: Json = {"media_group_id": "13"}
    first = [flow.world.says(place, ali, **picture(flow, saved(page, "JPEG")), **album) for page in pages]
    paper = flow.world.says(place, ali, **document(flow, docx("The minutes.", VIOLATION), "minutes.docx"))
    flow.world.says(place, ali, **picture(flow, saved(drawn("The meeting is at ten"), "PNG")))
    await flow.settle()
    assert len(warned(flow, place)) == 2
    assert set(warned(flow, place)) <= {*first, paper}
    assert len(flow.alerts(admin)) == 2
    assert sorted(flow.rows("SELECT verdict, count(*) FROM judged GROUP BY 1")) == [("clear", 1), ("warn", 3)]
    assert flow.gaps() == []


async def test_what_cannot_be_read_is_a_gap_with_its_reason(flow: Flow) -> None:
    """Too large for bots, of another kind, gone; a voice note is not read at all. Nobody is warned, nothing hangs."""
    place, _, ali = await group(flow)
    world = flow.world
    large: Json = {"document": world.file(b"x") | {"file_name": "l.pdf", "file_size": LARGEST_FILE + 1}}
    gone = document(flow, letter("x"), "gone.txt")
    del world.files[gone["document"]["file_id"]]
    world.says(place, ali, **large)
    world.says(place, ali, **document(flow, b"\0\1\2\3", "program.bin"))
    world.says(place, ali, **gone)
    world.says(place, ali, voice=world.file(b"OggS") | {"duration": 3}, caption="salam")
    world.says(place, ali, sticker=world.file(b"RIFF") | {"emoji": "vote", "type": "regular"})
    await flow.settle()
    assert sorted(reason for _, reason in flow.gaps()) == [
        "attachment",
        "file_gone",
        "file_too_large",
        "file_unsupported",
    ]
    assert warned(flow, place) == []
    assert len(flow.warnings(place)) == 1  # for the sticker's word


async def test_file_is_fetched_again_after_failures_and_a_restart(flow: Flow) -> None:
    """The chat is not held up; what fails is tried again; a bot that was stopped reads on."""
    place, _, ali = await group(flow)
    flow.api.fail("getFile", *(ApiError(502, "Bad Gateway") for _ in range(2)))
    first = flow.world.says(place, ali, caption="please see", **document(flow, letter(VIOLATION), "a.txt"))
    await flow.until(lambda: flow.one("SELECT count(*) FROM judged"))
    await flow.until(lambda: flow.api.calls["getfile"])
    await flow.stop()
    assert flow.one("SELECT state FROM files") == "pending"
    await flow.start()
    await flow.settle()
    assert warned(flow, place) == [first]
    assert flow.api.calls["getfile"] == 3
    assert flow.gaps() == []


async def test_file_is_checked_in_private_and_nothing_is_kept(flow: Flow) -> None:
    """Sent, or forwarded, or with /check under it or in reply to it."""
    ali = flow.world.person("Ali")
    await flow.start()
    flow.world.starts(ali)
    bad, good = (document(flow, letter(text), "draft.txt") for text in (VIOLATION, "The meeting is at ten."))
    for more in (bad, good, {**bad, "caption": "/check"}, document(flow, b"\0\1\2\3", "x.bin")):
        chat = flow.world.private[ali]
        chat.last_message += 1
        message = {
            "message_id": chat.last_message,
            "from": flow.world.users[ali],
            "chat": {"id": ali, "type": "private", "first_name": "Ali"},
            "date": flow.world.now(),
            **more,
        }
        flow.world.update("message", message)
    flow.world.writes(ali, "/check", reply_to_message=message | bad)
    await flow.settle()
    said = [one["text"] for one in flow.said(ali)]
    assert sum("I have read the file. This would be warned about" in one for one in said) == 3
    assert sum("I have read the file; nothing found" in one for one in said) == 1
    assert not any(one.startswith("Nothing found") for one in said)  # of a file's name alone
    assert sum("Files of this kind are not read" in one for one in said) == 1
    for table in ("judged", "findings", "readings", "gaps", "seen_texts"):
        assert flow.one(f"SELECT count(*) FROM {table}") == 0, table


async def test_admin_registers_a_published_paper_by_a_reply(flow: Flow) -> None:
    """After that the same file stays quiet, whoever sends it on."""
    place, admin, ali = await group(flow)
    file = document(flow, letter("A word to all", VIOLATION), "press.txt")
    first = flow.world.says(place, admin, **file)
    await flow.settle()
    flow.world.says(place, ali, "/published", reply_to=first)
    flow.world.says(place, admin, "/published", reply_to=first)
    await flow.settle()
    flow.world.says(place, ali, **file)
    await flow.settle()
    assert warned(flow, place) == [first]
    assert len(flow.said(place, "Registered as published")) == 1
    assert len(flow.said(place, "This is for the admins")) == 1
    assert flow.journal("published_seen") == 1
    flow.world.writes(admin, "/published")
    await flow.settle()
    assert len(flow.said(admin, "press.txt")) == 2  # in the alert, and on the list


async def test_photograph_of_a_published_paper_stays_quiet(flow: Flow) -> None:
    """Registered as a file, sent on as a picture; another order of the same form, with other numbers, does not."""
    place, admin, ali = await group(flow)
    lines = [
        "Brothers, read what number 1423 of our batch tells us",
        "some 4500 people were standing there and listening",
        "please vote for them early and tell everybody at home",
        "because nothing like this was seen here before 2026",
    ]
    file = document(flow, letter(*lines), "press.txt")
    first = flow.world.says(place, admin, **file)
    await flow.settle()
    flow.world.says(place, admin, "/published", reply_to=first)
    await flow.settle()
    flow.world.says(place, ali, **picture(flow, saved(drawn(*lines), "JPEG", quality=60)))
    other = [line.replace("1423", "7788").replace("4500", "9100").replace("2026", "2019") for line in lines]
    second = flow.world.says(place, ali, **picture(flow, saved(drawn(*other), "JPEG")))
    await flow.settle()
    assert warned(flow, place) == [first, second]
    assert flow.journal("published_seen") == 1


@pytest.mark.parametrize("edited", [False, True])
async def test_other_file_under_the_same_words_is_read(flow: Flow, edited: bool) -> None:
    """An edit can put another picture under an old caption; an edit of the caption alone reads nothing again."""
    place, _, ali = await group(flow)
    message = flow.world.says(place, ali, caption="see", **document(flow, letter("salam"), "a.txt"))
    await flow.settle()
    kept = flow.world.chats[place].messages[message]
    if edited:
        kept |= document(flow, letter(VIOLATION), "a.txt")
    flow.world.edits(place, message, None if edited else "vote")
    await flow.settle()
    assert warned(flow, place) == ([message] if edited else [])
    assert len(flow.warnings(place)) == 1
    assert flow.one("SELECT count(*) FROM files") == 1 + edited
    await asyncio.sleep(0)
