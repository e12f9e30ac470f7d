"""Health and metrics over HTTP: /healthz, /readyz, /metrics. Numbers only."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.errors import ConfigError
from bot.metrics import REGISTRY

Ready = Callable[[], bool]
Measure = Callable[[], Awaitable[None]]


class HealthServer:
    """The server; `ready` tells whether every configured platform is receiving, `measure` refreshes the gauges."""

    def __init__(self, listen: str, *, ready: Ready, measure: Measure) -> None:
        self._host, _, port = listen.rpartition(":")
        self._port = int(port)
        self._ready = ready
        self._measure = measure
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. Raises ConfigError when the address is taken."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host.strip("[]"), self._port).start()
        except OSError as error:
            await self.close()
            raise ConfigError(
                f"[http] listen: the address cannot be used ({error.strerror or 'taken'}); choose another port"
            ) from None

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _request: web.Request) -> web.Response:
        if self._ready():
            return web.Response(text="ready\n")
        return web.Response(status=503, text="not receiving\n")

    async def _metrics(self, _request: web.Request) -> web.Response:
        await self._measure()
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
