"""Fetching a file: a download in pieces, so that one of any size is left off in time, and opened with its own key."""

import json
from typing import Any
from urllib.parse import quote

from nio import EncryptionError  # type: ignore[import-untyped] # the library ships no types
from nio.crypto import decrypt_attachment  # type: ignore[import-untyped] # as above

from bot.adapter import FileTooLarge
from bot.platforms.matrix.connection import Connection
from bot.platforms.matrix.errors import Limited, mapped
from handlers.events import Attachment
from handlers.ports import AlreadyGone, NotAllowed, PlatformError

_DOWNLOAD_S = 300.0
_PIECE = 256 * 1024
_PAUSE_S = 5.0
# Matrix 1.11 asks for our token (nio does not know that yet); servers before it know the old path only.
_PATHS = ("/_matrix/client/v1/media/download", "/_matrix/media/v3/download")


class Files:
    """Fetches. Raises PlatformError and its kinds, and FileTooLarge."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """The bytes of a file, decrypted; nothing of it touches the disk."""
        ref = json.loads(attachment.ref)
        fetched = await self._download(ref["url"], most)
        if "key" not in ref:
            return fetched
        try:
            opened: bytes = decrypt_attachment(fetched, ref["key"], ref["hash"], ref["iv"])
        except (EncryptionError, ValueError, TypeError):
            raise AlreadyGone("decrypt") from None  # what the server holds is not what the sender sealed
        return opened

    async def _download(self, address: str, most: int) -> bytes:
        """In pieces: nio's download reads a file of any size to its end. Raises PlatformError, FileTooLarge."""
        place = "/".join(quote(part, safe="") for part in address.removeprefix("mxc://").split("/", 1))
        with mapped("download"):
            for path in _PATHS:
                held = await self._piecewise(f"{path}/{place}", most)
                if held is not None:
                    return held
        raise AlreadyGone("download")

    async def _piecewise(self, path: str, most: int) -> bytes | None:
        """None when nothing is there."""
        client = self._connection.client
        headers = {"Authorization": f"Bearer {client.access_token}"}
        response: Any = await client.send("GET", path, headers=headers, timeout=_DOWNLOAD_S)
        async with response:
            if response.status == 404:
                return None
            _check(response, most)
            held = bytearray()
            async for piece in response.content.iter_chunked(_PIECE):
                held += piece
                if len(held) > most:
                    raise FileTooLarge
        return bytes(held)


def _check(response: Any, most: int) -> None:
    """Raise what an answer's status or announced length means."""
    if response.status == 429:
        raise Limited(_PAUSE_S)
    if response.status in {401, 403}:
        raise NotAllowed("see")
    if response.status == 413 or (response.content_length or 0) > most:
        raise FileTooLarge
    if response.status != 200:
        raise PlatformError("download")
