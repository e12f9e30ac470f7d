"""The methods of our Bot API server, with the checks and the words of Telegram's own."""

import json
from collections.abc import Callable
from typing import Any

from tests.peers.bot_api_chats import Chat, Json, member_json
from tests.peers.bot_api_limits import Limits
from tests.peers.bot_api_markup import MarkupError, parse_html, units
from tests.peers.bot_api_world import World

LONGEST = 4096
LONGEST_CAPTION = 1024
LARGEST_FILE = 20 * 1024 * 1024
_TWO_DAYS_S = 48 * 3600


class ApiError(Exception):
    """An answer with ok false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters


def bad(description: str) -> ApiError:
    """400."""
    return ApiError(400, f"Bad Request: {description}")


class Methods:
    """One method of the Bot API a method here; called with the parameters as they came (texts or JSON values)."""

    def __init__(self, world: World, limits: Limits) -> None:
        self.world = world
        self.limits = limits
        self.table: dict[str, Callable[[Json], Any]] = {
            name.lower(): getattr(self, name)
            for name in dir(self)
            if name[0].islower() and name not in {"world", "limits", "table"}
        }

    def getMe(self, _given: Json) -> Json:  # noqa: N802 - Telegram's names
        return dict(self.world.bot)

    # -- sending

    def sendMessage(self, given: Json) -> Json:  # noqa: N802
        text, entities = self._text(given)
        content: Json = {"text": text}
        if entities:
            content["entities"] = entities
        return self._send(given, content)

    def sendPhoto(self, given: Json) -> Json:  # noqa: N802
        photo = self._upload(given, "photo") | {"width": 90, "height": 60}
        return self._send(given, {"photo": [photo]} | self._caption(given))

    def sendDocument(self, given: Json) -> Json:  # noqa: N802
        document = self._upload(given, "document")
        attached = str(given.get("document", "")).removeprefix("attach://") if "document" in given else ""
        name = given.get(f"{attached}|filename") or given.get("document|filename")
        if name:
            document["file_name"] = str(name)
        return self._send(given, {"document": document} | self._caption(given))

    def editMessageText(self, given: Json) -> Json:  # noqa: N802
        chat = self._target(given)
        kept = chat.messages.get(_whole(given, "message_id"))
        if kept is None:
            raise bad("message to edit not found")
        if kept["from"]["id"] != self.world.bot["id"]:
            raise bad("message can't be edited")
        text, entities = self._text(given)
        keyboard = self._keyboard(given)
        if (kept.get("text"), kept.get("entities", []), kept.get("reply_markup")) == (
            text,
            entities,
            keyboard,
        ):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same"
                " as a current content and reply markup of the message"
            )
        kept |= {"text": text, "edit_date": self.world.now()}
        for name, value in (("entities", entities), ("reply_markup", keyboard)):
            if value:
                kept[name] = value
            else:
                kept.pop(name, None)
        return kept

    def deleteMessage(self, given: Json) -> bool:  # noqa: N802
        chat = self._target(given)
        number = _whole(given, "message_id")
        kept = chat.messages.get(number)
        if kept is None:
            raise bad("message to delete not found")
        if kept["from"]["id"] != self.world.bot["id"]:
            member = self.world.bot_member(chat)
            if chat.kind != "private" and not member.get("can_delete_messages"):
                raise bad("message can't be deleted")
        if kept["date"] < self.world.now() - _TWO_DAYS_S:
            raise bad("message can't be deleted for everyone")
        del chat.messages[number]
        self.world.removed.append((chat.id, number))
        return True

    def answerCallbackQuery(self, given: Json) -> bool:  # noqa: N802
        press = str(given.get("callback_query_id", ""))
        text = str(given.get("text", ""))
        if not press.startswith("9") or press in self.world.answers:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if units(text) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.world.answers[press] = dict(given)
        return True

    # -- looking

    def getChat(self, given: Json) -> Json:  # noqa: N802
        chat = self._known(given)
        full: Json = chat.shown() if chat.kind != "private" else self.world._private_shown(chat.id)
        full |= {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(
                (
                    "unlimited_gifts",
                    "limited_gifts",
                    "unique_gifts",
                    "premium_subscription",
                    "gifts_from_channels",
                ),
                True,
            ),
        }
        if chat.kind != "private":
            full["permissions"] = chat.permissions
        if chat.linked is not None:
            full["linked_chat_id"] = chat.linked
        return full

    def getChatAdministrators(self, given: Json) -> list[Json]:  # noqa: N802
        chat = self._joined(given)
        if chat.kind == "private":
            raise bad("there are no administrators in the private chat")
        return [one for one in chat.members.values() if one["status"] in {"creator", "administrator"}]

    def getChatMember(self, given: Json) -> Json:  # noqa: N802
        chat, user = self._joined(given), _whole(given, "user_id")
        if user not in self.world.users and user != self.world.bot["id"]:
            raise bad("user not found")
        shown = self.world.bot_user() if user == self.world.bot["id"] else self.world.users[user]
        return chat.members.get(user) or member_json(shown, "left")

    def getChatMemberCount(self, given: Json) -> int:  # noqa: N802
        members = self._joined(given).members.values()
        return sum(one["status"] not in {"left", "kicked"} for one in members)

    def leaveChat(self, given: Json) -> bool:  # noqa: N802
        self._joined(given).members.pop(self.world.bot["id"], None)
        return True

    def getFile(self, given: Json) -> Json:  # noqa: N802
        name = str(given.get("file_id", ""))
        data = self.world.files.get(name)
        if data is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(data) > LARGEST_FILE:
            raise bad("file is too big")
        return {
            "file_id": name,
            "file_unique_id": f"u{name}",
            "file_size": len(data),
            "file_path": f"documents/{name}",
        }

    # -- helpers

    def _send(self, given: Json, content: Json) -> Json:
        chat = self._target(given, content)
        thread = given.get("message_thread_id")
        if thread is not None:
            if int(thread) not in chat.topics:
                raise bad("message thread not found")
            if not chat.topics[int(thread)]:
                raise bad("TOPIC_CLOSED")
            content |= {"message_thread_id": int(thread), "is_topic_message": True}
        reply = _table(given, "reply_parameters")
        if reply:
            replied = chat.messages.get(int(reply["message_id"]))
            if replied is not None:
                content["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
                if "is_topic_message" in replied:
                    content |= {"message_thread_id": replied["message_thread_id"], "is_topic_message": True}
            elif not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
        keyboard = self._keyboard(given)
        if keyboard:
            content["reply_markup"] = keyboard
        wait_s = self.limits.wait_s(chat.id)
        if wait_s:
            raise ApiError(429, f"Too Many Requests: retry after {wait_s}", retry_after=wait_s)
        chat.last_message += 1
        message = {
            "message_id": chat.last_message,
            "from": self.world.bot_user(),
            "chat": chat.shown() if chat.kind != "private" else self.world._private_shown(chat.id),
            "date": self.world.now(),
            **content,
        }
        chat.messages[chat.last_message] = message
        return message

    def _known(self, given: Json) -> Chat:
        """The chat of `chat_id`."""
        wanted = str(given.get("chat_id", ""))
        if not wanted:
            raise bad("chat_id is empty")
        by_name = next(
            (c for c in self.world.chats.values() if c.username and f"@{c.username}" == wanted), None
        )
        if by_name is not None:
            return by_name
        number = int(wanted) if wanted.removeprefix("-").isdecimal() else 0
        if number > 0:
            return self._private(number)
        if number not in self.world.chats:
            raise bad("chat not found")
        chat = self.world.chats[number]
        if chat.moved_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )
        return chat

    def _private(self, user: int) -> Chat:
        if user not in self.world.users:
            raise bad("chat not found")
        if user in self.world.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if user not in self.world.private:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return self.world.private[user]

    def _joined(self, given: Json) -> Chat:
        """A chat that the bot is in."""
        chat = self._known(given)
        if chat.kind != "private":
            status = self.world.bot_member(chat)["status"]
            if status == "kicked":
                raise ApiError(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
            if status == "left":
                raise ApiError(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
        return chat

    def _target(self, given: Json, _content: Json | None = None) -> Chat:
        """A chat that the bot may write in."""
        chat = self._joined(given)
        if chat.kind != "private":
            member = self.world.bot_member(chat)
            muted = member["status"] == "restricted" and not member["can_send_messages"]
            closed = member["status"] != "administrator" and not chat.permissions["can_send_messages"]
            if (muted or closed) and _content is not None:
                raise bad("not enough rights to send text messages to the chat")
        return chat

    def _text(self, given: Json) -> tuple[str, list[Json]]:
        text, entities = self._marked(given, "text")
        if not text.strip():
            raise bad("message text is empty")
        if units(text) > LONGEST:
            raise bad("message is too long")
        return text.strip("\n "), entities

    def _marked(self, given: Json, name: str) -> tuple[str, list[Json]]:
        text = str(given.get(name, ""))
        entities: list[Json] = []
        if str(given.get("parse_mode", "")).upper() == "HTML":
            try:
                text, entities = parse_html(text)
            except MarkupError as error:
                raise bad(str(error)) from None
        return text, entities

    def _caption(self, given: Json) -> Json:
        if not given.get("caption"):
            return {}
        text, entities = self._marked(given, "caption")
        if units(text) > LONGEST_CAPTION:
            raise bad("message caption is too long")
        return {"caption": text, **({"caption_entities": entities} if entities else {})}

    def _keyboard(self, given: Json) -> Json | None:
        markup = _table(given, "reply_markup")
        for row in markup.get("inline_keyboard", []):
            for button in row:
                if not button.get("text"):
                    raise bad("BUTTON_TEXT_INVALID")
                if len(str(button.get("callback_data", "")).encode()) > 64:
                    raise bad("BUTTON_DATA_INVALID")
                if not {"callback_data", "url"} & button.keys():
                    raise bad(
                        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
                    )
        return markup or None

    def _upload(self, given: Json, name: str) -> Json:
        value = given.get(name)
        if isinstance(value, bytes):
            return self.world.file(value)
        if isinstance(value, str) and value.startswith("attach://"):
            attached = given.get(value.removeprefix("attach://"))
            if isinstance(attached, bytes):
                return self.world.file(attached)
        if isinstance(value, str) and value in self.world.files:
            return {
                "file_id": value,
                "file_unique_id": f"u{value}",
                "file_size": len(self.world.files[value]),
            }
        raise bad(f"there is no {name} in the request")


def _whole(given: Json, name: str) -> int:
    try:
        return int(given[name])
    except (KeyError, ValueError, TypeError):
        raise bad(f"{name} isn't specified") from None


def _table(given: Json, name: str) -> Json:
    value = given.get(name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None
    return value if isinstance(value, dict) else {}
