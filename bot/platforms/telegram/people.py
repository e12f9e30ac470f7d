"""Who and where: Telegram's users and chats in the words of the handlers."""

from bot.platforms.telegram.fields import Json, Malformed, need_table, need_whole, table, whole, words
from handlers.events import Member, MemberId, MessageId, Place, RoomId, Standing

NAME = "telegram"
_PREFIX = f"{NAME}:"

_BY_STATUS = {
    "creator": Standing.CREATOR,
    "administrator": Standing.ADMIN,
    "member": Standing.MEMBER,
    "left": Standing.LEFT,
    "kicked": Standing.LEFT,
}


def room_id(chat: int) -> RoomId:
    """The room of a chat's number."""
    return RoomId(f"{_PREFIX}{chat}")


def member_id(user: int) -> MemberId:
    """The member of a user's (or of a speaking chat's) number."""
    return MemberId(f"{_PREFIX}{user}")


def number_of(ident: str) -> int:
    """The number in an id. Raises ValueError for an id that is not Telegram's."""
    if not ident.startswith(_PREFIX):
        raise ValueError("not an id of Telegram")
    return int(ident.removeprefix(_PREFIX))


def is_group(ident: str) -> bool:
    """Whether an id is a group's: their numbers are negative, people's and their private chats' positive."""
    return ident.startswith(f"{_PREFIX}-")


def place_of(message: Json) -> Place:
    """Where a message stands. Raises Malformed."""
    chat = need_table(message, "chat")
    number = need_whole(chat, "id")
    if words(chat, "type") == "private":
        return Place(room_id(number), private=True)
    # In a group without topics a number of this name only tells which messages answer each other.
    thread = whole(message, "message_thread_id") if message.get("is_topic_message") is True else None
    return Place(room_id(number), thread=str(thread) if thread else None, title=words(chat, "title"))


def user(data: Json, standing: Standing = Standing.MEMBER) -> Member:
    """A user as Telegram shows him. Raises Malformed."""
    number = need_whole(data, "id")
    name = " ".join(part for part in (words(data, "first_name"), words(data, "last_name")) if part)
    if data.get("is_bot") is True:
        standing = Standing.BOT
    return Member(member_id(number), name or str(number), standing, words(data, "language_code") or None)


def sender_of(message: Json) -> Member:
    """Who speaks: a user, an admin behind the group's name, or a channel. Raises Malformed."""
    behind = table(message, "sender_chat")
    if behind:
        number = need_whole(behind, "id")
        same = number == need_whole(need_table(message, "chat"), "id")
        name = words(message, "author_signature") or words(behind, "title") or str(number)
        return Member(member_id(number), name, Standing.ANONYMOUS_ADMIN if same else Standing.CHANNEL)
    return user(need_table(message, "from"))


def message_of(message: Json) -> MessageId:
    """The message's id. Raises Malformed."""
    return MessageId(str(need_whole(message, "message_id")))


def standing_of(member: Json) -> Standing:
    """The standing that a ChatMember tells. Raises Malformed for an unknown status."""
    status = words(member, "status")
    if status == "restricted":
        return Standing.MEMBER if member.get("is_member") is True else Standing.LEFT
    if status not in _BY_STATUS:
        raise Malformed("status")
    return _BY_STATUS[status]
