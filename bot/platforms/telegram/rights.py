"""What the bot may do in a group, from what Telegram says of it there."""

from bot.platforms.telegram.fields import Json


def missing_rights(member: Json, *, sees_all: bool, may_send: bool = True) -> tuple[str, ...]:
    """The rights lacking (`see`, `send`, `remove`, as in BotChanged), from the bot's own ChatMember.

    A bot that is no admin reads everything only with privacy mode off (`sees_all`, from getMe), and writes as far
    as the group lets its members (`may_send`).
    """
    status = member.get("status")
    if status in {"administrator", "creator"}:
        may_remove = status == "creator" or member.get("can_delete_messages") is True
        return () if may_remove else ("remove",)
    missing = [] if sees_all else ["see"]
    if not may_send or (status == "restricted" and member.get("can_send_messages") is not True):
        missing.append("send")
    return (*missing, "remove")
