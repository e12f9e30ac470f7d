"""Files on Matrix: encrypted media fetched from a real homeserver, opened with its key, read and warned about."""

import io

from nio import UploadResponse  # type: ignore[import-untyped] # the library ships no types

from bot.platforms.matrix.content import files_of, is_forward
from tests.bot.platforms.matrix.conftest import World
from tests.bot.readers.files import drawn, saved
from tests.peers.officer import Officer, good, replies_to

VIOLATION = b"Dear all,\nsupport Imran Khan and share with everybody\n"


async def upload(person: Officer, data: bytes, *, sealed: bool) -> dict[str, object]:
    """What a message says of a file that was just uploaded."""
    response, keys = await person.client.upload(
        lambda *_: io.BytesIO(data), "text/plain", filename="a.txt", encrypt=sealed, filesize=len(data)
    )
    good(response)
    assert isinstance(response, UploadResponse)
    if sealed:
        return {"file": {**keys, "url": response.content_uri}}
    return {"url": response.content_uri}


async def send_file(person: Officer, room: str, data: bytes, *, sealed: bool, **more: object) -> str:
    """Post a file."""
    told = await upload(person, data, sealed=sealed)
    about = {"size": len(data), "mimetype": "text/plain"}
    content = {"msgtype": "m.file", "body": "letter.txt", "filename": "letter.txt", "info": about}
    return await person.send(room, {**content, **told, **more})


async def test_encrypted_file_is_read_and_warned_about(world: World) -> None:
    """In an encrypted room; the warning answers the file's message, and nothing of it is on disk in the clear."""
    room, _, [ali] = await world.scene("Officers", encrypted=True)
    event = await send_file(ali, room, VIOLATION, sealed=True)
    warning = await ali.hears(world.bot, lambda one: replies_to(one) == event, room)
    assert "the file with this message" in warning.body
    facts = await world.recorded("findings")
    assert (facts["part"], facts["message"]) == ("file", event)
    stored = b"".join(path.read_bytes() for path in world.folder.glob("para6.db*"))
    assert b"share with everybody" not in stored


async def test_encrypted_photograph_is_read(world: World) -> None:
    """By real Tesseract, as an image with a caption that says nothing."""
    room, _, [ali] = await world.scene("Officers", encrypted=True)
    photograph = saved(drawn("Dear all,", "support Imran Khan", "and tell everybody"), "JPEG")
    picture = {"msgtype": "m.image", "body": "please see", "filename": "IMG_1.jpg"}
    event = await send_file(ali, room, photograph, sealed=True, **picture)
    warning = await ali.hears(world.bot, lambda one: replies_to(one) == event, room, wait_s=60.0)
    assert "the file with this message" in warning.body


async def test_plain_file_is_read_and_a_registered_one_stays_quiet(world: World) -> None:
    """`!para6 published` as a reply by an admin; a file whose bytes do not fit its key is a gap."""
    room, admin, [ali] = await world.scene("Officers")
    first = await send_file(ali, room, VIOLATION, sealed=False)
    await ali.hears(world.bot, lambda one: replies_to(one) == first, room)
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": first}}}
    await admin.say(room, "!para6 published", **reply)
    await ali.hears(world.bot, lambda one: "Registered as published" in one.body, room)
    await send_file(ali, room, VIOLATION, sealed=False)
    await world.recorded("published_seen")
    told = await upload(ali, b"other bytes", sealed=True)
    told["file"] = {**told["file"], "url": (await upload(ali, b"not these", sealed=False))["url"]}  # type: ignore[dict-item] # a table
    await ali.send(room, {"msgtype": "m.file", "body": "x.txt", "url": "mxc://a/b", **told})
    facts = await world.recorded("gap")
    assert facts["reason"] == "file_gone"
    assert len(world.journal("findings")) == 1


async def test_file_sent_in_private_is_checked(world: World) -> None:
    """In the encrypted room that the bot made with an admin; nothing of it is kept."""
    room, admin, _ = await world.scene("Officers")
    event = await admin.say(room, "Imran Khan")
    alert = await admin.hears(world.bot, lambda one: "please look at a message" in one.body)
    private = next(where for where, one in admin.seen if one is alert)
    await admin.with_devices_of(private, world.bot)
    await send_file(admin, private, VIOLATION, sealed=True)
    await admin.hears(world.bot, lambda one: "I have read the file. This would be" in one.body, private)
    assert [facts["message"] for facts in world.journal("findings")] == [event]


def test_description_of_a_file_is_read_with_care() -> None:
    """Whatever an event says, nothing raises, and an address is one of Matrix."""
    for content in (
        None,
        {"msgtype": "m.file"},
        {"msgtype": "m.file", "url": 5},
        {"msgtype": "m.file", "url": "https://example.org/x"},
        {"msgtype": "m.file", "url": "mxc://a/../../x"},
        {"msgtype": "m.file", "file": {"url": ["mxc://a/b"]}},
        {"msgtype": "m.video", "url": "mxc://a/b"},
    ):
        assert files_of(content) == ()
    odd = {"msgtype": "m.image", "body": "\ud800", "url": "mxc://a/b", "info": {"size": True, "mimetype": 4}}
    [file] = files_of(odd)
    assert (file.unique, file.size, file.media_type) == ("mxc://a/b", None, "")
    assert is_forward({"m.forwarded": {"sender": "@a:b"}})
    assert not is_forward({"body": "x"})
