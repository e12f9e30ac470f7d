"""A file going out: put into the media repository, encrypted where the room is, and the content of its `m.file`."""

import io
from typing import Any

from nio import AsyncClient, UploadResponse  # type: ignore[import-untyped] # the library ships no types

from bot.platforms.matrix.content import clean
from bot.platforms.matrix.errors import checked
from handlers.ports import File, Rendered


async def uploaded(client: AsyncClient, file: File, *, encrypted: bool) -> dict[str, Any]:
    """The part of the content that says where the file is. Raises PlatformError."""
    # An encrypted file goes without its name and kind: the server is told neither.
    response, keys = await client.upload(
        lambda *_: io.BytesIO(file.content),
        content_type=file.media_type,
        filename=None if encrypted else file.name,
        encrypt=encrypted,
        filesize=len(file.content),
    )
    address: str = checked(response, UploadResponse, "upload").content_uri
    return {"file": {**(keys or {}), "url": address}} if encrypted else {"url": address}


def file_content(file: File, caption: Rendered, where: dict[str, Any]) -> dict[str, Any]:
    """The content of the message; its body is the caption, as `filename` differs from it (Matrix 1.10)."""
    return {
        "msgtype": "m.file",
        "body": clean(caption.text),
        "filename": file.name,
        "info": {"mimetype": file.media_type, "size": len(file.content)},
        "m.mentions": {},
        **where,
    }
