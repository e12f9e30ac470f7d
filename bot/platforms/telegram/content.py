"""What members see of a message: its words, wherever Telegram puts them, and what is attached."""

import re
from dataclasses import dataclass, field
from typing import Literal

from bot.platforms.telegram.fields import Json, need_words, table, tables, words
from bot.platforms.telegram.files import files_of
from handlers.events import Attachment

# Attachments whose content members see.
_ATTACHED = (
    "photo",
    "live_photo",
    "video",
    "document",
    "audio",
    "voice",
    "video_note",
    "animation",
    "paid_media",
    "story",
)

# Content in which nobody says anything.
_WORDLESS = ("sticker", "dice", "contact", "location", "game", "invoice", "giveaway", "giveaway_winners")

# What a message always has, or has about itself: none of these is content.
_ABOUT = frozenset(
    [
        "message_id",
        "message_thread_id",
        "direct_messages_topic",
        "from",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "sender_tag",
        "date",
        "business_connection_id",
        "chat",
        "forward_origin",
        "forward_from",
        "forward_from_chat",
        "forward_date",
        "forward_sender_name",
        "forward_signature",
        "forward_from_message_id",
        "is_topic_message",
        "is_automatic_forward",
        "reply_to_message",
        "external_reply",
        "quote",
        "reply_to_story",
        "reply_to_checklist_task_id",
        "reply_to_poll_option_id",
        "via_bot",
        "edit_date",
        "has_protected_content",
        "is_from_offline",
        "is_paid_post",
        "media_group_id",
        "author_signature",
        "paid_star_count",
        "entities",
        "caption_entities",
        "link_preview_options",
        "suggested_post_info",
        "effect_id",
        "show_caption_above_media",
        "has_media_spoiler",
        "reply_markup",
        "guest_query_id",
        "guest_bot_caller_user",
        "guest_bot_caller_chat",
    ]
)

_SERVICE = frozenset(
    [
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "channel_chat_created",
        "message_auto_delete_timer_changed",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "successful_payment",
        "refunded_payment",
        "users_shared",
        "chat_shared",
        "connected_website",
        "write_access_allowed",
        "passport_data",
        "proximity_alert_triggered",
        "boost_added",
        "chat_background_set",
        "checklist_tasks_done",
        "direct_message_price_changed",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "giveaway_created",
        "giveaway_completed",
        "paid_message_price_changed",
        "suggested_post_approved",
        "suggested_post_approval_failed",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "web_app_data",
        "gift",
        "unique_gift",
        "gift_upgrade_sent",
        "chat_owner_left",
        "chat_owner_changed",
        "managed_bot_created",
        "poll_option_deleted",
    ]
)

COMMAND = re.compile(
    r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>\w+))?(?=\s|\Z)(?P<rest>.*)", re.DOTALL | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Content:
    """The words of a message. `other` are further words that members see with it: a file's name, buttons.

    `attachments` counts what is attached, `files` are those that can be read.

    `known` is false for a message of a kind that is not known here: it may say something, and was not judged.
    """

    text: str = field(repr=False)
    part: Literal["text", "caption"] = "text"
    attachments: int = 0
    files: tuple[Attachment, ...] = ()
    other: str | None = field(default=None, repr=False)
    service: bool = False
    known: bool = True


def content_of(message: Json) -> Content:
    """Read a message. Raises Malformed for words that are no text."""
    if "text" in message:
        return Content(need_words(message, "text"), other=_buttons(message))
    # One a message: an animation comes as a document as well, and an album as several messages.
    attachments = 1 if any(message.get(name) for name in _ATTACHED) else 0
    other = "\n".join(filter(None, (words(table(message, "document"), "file_name"), _buttons(message))))
    files = files_of(message)
    if "caption" in message:
        return Content(need_words(message, "caption"), "caption", attachments, files, other or None)
    told = _told(message)
    if told or attachments or any(name in message for name in _WORDLESS):
        return Content(told, attachments=attachments, files=files, other=other or None)
    named = [name for name in message if name not in _ABOUT]
    return Content("", service=True, known=all(name in _SERVICE for name in named))


def _told(message: Json) -> str:
    """The words of a poll, a checklist, a venue, or a topic's name; of a sticker the emoji that stands for it."""
    poll, checklist, venue = table(message, "poll"), table(message, "checklist"), table(message, "venue")
    lines = [words(poll, "question"), *(words(option, "text") for option in tables(poll, "options"))]
    lines += [words(poll, "explanation"), words(poll, "description")]
    lines += [words(checklist, "title"), *(words(task, "text") for task in tables(checklist, "tasks"))]
    added = table(message, "checklist_tasks_added")
    lines += [words(task, "text") for task in tables(added, "tasks")]
    lines += [words(table(added, "task"), "text"), words(table(message, "poll_option_added"), "option_text")]
    lines += [words(venue, "title"), words(venue, "address"), words(table(message, "sticker"), "emoji")]
    lines += [words(table(message, name), "name") for name in ("forum_topic_created", "forum_topic_edited")]
    return "\n".join(line for line in lines if line)


def _buttons(message: Json) -> str | None:
    rows = table(message, "reply_markup").get("inline_keyboard")
    if not isinstance(rows, list):
        return None
    labels = [
        words(button, "text")
        for row in rows
        if isinstance(row, list)
        for button in row
        if isinstance(button, dict)
    ]
    return "\n".join(label for label in labels if label) or None


def answered_files(message: Json) -> tuple[Attachment, ...]:
    """The files of the message that is answered."""
    return files_of(table(message, "reply_to_message"))


def answered(message: Json) -> tuple[str | None, str | None]:
    """Which message is answered, and its words: those of the message, or the part quoted from another chat."""
    replied = table(message, "reply_to_message")
    number = replied.get("message_id")
    text = words(replied, "text") or words(replied, "caption") or words(table(message, "quote"), "text")
    in_topic = message.get("is_topic_message") is True and number == message.get("message_thread_id")
    if in_topic or not isinstance(number, int):
        return None, text or None
    return str(number), text or None
