"""The connection to the homeserver: logging in, again when need be, and waiting for a server that is out of reach."""

import asyncio
import re
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from nio import (  # type: ignore[import-untyped] # the library ships no types
    ErrorResponse,
    LoginResponse,
    WhoamiResponse,
)

from bot.errors import ConfigError
from bot.platforms.matrix.client import BotClient, client_config
from bot.platforms.matrix.errors import CREDENTIALS_REFUSED, Limited, checked, error_of, mapped
from bot.platforms.matrix.login import Session, SessionFile
from handlers.ports import PlatformError

log = structlog.get_logger()

T = TypeVar("T")

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
_USER = re.compile(r"@[^:\s]+:\S+")


class Stopped(Exception):
    """The bot stops; what was under way is given up."""


class Refused(Exception):
    """The server does not know our token any more."""


class Connection:
    """One account, one device, one client."""

    def __init__(
        self, homeserver: str, user_id: str, password: str, access_token: str, device_id: str, store: Path
    ) -> None:
        self.user = user_id
        self._homeserver = homeserver.rstrip("/")
        self._password = password
        self._token = access_token
        self._device = device_id
        self._folder = store
        self._file = SessionFile(store)
        self._client: BotClient | None = None

    @property
    def client(self) -> BotClient:
        """The client, once logged in. Raises PlatformError before."""
        if self._client is None or not self._client.access_token:
            raise PlatformError("not connected yet")
        return self._client

    async def open(self, stop: asyncio.Event) -> None:
        """Log in; tries for ever while the server is out of reach. Raises ConfigError for wrong credentials, Stopped."""
        session = self._checked_settings()
        if self._client is None:
            self._client = BotClient(
                self._homeserver, self.user, session.device, str(self._folder), client_config()
            )
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return await stoppable(self._enter(self._client, session), stop)
            except Refused:
                session = Session(session.user, session.device)
            except Limited as error:
                await sleep(error.wait_s, stop)
            except PlatformError as error:
                log.warning("matrix not reachable", why=str(error), wait_s=pause_s)
                await sleep(pause_s, stop)
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    async def close(self) -> None:
        """Close the connections and the key store."""
        if self._client is not None:
            await self._client.close()
            self._client.close_store()
            self._client = None

    def forget_token(self) -> None:
        """The server refused it."""
        if self._client is not None:
            self._client.access_token = ""
        if self._token:
            raise ConfigError("[matrix] access_token is not accepted any more; log in again and replace it")
        session = self._file.load(self.user, self._device)
        self._file.save(Session(session.user, session.device))

    def _checked_settings(self) -> Session:
        parts = urlsplit(self._homeserver)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError("[matrix] homeserver must be an address like https://matrix.example.org")
        if not _USER.fullmatch(self.user):
            raise ConfigError("[matrix] user_id must be of the form @name:server")
        session = self._file.load(self.user, self._device)
        return Session(session.user, session.device, self._token) if self._token else session

    async def _enter(self, client: BotClient, session: Session) -> None:
        if session.token:
            await self._with_token(client, session)
        else:
            await self._with_password(client, session)

    async def _with_token(self, client: BotClient, session: Session) -> None:
        client.user_id, client.access_token = session.user, session.token
        try:
            with mapped("whoami"):
                response = await client.whoami()
        except PlatformError:
            client.access_token = ""
            raise
        if isinstance(response, ErrorResponse):
            client.access_token = ""
            if not self._token and response.status_code in CREDENTIALS_REFUSED:
                raise Refused
            _raise_refused(response, "access_token")
        who = checked(response, WhoamiResponse, "whoami")
        if who.user_id != session.user:
            raise ConfigError("[matrix] access_token belongs to another account than user_id")
        if who.device_id not in {None, session.device}:
            raise ConfigError("[matrix] device_id is not the device of access_token; correct it")
        self._restore(client, session)

    async def _with_password(self, client: BotClient, session: Session) -> None:
        client.user, client.device_id = session.user, session.device
        with mapped("login"):
            response = await client.login(self._password, device_name="para6")
        if isinstance(response, ErrorResponse):
            _raise_refused(response, "password")
        entered: Any = checked(response, LoginResponse, "login")
        self._file.save(Session(session.user, session.device, entered.access_token))

    def _restore(self, client: BotClient, session: Session) -> None:
        client.restore_login(session.user, session.device, session.token)


def _raise_refused(response: Any, what: str) -> None:
    if response.status_code in CREDENTIALS_REFUSED:
        raise ConfigError(f"[matrix] the homeserver refuses user_id and {what}; correct them")
    raise error_of(response, "login")


async def stoppable(work: Awaitable[T], stop: asyncio.Event) -> T:
    """What the work gives. Raises Stopped when `stop` is set first; the work is then cancelled."""
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Stopped
        return task.result()
    finally:
        stopping.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def sleep(seconds: float, stop: asyncio.Event) -> None:
    """Wait. Raises Stopped when `stop` is set meanwhile."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
    raise Stopped
