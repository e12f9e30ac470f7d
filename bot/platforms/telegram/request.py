"""The library's HTTP, made quiet and careful.

Updates are handed to us as they came: the library would parse a whole batch or none of it, and quotes the batch in
its log when one update in it is broken. And an answer that is no JSON is never quoted.
"""

import json
from typing import Any

from telegram.error import TelegramError
from telegram.request import HTTPXRequest

_NO_UPDATES = b'{"ok":true,"result":[]}'


class QuietRequest(HTTPXRequest):
    """HTTPXRequest that says nothing of what it could not read."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As BaseRequest.parse_json_payload, which would log the payload. Raises TelegramError."""
        try:
            read = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise TelegramError("Invalid server response") from None
        if not isinstance(read, dict):
            raise TelegramError("Invalid server response")
        return read


class UpdatesRequest(QuietRequest):
    """The request of `Bot.get_updates`: `take` gives the updates' bytes of the last call."""

    def __init__(self, *, read_timeout: float) -> None:
        super().__init__(connection_pool_size=1, read_timeout=read_timeout, pool_timeout=read_timeout)
        self._taken = _NO_UPDATES

    def take(self) -> bytes:
        """What the last call brought; once."""
        payload, self._taken = self._taken, _NO_UPDATES
        return payload

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As HTTPXRequest.do_request, with a good answer kept back."""
        code, payload = await super().do_request(*args, **kwargs)
        if code != 200:
            return code, payload
        self._taken = payload
        return code, _NO_UPDATES
