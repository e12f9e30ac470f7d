"""Our own Bot API server: what python-telegram-bot is pointed at in the tests.

    async with BotApi() as api:
        admin = api.world.person("Admin")
        group = api.world.group("Officers", admin)
        api.world.says(group, admin, "salam")

`base_url` and `base_file_url` are in the library's form. Dates are whole seconds; updates wait until confirmed.
"""

import asyncio
import contextlib
import json
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.peers.bot_api_chats import Json
from tests.peers.bot_api_limits import Limits, no_limits
from tests.peers.bot_api_methods import ApiError, Methods
from tests.peers.bot_api_world import DEFAULT_KINDS, World

T = TypeVar("T")
Fault = ApiError | bytes | tuple[int, bytes]


class BotApi:
    """The server. `faults` holds answers to give instead, by method; `calls` counts what was asked."""

    def __init__(self, world: World | None = None, limits: Limits | None = None) -> None:
        self.world = world or World()
        self.methods = Methods(self.world, limits or no_limits())
        self.calls: Counter[str] = Counter()
        self.faults: dict[str, deque[Fault]] = {}
        self.recording = False
        self.answers: list[tuple[str, Any]] = []  # while recording: method and result, to check their form
        self.hook: Json = {}
        self.hook_retry_s = 0.05
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._news = asyncio.Event()
        self._polling: asyncio.Future[None] | None = None
        self._bringing: asyncio.Task[None] | None = None

    @property
    def base_url(self) -> str:
        """For telegram.Bot."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        """For telegram.Bot."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    async def start(self) -> None:
        """Listen; after a stop on the same port again."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._called)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.world.on_update = self._news.set
        self._bringing = asyncio.create_task(self._bring())

    async def stop(self) -> None:
        """Be gone; what is known is kept."""
        if self._bringing is not None:
            self._bringing.cancel()
            await asyncio.gather(self._bringing, return_exceptions=True)
        if self._polling is not None and not self._polling.done():
            self._polling.set_result(None)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "BotApi":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def fail(self, method: str, *answers: "Fault") -> None:
        """Answer the next calls of a method so: an error, or bytes as they are, with another status perhaps."""
        self.faults.setdefault(method.lower(), deque()).extend(answers)

    # -- HTTP

    async def _called(self, request: web.Request) -> web.Response:
        try:
            return await self._answer(request)
        except ConnectionError:  # the caller was killed
            return web.Response(status=499)
        except ApiError as error:
            told: Json = {"ok": False, "error_code": error.code, "description": str(error)}
            if error.parameters:
                told["parameters"] = error.parameters
            return web.json_response(told, status=error.code)

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        self.calls[method] += 1
        given = await _parameters(request)
        if request.match_info["token"] != self.world.token:
            raise ApiError(401, "Unauthorized")
        faults = self.faults.get(method)
        if faults:
            fault = faults.popleft()
            if isinstance(fault, ApiError):
                raise fault
            status, body = fault if isinstance(fault, tuple) else (200, fault)
            return web.Response(status=status, body=body, content_type="application/json")
        if method == "getupdates":
            return _json_text(await self._updates(given))
        if method in self._own:
            result: Any = self._own[method](self, given)
        elif method in self.methods.table:
            result = self.methods.table[method](given)
        else:
            raise ApiError(404, "Not Found")
        if self.recording:
            self.answers.append((request.match_info["method"], json.loads(json.dumps(result))))
        return web.json_response({"ok": True, "result": result})

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["path"].rpartition("/")[2]
        if request.match_info["token"] != self.world.token or name not in self.world.files:
            raise web.HTTPNotFound
        return web.Response(body=self.world.files[name])

    # -- updates

    async def _updates(self, given: Json) -> str:
        """The waiting updates as JSON; those below `offset` are confirmed and forgotten."""
        if self.hook:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
                " webhook first",
            )
        if self._polling is not None and not self._polling.done():
            self._polling.set_result(None)  # who asks later wins
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._polling = mine
        self._allow(given)
        offset, limit = int(given.get("offset") or 0), min(100, int(given.get("limit") or 100))
        pending = self.world.pending
        while offset > 0 and pending and pending[0][0] < offset:
            pending.popleft()
        end = asyncio.get_running_loop().time() + float(given.get("timeout") or 0)
        while not pending:
            self._news.clear()
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                break
            news = asyncio.ensure_future(self._news.wait())
            either: set[asyncio.Future[Any]] = {news, mine}
            await asyncio.wait(either, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if mine.done():
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
                    " running",
                )
        if not mine.done():
            mine.set_result(None)
        chosen = [made for _, made in list(pending)[:limit]]
        if self.recording:
            self.answers.append(("getUpdates", [json.loads(one) for one in chosen]))
        return f'{{"ok":true,"result":[{",".join(chosen)}]}}'

    def _allow(self, given: Json) -> None:
        kinds = given.get("allowed_updates")
        if kinds is not None:
            wanted = json.loads(kinds) if isinstance(kinds, str) else kinds
            self.world.allowed = frozenset(wanted) or DEFAULT_KINDS

    def _set_webhook(self, given: Json) -> bool:
        url = str(given.get("url", ""))
        if not url:
            return self._delete_webhook(given)
        secret = str(given.get("secret_token", ""))
        self._allow(given)
        self.hook = {"url": url, "secret": secret, "max_connections": int(given.get("max_connections") or 40)}
        self._news.set()
        return True

    def _delete_webhook(self, given: Json) -> bool:
        self.hook = {}
        if str(given.get("drop_pending_updates", "")).lower() == "true":
            self.world.pending.clear()
        return True

    def _webhook_info(self, _given: Json) -> Json:
        info: Json = {
            "url": self.hook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.world.pending),
        }
        if self.hook:
            info["max_connections"] = self.hook["max_connections"]
        return info

    _own: dict[str, Callable[["BotApi", Json], Any]] = {  # noqa: RUF012 - a table of the class
        "setwebhook": _set_webhook,
        "deletewebhook": _delete_webhook,
        "getwebhookinfo": _webhook_info,
    }

    async def _bring(self) -> None:
        """Bring updates to the webhook, one after the other, each until it is taken."""
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            while True:
                if not self.hook or not self.world.pending:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await self._news.wait()
                    if self.hook:
                        self._news.clear()
                    await asyncio.sleep(0.005)
                    continue
                number, made = self.world.pending[0]
                headers = {"Content-Type": "application/json"}
                if self.hook["secret"]:
                    headers["X-Telegram-Bot-Api-Secret-Token"] = self.hook["secret"]
                taken = False
                with contextlib.suppress(ClientError, TimeoutError):
                    async with session.post(self.hook["url"], data=made.encode(), headers=headers) as answer:
                        taken = 200 <= answer.status < 300
                if not taken:
                    await asyncio.sleep(self.hook_retry_s)
                elif self.world.pending and self.world.pending[0][0] == number:
                    self.world.pending.popleft()


async def _parameters(request: web.Request) -> Json:
    """Query, form, multipart or JSON: texts, and bytes of uploaded files."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                given[name] = value.file.read()
                given[f"{name}|filename"] = value.filename
            else:
                given[name] = value
    return given


def _json_text(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/json")


class Elsewhere:
    """The server in a thread of its own, for tests that block: `do` runs something in its loop."""

    def __init__(self, api: BotApi, loop: asyncio.AbstractEventLoop) -> None:
        self.api = api
        self._loop = loop

    def do(self, act: Callable[[World], T]) -> T:
        """Let something happen in the world."""

        async def acted() -> T:
            return act(self.api.world)

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(30)


@contextlib.contextmanager
def elsewhere(world: World | None = None, limits: Limits | None = None) -> Iterator[Elsewhere]:
    """Run the server in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> BotApi:
        api = BotApi(world, limits)
        await api.start()
        return api

    api = asyncio.run_coroutine_threadsafe(begin(), loop).result(30)
    try:
        yield Elsewhere(api, loop)
    finally:
        asyncio.run_coroutine_threadsafe(api.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
