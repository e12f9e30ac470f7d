"""The webhook: Telegram brings updates to us; it is told that we have one only when that is on disk."""

import asyncio
import contextlib
import hmac
import json
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest

from bot.errors import ConfigError, StoreError
from bot.metrics import EVENTS_UNJUDGED
from bot.platforms.telegram.arrivals import Arrivals
from bot.platforms.telegram.pauses import Pauses, is_rejection, rejected
from bot.platforms.telegram.translate import KINDS

log = structlog.get_logger()

_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_SEEN_EVERY_S = 300.0
_LARGEST_BYTES = 16 * 1024 * 1024


class Webhook:
    """The listening side. `receiving` is true while we listen and Telegram knows where."""

    def __init__(self, bot: Bot, arrivals: Arrivals, *, url: str, listen: str, secret: str) -> None:
        self._bot = bot
        self._arrivals = arrivals
        self._url = url
        self._host, _, self._port = listen.rpartition(":")
        self._secret = secret.encode()
        self.receiving = False

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop`. Raises ConfigError when the address, the URL or the token is refused."""
        app = web.Application(client_max_size=_LARGEST_BYTES)
        app.router.add_post(urlsplit(self._url).path or "/", self._post)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, self._host.strip("[]"), int(self._port)).start()
            except (OSError, ValueError):
                raise ConfigError(
                    "[telegram] webhook_listen: the address cannot be used; choose another HOST:PORT"
                ) from None
            await self._announce(stop)
            while not stop.is_set():
                await self._be_seen()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_SEEN_EVERY_S):
                        await stop.wait()
        finally:
            self.receiving = False
            await runner.cleanup()

    async def _announce(self, stop: asyncio.Event) -> None:
        """Tell Telegram where we listen; tried again for ever."""
        pauses = Pauses(stop)
        while not stop.is_set():
            try:
                # One connection: updates come in their order, an edit never before its message.
                await self._bot.set_webhook(
                    self._url,
                    max_connections=1,
                    allowed_updates=KINDS,
                    secret_token=self._secret.decode(),
                )
            except Exception as error:  # noqa: BLE001 - whatever a server answers, it is asked again
                if is_rejection(error):
                    raise rejected() from None
                if isinstance(error, BadRequest) and error.message.lower().startswith("bad webhook"):
                    raise ConfigError(
                        "[telegram] webhook_url: Telegram refuses it; it needs HTTPS on port 443, 80, 88 or 8443"
                    ) from None
                log.warning("not receiving", platform="telegram", error=type(error).__name__)
                await pauses.grow()
            else:
                self.receiving = True
                return

    async def _be_seen(self) -> None:
        """Have it on disk that we are here, though Telegram may have nothing to bring."""
        try:
            await self._arrivals.take([])
        except StoreError as error:
            log.error("store failed", error=str(error))

    async def _post(self, request: web.Request) -> web.Response:
        given = request.headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        body = await request.read()
        try:
            update = json.loads(body.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            EVENTS_UNJUDGED.labels(reason="malformed").inc()
            log.warning("update not understood", error="Unreadable")
            return web.Response()  # it will be no better the next time
        try:
            await self._arrivals.take([update])
        except StoreError as error:
            log.error("store failed", error=str(error))
            return web.Response(status=503)
        return web.Response()
