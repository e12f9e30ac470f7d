"""The files of a message that can be read, and fetching them: getFile, then a download, of 20 MB at the most."""

import json
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from telegram import Bot
from telegram.error import TelegramError

from bot.adapter import FileTooLarge
from bot.platforms.telegram.errors import platform_error
from bot.platforms.telegram.fields import Json, table, tables, whole, words
from handlers.events import Attachment
from handlers.ports import AlreadyGone, PlatformError

# Bot API, getFile: "For the moment, bots can download files of up to 20MB in size".
LARGEST = 20 * 1024 * 1024
_TOO_LARGE = "file is too big"
_GONE = ("wrong file_id", "temporarily unavailable", "invalid file_id", "wrong remote file")


def files_of(message: Json) -> tuple[Attachment, ...]:
    """A picture in its largest size, or a document, whatever kind it says it is. Films and voices are not read."""
    sizes = tables(message, "photo")
    if sizes:
        largest = max(sizes, key=lambda size: (whole(size, "width") or 0) * (whole(size, "height") or 0))
        return _attachment(largest, "", "image/jpeg")
    document = table(message, "document")
    if document and "animation" not in message:  # an animation comes as a document as well
        return _attachment(document, words(document, "file_name"), words(document, "mime_type"))
    return ()


def _attachment(file: Json, name: str, media_type: str) -> tuple[Attachment, ...]:
    ident, unique = words(file, "file_id"), words(file, "file_unique_id")
    if not ident:
        return ()
    ref = json.dumps({"file_id": ident})
    return (Attachment(unique or ident, ref, name, media_type, whole(file, "file_size")),)


class Files:
    """Fetches. Raises PlatformError and its kinds, and FileTooLarge."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """The bytes of a file; nothing of it touches the disk."""
        most = min(most, LARGEST)
        if attachment.size is not None and attachment.size > most:
            raise FileTooLarge
        try:
            file = await self._bot.get_file(json.loads(attachment.ref)["file_id"])
            if file.file_size is not None and file.file_size > most:
                raise FileTooLarge
            if not file.file_path:
                raise PlatformError("fetch")
            fetched = await self._download(file.file_path)
        except TelegramError as error:
            said = error.message.lower()
            if _TOO_LARGE in said:
                raise FileTooLarge from None
            if any(words in said for words in _GONE):
                raise AlreadyGone("fetch") from None
            raise platform_error(error, "fetch") from None
        except (KeyError, TypeError, AttributeError):  # the library takes the form of an answer for granted
            raise PlatformError("fetch") from None
        if len(fetched) > most:
            raise FileTooLarge
        return fetched

    async def _download(self, place: str) -> bytes:
        """As the library's File.download_as_bytearray, which holds a file three times over."""
        parts = urlsplit(place)
        return await self._bot.request.retrieve(urlunsplit(parts._replace(path=quote(unquote(parts.path)))))
