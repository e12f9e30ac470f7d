"""The adapter: connects, receives by polling or webhook, and sends."""

import asyncio
import contextlib
import re
from collections.abc import Sequence

import structlog
from telegram import Bot
from telegram.error import InvalidToken

from bot.adapter import Intake
from bot.delivery import Pace
from bot.errors import ConfigError, StoreError
from bot.platforms.telegram.arrivals import Arrivals
from bot.platforms.telegram.files import Files
from bot.platforms.telegram.pauses import Pauses, is_rejection, rejected
from bot.platforms.telegram.people import NAME, is_group
from bot.platforms.telegram.polling import Polling
from bot.platforms.telegram.request import QuietRequest, UpdatesRequest
from bot.platforms.telegram.sending import Sender
from bot.platforms.telegram.survey import Survey
from bot.platforms.telegram.translate import Me
from bot.platforms.telegram.webhook import Webhook
from handlers.events import Attachment, Member, MemberId, MessageId, RoomId
from handlers.ports import File, Rendered

log = structlog.get_logger()

_TOKEN = re.compile(r"[A-Za-z0-9:_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API, setWebhook: secret_token
_CALL_S = 15.0


class TelegramPlatform:
    """`bot.adapter.Adapter` on the Bot API; `base_url` and `base_file_url` in python-telegram-bot's form."""

    name = NAME

    # Bot API FAQ: about 30 messages a second over all, one a second in a chat, 20 a minute in a group.
    pace = Pace(per_second=28.0, room_pause_s=1.0, room_per_minute=20, per_minute_in=is_group)

    def __init__(
        self,
        *,
        token: str,
        base_url: str,
        base_file_url: str,
        webhook_url: str = "",
        webhook_listen: str = "",
        webhook_secret: str = "",
    ) -> None:
        if not _TOKEN.fullmatch(token):
            raise rejected()
        if webhook_url and not _SECRET.fullmatch(webhook_secret):
            raise ConfigError("[telegram] webhook_secret: letters, digits, _ and - only, 256 at the most")
        self._updates = UpdatesRequest(read_timeout=_CALL_S)
        self._calls = QuietRequest(connection_pool_size=16, read_timeout=_CALL_S, pool_timeout=_CALL_S)
        self._bot = Bot(
            token, base_url, base_file_url, request=self._calls, get_updates_request=self._updates
        )
        self._sender = Sender(self._bot)
        self._survey = Survey(self._bot)
        self._files = Files(self._bot)
        self._webhook = (webhook_url, webhook_listen, webhook_secret)
        self._source: Polling | Webhook | None = None

    # -- in

    async def run(self, intake: Intake, stop: asyncio.Event) -> None:
        """Receive until `stop`. Raises ConfigError for a token, an address or a second receiver."""
        me = await self._connect(stop)
        if me is None:
            return
        arrivals = Arrivals(intake, self._survey, me)
        await _opened(arrivals, stop)
        url, listen, secret = self._webhook
        if url:
            self._source = Webhook(self._bot, arrivals, url=url, listen=listen, secret=secret)
        else:
            self._source = Polling(self._bot, self._updates, arrivals)
        watching = asyncio.create_task(arrivals.watch(), name="telegram-rooms")
        try:
            await self._source.run(stop)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def receiving(self) -> bool:
        """Whether updates reach us at this moment."""
        return self._source is not None and self._source.receiving

    async def close(self) -> None:
        """Give back the connections."""
        await self._updates.shutdown()
        await self._calls.shutdown()

    async def _connect(self, stop: asyncio.Event) -> Me | None:
        """Who we are, once the server answers; None when told to stop before. Raises ConfigError."""
        pauses = Pauses(stop)
        while not stop.is_set():
            try:
                user = await self._bot.get_me()
                if not self._webhook[0]:
                    with contextlib.suppress(InvalidToken):  # the token is good: a server without this method
                        await self._bot.delete_webhook()  # with one set, polling is refused
            except Exception as error:  # noqa: BLE001 - whatever a server answers, it is asked again
                if is_rejection(error):
                    raise rejected() from None
                log.warning("not receiving", platform=NAME, error=type(error).__name__)
                await pauses.grow()
                continue
            self._sender.username = user.username
            return Me(user.id, user.username or "", sees_all=bool(user.can_read_all_group_messages))
        return None

    # -- out

    async def send(
        self,
        room: RoomId,
        rendered: Rendered,
        *,
        key: str,
        reply_to: MessageId | None = None,
        thread: str | None = None,
    ) -> MessageId:
        """Say it. Telegram has no transaction ids: an order whose answer was lost is said twice."""
        return await self._sender.send(room, rendered, key=key, reply_to=reply_to, thread=thread)

    async def send_file(self, room: RoomId, file: File, caption: Rendered, *, key: str) -> MessageId:  # noqa: ARG002 - see send
        """Send a file as a document."""
        return await self._sender.send_file(room, file, caption)

    async def edit(self, room: RoomId, message: MessageId, rendered: Rendered, *, key: str) -> None:  # noqa: ARG002 - see send
        """Replace what the bot said."""
        await self._sender.edit(room, message, rendered)

    async def remove(self, room: RoomId, message: MessageId, *, key: str) -> None:  # noqa: ARG002 - see send
        """Delete a member's message."""
        await self._sender.remove(room, message)

    async def answer_press(self, room: RoomId, press: str, rendered: Rendered) -> None:  # noqa: ARG002 - a press has its own id
        """Answer a press in a short word."""
        await self._sender.answer_press(press, rendered)

    async def private_room(self, member: MemberId) -> RoomId:
        """The private chat with a member; NotReachable for those who are no person."""
        return await self._sender.private_room(member)

    async def admins(self, room: RoomId) -> Sequence[Member]:
        """The admins of a room now."""
        return await self._survey.admins(room)

    async def members(self, room: RoomId) -> Sequence[Member]:  # noqa: ARG002 - Telegram tells bots of admins only
        """Nobody."""
        return ()

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """The bytes of a file."""
        return await self._files.fetch(attachment, most)


async def _opened(arrivals: Arrivals, stop: asyncio.Event) -> None:
    """Read what earlier runs left, tried again while the store fails."""
    pauses = Pauses(stop)
    while not stop.is_set():
        try:
            await arrivals.open()
        except StoreError as error:
            log.error("store failed", error=str(error))
            await pauses.grow()
        else:
            return
