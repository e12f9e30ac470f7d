"""A chat of our Bot API server, and what somebody is in it, in Telegram's form."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

_ADMIN_RIGHTS = (
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
    "can_pin_messages",
)
_MEMBER_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


@dataclass
class Chat:
    """A group, supergroup or channel."""

    id: int
    kind: str
    title: str
    forum: bool = False
    username: str | None = None
    members: dict[int, Json] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, bool] = field(default_factory=dict)  # thread -> open
    permissions: Json = field(default_factory=lambda: dict.fromkeys(_MEMBER_RIGHTS, True))
    linked: int | None = None
    moved_to: int | None = None
    last_message: int = 0

    def shown(self) -> Json:
        """As a message shows it."""
        shown: Json = {"id": self.id, "type": self.kind, "title": self.title}
        if self.forum:
            shown["is_forum"] = True
        if self.username:
            shown["username"] = self.username
        return shown


def member_json(user: Json, status: str, **rights: Any) -> Json:
    """A ChatMember of that status, with the rights Telegram gives it by default."""
    made: Json = {"status": status, "user": user}
    if status == "creator":
        made |= {"is_anonymous": False}
    elif status == "administrator":
        made |= {"is_anonymous": False, **dict.fromkeys(_ADMIN_RIGHTS, True), "can_be_edited": False}
    elif status == "restricted":
        made |= {"is_member": True, "until_date": 0, **dict.fromkeys(_MEMBER_RIGHTS, True)}
    elif status == "kicked":
        made |= {"until_date": 0}
    return made | rights
