"""The library's errors as the few of `handlers.ports`. Telegram tells most of them apart by their words only."""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.platforms.telegram.people import room_id
from handlers.ports import AlreadyGone, MovedTo, NotAllowed, NotReachable, PlatformError, RetryLater

# Telegram's own words, lower case, from answers of api.telegram.org and its open server (td/telegram, telegram-bot-api).
_GONE = (
    "message to edit not found",
    "message to delete not found",
    "message to be replied not found",
    "message to reply not found",
    "replied message not found",
    "message can't be edited",
    "message can't be deleted for everyone",
    "message identifier is not specified",
    "message_id_invalid",
    "message thread not found",
    "topic_deleted",
    "query is too old",
    "query_id_invalid",
)
_NO_RIGHT = (
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_admin_required",
    "chat_restricted",
    "chat_send_plain_forbidden",
    "user_restricted",
    "topic_closed",
    "message can't be deleted",
)
_UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user_is_blocked",
    "input_user_deactivated",
    "group chat was deactivated",
    "chat was deleted",
    "channel_private",
    "bot is not a member",
    "have no access to the chat",
    "bot was kicked",
)

UNCHANGED = "message is not modified"

# What each class comes to; the words decide within BadRequest. A test finds the classes that are missing here.
MAPPED: dict[type[TelegramError], type[PlatformError]] = {
    RetryAfter: RetryLater,
    ChatMigrated: MovedTo,
    Forbidden: NotReachable,
    BadRequest: PlatformError,
    TimedOut: PlatformError,
    NetworkError: PlatformError,
    Conflict: PlatformError,
    InvalidToken: PlatformError,
    EndPointNotFound: PlatformError,
    PassportDecryptionError: PlatformError,
    TelegramError: PlatformError,
}


def platform_error(error: TelegramError, call: str) -> PlatformError:
    """Our error for a failed call (`send`, `edit`, `remove`, `answer`, `look`); nothing of its words is in it."""
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return RetryLater(float(wait if isinstance(wait, int | float) else wait.total_seconds()))
    if isinstance(error, ChatMigrated):
        return MovedTo(room_id(error.new_chat_id))
    told = _by_words(error.message.lower(), call) if isinstance(error, Forbidden | BadRequest) else None
    if told is not None:
        return told
    if isinstance(error, Forbidden) and call == "look":
        return PlatformError(call)  # in words not known here: no proof that we are out of the room
    mapped = next((MAPPED[kind] for kind in type(error).__mro__ if kind in MAPPED), PlatformError)
    return mapped(call)


def _by_words(said: str, call: str) -> PlatformError | None:
    """What Telegram's description tells of a refused call, None when its words are not known here."""
    if any(words in said for words in _GONE):
        return AlreadyGone(call)
    if any(words in said for words in _NO_RIGHT):
        return NotAllowed({"remove": "remove", "look": "see"}.get(call, "send"))
    if any(words in said for words in _UNREACHABLE):
        return NotReachable(call)
    return None
