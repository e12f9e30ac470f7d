"""What the bot says and does on Telegram."""

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import CallbackQueryLimit, MessageLimit, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.platforms.telegram.errors import UNCHANGED, platform_error
from bot.platforms.telegram.people import is_group, number_of, room_id
from bot.platforms.telegram.split import cut_markup, split_markup, units
from handlers.events import MemberId, MessageId, RoomId
from handlers.ports import File, NotReachable, PlatformError, Rendered

_RIGHT_TO_LEFT = "\u200f"
_LONGEST_TOAST = int(CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)
_LONGEST_CAPTION = int(MessageLimit.CAPTION_LENGTH)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Sender:
    """The outgoing half. Raises PlatformError and its kinds, nothing else."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.username: str | None = None
        # Parts of long notices that are out already, by order: a pause between two parts repeats none.
        self._said: dict[str, list[MessageId]] = {}

    async def send(
        self, room: RoomId, rendered: Rendered, *, key: str, reply_to: MessageId | None, thread: str | None
    ) -> MessageId:
        """Say it, in as many messages as it takes; the last carries the buttons and is the one named."""
        chat = _chat(room)
        keyboard = self._keyboard(rendered)
        parts = split_markup(_directed(rendered.html, rendered))
        said = self._said.setdefault(key, []) if len(parts) > 1 else []
        for number, part in enumerate(parts):
            if number < len(said):
                continue
            last = number == len(parts) - 1
            answer = reply_to if number == 0 else None
            said.append(await self._say(chat, part, keyboard if last else None, answer, thread))
        self._said.pop(key, None)
        return said[-1]

    async def _say(
        self,
        chat: int,
        markup: str,
        keyboard: InlineKeyboardMarkup | None,
        reply_to: MessageId | None,
        thread: str | None,
    ) -> MessageId:
        try:
            sent = await self._bot.send_message(
                chat,
                markup,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                message_thread_id=int(thread) if thread else None,
                link_preview_options=_NO_PREVIEW,
                reply_parameters=ReplyParameters(int(reply_to)) if reply_to else None,
            )
        except TelegramError as error:
            raise platform_error(error, "send") from None
        return MessageId(str(sent.message_id))

    async def send_file(self, room: RoomId, file: File, caption: Rendered) -> MessageId:
        """Send a file as a document; a caption too long for one is cut."""
        try:
            sent = await self._bot.send_document(
                _chat(room),
                InputFile(file.content, file.name),
                caption=cut_markup(_directed(caption.html, caption), _LONGEST_CAPTION),
                parse_mode=ParseMode.HTML,
                disable_content_type_detection=True,
            )
        except TelegramError as error:
            raise platform_error(error, "send") from None
        return MessageId(str(sent.message_id))

    async def edit(self, room: RoomId, message: MessageId, rendered: Rendered) -> None:
        """Replace what the bot said; what is too long for one message is cut."""
        try:
            await self._bot.edit_message_text(
                cut_markup(_directed(rendered.html, rendered)),
                chat_id=_chat(room),
                message_id=int(message),
                parse_mode=ParseMode.HTML,
                reply_markup=self._keyboard(rendered),
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            if UNCHANGED not in error.message.lower():
                raise platform_error(error, "edit") from None
        except TelegramError as error:
            raise platform_error(error, "edit") from None

    async def remove(self, room: RoomId, message: MessageId) -> None:
        """Delete a message."""
        try:
            await self._bot.delete_message(_chat(room), int(message))
        except TelegramError as error:
            raise platform_error(error, "remove") from None

    async def answer_press(self, press: str, rendered: Rendered) -> None:
        """Answer a press in a short word over the chat."""
        text = rendered.text
        while units(text) > _LONGEST_TOAST:
            text = text[:-1]
        try:
            await self._bot.answer_callback_query(press, text)
        except TelegramError as error:
            raise platform_error(error, "answer") from None

    async def private_room(self, member: MemberId) -> RoomId:
        """A private chat has its member's number; whether he has opened it, only sending shows."""
        if is_group(member):
            raise NotReachable("private chat")  # an anonymous admin or a channel
        return room_id(_chat(RoomId(member)))

    def _keyboard(self, rendered: Rendered) -> InlineKeyboardMarkup | None:
        if not rendered.buttons:
            return None
        return InlineKeyboardMarkup(
            [[self._button(*button) for button in row] for row in rendered.buttons if row]
        )

    def _button(self, label: str, data: str, opens_private: bool) -> InlineKeyboardButton:  # noqa: FBT001 - as in Rendered
        if opens_private:
            if self.username is None:
                raise PlatformError("send")  # not connected yet; the order is tried again
            return InlineKeyboardButton(label, url=f"https://t.me/{self.username}?start={data or 'alerts'}")
        return InlineKeyboardButton(label, callback_data=data)


def _chat(room: RoomId) -> int:
    try:
        return number_of(room)
    except ValueError:
        raise NotReachable("room") from None


def _directed(markup: str, rendered: Rendered) -> str:
    """Urdu begins with a mark of its direction, whatever name or number its first line starts with."""
    return _RIGHT_TO_LEFT + markup if rendered.rtl else markup
