"""The people and chats behind our Bot API server, and what happens among them: every act makes its updates."""

import itertools
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from tests.peers.bot_api_chats import Chat, Json, member_json

ANONYMOUS = 1087968824  # @GroupAnonymousBot
CHANNEL_BOT = 136817688  # @Channel_Bot
SERVICE = 777000  # Telegram itself: posts of a linked channel

DEFAULT_KINDS = frozenset(
    {"message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member"}
)


class World:
    """Everything the server knows. Acts are synchronous; `on_update` is called when there is something to fetch."""

    def __init__(self, *, token: str = "4711:test-token-of-the-peer", privacy: bool = False) -> None:
        self.token = token
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Para6",
            "username": "para6_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": not privacy,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
            "can_manage_bots": False,
            "supports_guest_queries": False,
        }
        self.users: dict[int, Json] = {
            ANONYMOUS: {
                "id": ANONYMOUS,
                "is_bot": True,
                "first_name": "Group",
                "username": "GroupAnonymousBot",
            },
            CHANNEL_BOT: {
                "id": CHANNEL_BOT,
                "is_bot": True,
                "first_name": "Channel",
                "username": "Channel_Bot",
            },
            SERVICE: {"id": SERVICE, "is_bot": False, "first_name": "Telegram"},
        }
        self.chats: dict[int, Chat] = {}
        self.private: dict[int, Chat] = {}  # by user: those who have started the bot
        self.blocked: set[int] = set()
        self.files: dict[str, bytes] = {}
        self.pending: deque[tuple[int, str]] = deque()
        self.allowed: frozenset[str] = DEFAULT_KINDS
        self.answers: dict[str, Json] = {}  # callback query id -> how it was answered
        self.removed: list[tuple[int, int]] = []
        self.on_update: Callable[[], None] = lambda: None
        self.shift_s = 0  # added to the clock of dates
        self._update_ids = itertools.count(1000)
        self._user_ids = itertools.count(101)
        self._chat_ids = itertools.count(1)
        self._file_ids = itertools.count(1)
        self._press_ids = itertools.count(9_000_000_001)

    # -- people and places

    def now(self) -> int:
        """The time of dates: whole seconds."""
        return int(time.time()) + self.shift_s

    def person(self, name: str, *, language: str = "en", bot: bool = False) -> int:
        """A new user."""
        number = next(self._user_ids)
        self.users[number] = {"id": number, "is_bot": bot, "first_name": name, "language_code": language}
        return number

    def group(
        self,
        title: str,
        creator: int,
        *others: int,
        kind: str = "supergroup",
        forum: bool = False,
        bot: str | None = "administrator",
        **rights: Any,
    ) -> int:
        """A new group, the bot in it with that status (None: not in it)."""
        number = next(self._chat_ids)
        chat = Chat(-number if kind == "group" else -1_002_000_000_000 - number, kind, title, forum)
        self.chats[chat.id] = chat
        chat.members[creator] = member_json(self.users[creator], "creator")
        for other in others:
            chat.members[other] = member_json(self.users[other], "member")
        if bot is not None:
            self.add_bot(chat.id, creator, bot, **rights)
        return chat.id

    def channel(self, title: str, *, linked_to: int | None = None) -> int:
        """A new channel, perhaps with a discussion group."""
        chat = Chat(-1_003_000_000_000 - next(self._chat_ids), "channel", title)
        self.chats[chat.id] = chat
        if linked_to is not None:
            chat.linked, self.chats[linked_to].linked = linked_to, chat.id
        return chat.id

    def topic(self, chat_id: int, creator: int, name: str) -> int:
        """A new topic; its thread."""
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        thread = self.chats[chat_id].last_message + 1
        self.chats[chat_id].topics[thread] = True
        self._post(chat_id, creator, created | {"message_thread_id": thread, "is_topic_message": True})
        return thread

    # -- what people say

    def says(
        self,
        chat_id: int,
        user: int,
        text: str | None = None,
        *,
        topic: int | None = None,
        reply_to: int | None = None,
        anonymous: bool = False,
        as_channel: int | None = None,
        **more: Any,
    ) -> int:
        """A message in a group; `more` are further fields of it. Its id."""
        content: Json = dict(more)
        if text is not None:
            content["text"] = text
            if text.startswith("/"):
                command = text.split()[0]
                content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        if topic is not None:
            content |= {"message_thread_id": topic, "is_topic_message": True}
        if reply_to is not None:
            replied = dict(self.chats[chat_id].messages[reply_to])
            replied.pop("reply_to_message", None)
            content["reply_to_message"] = replied
        return self._post(chat_id, user, content, anonymous=anonymous, as_channel=as_channel)

    def forwards(self, chat_id: int, user: int, text: str, author: int) -> int:
        """Somebody's message, forwarded."""
        origin = {"type": "user", "sender_user": self.users[author], "date": self.now() - 60}
        return self.says(chat_id, user, text, forward_origin=origin)

    def album(self, chat_id: int, user: int, captions: list[str | None]) -> list[int]:
        """Pictures that belong together."""
        group = str(13_000_000_000_000_000 + next(self._file_ids))
        made = []
        for caption in captions:
            content: Json = {"photo": [self.photo()], "media_group_id": group}
            if caption is not None:
                content["caption"] = caption
            made.append(self._post(chat_id, user, content))
        return made

    def photo(self, data: bytes = b"\xff\xd8picture") -> Json:
        """A picture on the server."""
        return self.file(data) | {"width": 90, "height": 60}

    def file(self, data: bytes) -> Json:
        """A file on the server."""
        name = f"file{next(self._file_ids)}"
        self.files[name] = data
        return {"file_id": name, "file_unique_id": f"u{name}", "file_size": len(data)}

    def channel_posts(self, channel_id: int, text: str) -> int:
        """A post in a channel; with a discussion group it is forwarded there by itself. Its id there."""
        channel = self.chats[channel_id]
        channel.last_message += 1
        post = {"message_id": channel.last_message, "date": self.now(), "chat": channel.shown(), "text": text}
        channel.messages[channel.last_message] = post
        if channel.linked is None:
            return channel.last_message
        origin = {
            "type": "channel",
            "chat": channel.shown(),
            "message_id": channel.last_message,
            "date": self.now(),
        }
        content = {
            "text": text,
            "forward_origin": origin,
            "is_automatic_forward": True,
            "sender_chat": channel.shown(),
        }
        return self._post(channel.linked, SERVICE, content)

    def edits(self, chat_id: int, message: int, text: str | None = None, *, mark: bool = True) -> None:
        """The author edits; without a text something else changed (a reaction, a preview)."""
        kept = self._chat(chat_id).messages[message]
        if text is not None:
            kept["caption" if "caption" in kept else "text"] = text
            kept.pop("entities", None)
        if mark:
            kept["edit_date"] = self.now()
        if chat_id > 0 or self._sees(self.chats[chat_id], kept):
            self.update("edited_message", kept)

    def renames(self, chat_id: int, user: int, title: str) -> None:
        """A new title."""
        self.chats[chat_id].title = title
        self._post(chat_id, user, {"new_chat_title": title})

    # -- people and rights

    def joins(self, chat_id: int, user: int) -> None:
        """Somebody joins."""
        self._set_member(chat_id, user, user, "member")
        self._post(chat_id, user, {"new_chat_members": [self.users[user]]})

    def leaves(self, chat_id: int, user: int) -> None:
        """Somebody leaves."""
        self._set_member(chat_id, user, user, "left")
        self._post(chat_id, user, {"left_chat_member": self.users[user]})

    def promotes(self, chat_id: int, by: int, user: int, **rights: Any) -> None:
        """Somebody becomes an admin."""
        self._set_member(chat_id, by, user, "administrator", **rights)

    def demotes(self, chat_id: int, by: int, user: int) -> None:
        """Somebody ceases to be one."""
        self._set_member(chat_id, by, user, "member")

    def add_bot(self, chat_id: int, by: int, status: str = "administrator", **rights: Any) -> None:
        """The bot is added, or given another standing."""
        self._set_member(chat_id, by, int(self.bot["id"]), status, **rights)

    def remove_bot(self, chat_id: int, by: int) -> None:
        """The bot is thrown out."""
        self._set_member(chat_id, by, int(self.bot["id"]), "kicked")

    def migrates(self, chat_id: int, by: int) -> int:
        """A group becomes a supergroup, whose messages are counted from 1 again."""
        old = self.chats[chat_id]
        new = Chat(-1_002_500_000_000 - next(self._chat_ids), "supergroup", old.title)
        new.members = {user: dict(member) for user, member in old.members.items()}
        self.chats[new.id] = new
        self._post(chat_id, by, {"migrate_to_chat_id": new.id})
        old.moved_to = new.id
        self._post(new.id, by, {"migrate_from_chat_id": chat_id}, anonymous=True)
        return new.id

    # -- in private

    def starts(self, user: int, payload: str = "") -> None:
        """The first thing one does with a bot; pressed again after a block it lifts that."""
        if user in self.blocked:
            self.blocked.discard(user)
            self._private_change(user, "kicked", "member")
        elif user not in self.private:
            self._private_change(user, "left", "member")
        self._open_private(user)
        self.writes(user, f"/start {payload}".strip())

    def writes(self, user: int, text: str, **more: Any) -> int:
        """A private message to the bot."""
        chat = self._open_private(user)
        content: Json = {"text": text, **more}
        if text.startswith("/"):
            content["entities"] = [
                {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
            ]
        chat.last_message += 1
        message = {
            "message_id": chat.last_message,
            "from": self.users[user],
            "chat": self._private_shown(user),
            "date": self.now(),
            **content,
        }
        chat.messages[chat.last_message] = message
        self.update("message", message)
        return chat.last_message

    def blocks(self, user: int) -> None:
        """Stop and block bot."""
        self.blocked.add(user)
        self._private_change(user, "member", "kicked")

    def press(self, user: int, chat_id: int, message: int, data: str) -> str:
        """A button is pressed; the press's id."""
        number = str(next(self._press_ids))
        kept = self._chat(chat_id).messages[message]
        query = {
            "id": number,
            "from": self.users[user],
            "message": kept,
            "chat_instance": "8471",
            "data": data,
        }
        self.update("callback_query", query)
        return number

    # -- updates

    def update(self, kind: str, content: Json) -> None:
        """Queue an update, if the bot asked for its kind."""
        if kind in self.allowed:
            self.raw(lambda number: json.dumps({"update_id": number, kind: content}))

    def raw(self, make: Callable[[int], str]) -> int:
        """Queue whatever JSON `make` gives for an update id."""
        number = next(self._update_ids)
        self.pending.append((number, make(number)))
        self.on_update()
        return number

    # -- helpers

    def said(self, chat_id: int) -> list[Json]:
        """What the bot has said there and is still there, oldest first."""
        chat = self.private.get(chat_id) if chat_id > 0 else self.chats[chat_id]
        messages = chat.messages.values() if chat is not None else ()
        return [one for one in messages if one.get("from", {}).get("id") == self.bot["id"]]

    def bot_member(self, chat: Chat) -> Json:
        """The bot's own ChatMember."""
        return chat.members.get(self.bot["id"]) or member_json(self.bot_user(), "left")

    def bot_user(self) -> Json:
        """The bot as others see it."""
        return {name: self.bot[name] for name in ("id", "is_bot", "first_name", "username")}

    def _chat(self, chat_id: int) -> Chat:
        return self.private[chat_id] if chat_id > 0 else self.chats[chat_id]

    def _open_private(self, user: int) -> Chat:
        return self.private.setdefault(user, Chat(user, "private", ""))

    def _private_shown(self, user: int) -> Json:
        return {"id": user, "type": "private", "first_name": self.users[user]["first_name"]}

    def _private_change(self, user: int, old: str, new: str) -> None:
        change = {
            "chat": self._private_shown(user),
            "from": self.users[user],
            "date": self.now(),
            "old_chat_member": member_json(self.bot_user(), old),
            "new_chat_member": member_json(self.bot_user(), new),
        }
        self.update("my_chat_member", change)

    def _set_member(self, chat_id: int, by: int, user: int, status: str, **rights: Any) -> None:
        chat = self.chats[chat_id]
        shown = self.bot_user() if user == self.bot["id"] else self.users[user]
        old = chat.members.get(user) or member_json(shown, "left")
        was_admin = self.bot_member(chat)["status"] == "administrator"
        chat.members[user] = member_json(shown, status, **rights)
        change = {
            "chat": chat.shown(),
            "from": self.users[by],
            "date": self.now(),
            "old_chat_member": old,
            "new_chat_member": chat.members[user],
        }
        if user == self.bot["id"]:
            self.update("my_chat_member", change)
        elif was_admin:
            self.update("chat_member", change)

    def _post(
        self,
        chat_id: int,
        user: int,
        content: Json,
        *,
        anonymous: bool = False,
        as_channel: int | None = None,
    ) -> int:
        chat = self.chats[chat_id]
        chat.last_message += 1
        message: Json = {
            "message_id": chat.last_message,
            "from": self.users[user],
            "chat": chat.shown(),
            "date": self.now(),
        }
        if anonymous:
            message |= {"from": self.users[ANONYMOUS], "sender_chat": chat.shown()}
        elif as_channel is not None:
            message |= {"from": self.users[CHANNEL_BOT], "sender_chat": self.chats[as_channel].shown()}
        message |= content
        chat.messages[chat.last_message] = message
        if self._sees(chat, message):
            self.update("message", message)
        return chat.last_message

    def _sees(self, chat: Chat, message: Json) -> bool:
        """Privacy mode: a bot that is no admin gets commands, service messages and replies to itself only."""
        status = self.bot_member(chat)["status"]
        if status in {"left", "kicked"}:
            return False
        if status == "administrator" or self.bot["can_read_all_group_messages"]:
            return True
        replied = message.get("reply_to_message", {}).get("from", {}).get("id") == self.bot["id"]
        spoken = {"text", "caption", "photo", "document", "poll"} & message.keys()
        return replied or not spoken or str(message.get("text", "")).startswith("/")
