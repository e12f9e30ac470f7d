"""A digest as a file in a private room of a real homeserver, encrypted there, and read by the admin's own client."""

import pypdfium2
from nio import MemoryDownloadResponse, RoomEncryptedFile  # type: ignore[import-untyped] # no types
from nio.crypto import decrypt_attachment  # type: ignore[import-untyped] # no types

from tests.bot.platforms.matrix.conftest import World


async def test_week_comes_as_an_encrypted_file(world: World) -> None:
    """The server gets neither its name nor a byte of it that can be read."""
    room, admin, _ = await world.scene("Papers", encrypted=True)
    await admin.say(room, "!para6 digest week")
    await admin.until(lambda: any(isinstance(event, RoomEncryptedFile) for _, event in admin.seen))
    [(where, paper)] = [one for one in admin.seen if isinstance(one[1], RoomEncryptedFile)]
    assert where != room
    content = paper.source["content"]
    assert content["filename"].startswith("digest-20")
    assert content["filename"].endswith(".pdf")
    assert "Papers" in content["body"]
    assert "url" not in content
    response = await admin.client.download(mxc=paper.url)
    assert isinstance(response, MemoryDownloadResponse)
    assert not response.body.startswith(b"%PDF-")
    assert "digest" not in str(response.filename)
    drawn = decrypt_attachment(response.body, paper.key["k"], paper.hashes["sha256"], paper.iv)
    assert len(drawn) == content["info"]["size"]
    with pypdfium2.PdfDocument(drawn) as document:
        assert "Digest of Papers" in document[0].get_textpage().get_text_bounded()
