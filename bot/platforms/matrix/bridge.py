"""What a bridge to WhatsApp marks in the rooms it makes: facts of mautrix-whatsapp 26.08, checked in its source.

A portal room names its bridge in `m.bridge` state. The bridge speaks as its own bot, and in the name of people outside
Matrix, whose words it may mark as forwarded, or replace by a placeholder until it has them. How it fares with WhatsApp
it tells in the room in which its user commands it (`fi.mau.bridge_state`), never in the portal rooms.
Pure, and never raises.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.platforms.matrix.content import clean, inner
from handlers.events import LinkState

_STATES = frozenset({"m.bridge", "uk.half-shot.bridge"})
_PROFILE = "com.beeper.per_message_profile"
_FORWARDED = "↷ Forwarded"
_FORWARDED_HTML = f"<p data-mx-forwarded-notice><em>{_FORWARDED}</em></p>"
_FALLBACK = re.compile(r"<strong\s+data-mx-profile-fallback\s*>[^<]{0,300}</strong\s*>")
_VIEW_ONCE = re.compile(r"\bview once message\b")
_NOT_ON_MATRIX = re.compile(r"\bon (?:the WhatsApp app|your primary device for WhatsApp)\b")
_NOT_SENT = "\u26a0"  # how the bridge's answer to a message that it could not pass on begins
_LINK_DOWN: dict[str, LinkState] = {
    "BAD_CREDENTIALS": "logged_out",
    "LOGGED_OUT": "logged_out",
    "TRANSIENT_DISCONNECT": "away",
    "UNKNOWN_ERROR": "away",
    "BRIDGE_UNREACHABLE": "away",
}


@dataclass(frozen=True, slots=True)
class Link:
    """How one login of a bridge fares. `user` is the Matrix user whose login it is, empty when it is not said.

    `since` is when it came so, by the bridge's clock: it tells of a lost connection minutes after.
    """

    state: LinkState
    login: str
    user: str
    since: datetime | None = None


def bridge_bot_of(source: dict[str, Any]) -> str | None:
    """The bridge bot that a state event names, as only the bridge itself can; empty when a room is bridged no more."""
    if source.get("type") not in _STATES:
        return None
    content = inner(source, "content")
    if not content:
        return ""
    bot = content.get("bridgebot")
    protocol = inner(content, "protocol").get("id")
    named = isinstance(bot, str) and bot == source.get("sender") and isinstance(protocol, str) and protocol
    return clean(bot) if named else None


def placeholder_of(content: object) -> str | None:
    """Why a notice in a member's name holds none of his words: a reason of GAP_REASONS, None when it is no placeholder."""
    if not isinstance(content, dict) or content.get("msgtype") != "m.notice":
        return None
    body = clean(content.get("body"))
    if _VIEW_ONCE.search(body):
        return "view_once"
    if content.get("fi.mau.whatsapp.undecryptable") is True:
        return "undecryptable"
    if "fi.mau.whatsapp.failed_media" in content or body.startswith("Failed to bridge "):
        return "attachment"
    if "fi.mau.whatsapp.unsupported_message_data" in content or _NOT_ON_MATRIX.search(body):
        return "unsupported"
    return None


def link_of(content: object) -> Link | None:
    """How a login fares, where the content tells it; None for states that change nothing (connecting, starting)."""
    told = inner(content, "fi.mau.bridge_state")
    event = told.get("state_event")
    if not isinstance(event, str):
        return None
    state = _LINK_DOWN.get(event)
    if event == "CONNECTED":
        state = "back"
    elif state == "away" and told.get("user_action") == "OPEN_NATIVE":
        state = "phone"
    if state is None:
        return None
    return Link(
        state, clean(told.get("remote_id")), clean(told.get("user_id")), _seconds(told.get("timestamp"))
    )


def _seconds(value: object) -> datetime | None:
    """A time in seconds since 1970, None where it is none or lies ahead."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        at = datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return at if at <= datetime.now(UTC) else None


def says_not_sent(content: dict[str, Any]) -> bool:
    """Whether a bridge bot's notice says that what it answers did not get through."""
    return content.get("msgtype") == "m.notice" and clean(content.get("body")).startswith(_NOT_SENT)


def relayed(content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Who speaks through a bridge's user, and the content without the name that is put before his words."""
    name = inner(content, _PROFILE)
    speaker = clean(name.get("displayname")).strip()
    if not speaker or name.get("has_fallback") is not True:
        return speaker, content
    return speaker, _both(content, lambda part: _without_name(part, f"{name['displayname']}: "))


def forwarded(content: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether the bridge marked a message as forwarded, and the content without the mark."""
    parts = (content, inner(content, "m.new_content"))
    if not any(_html(part).startswith(_FORWARDED_HTML) for part in parts):
        return False, content
    return True, _both(content, _without_forward_mark)


def _both(content: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """A content changed, and the new content inside where it is an edit."""
    changed = change(content)
    new = content.get("m.new_content")
    return {**changed, "m.new_content": change(new)} if isinstance(new, dict) else changed


def _html(content: dict[str, Any]) -> str:
    """The formatted body, without the asterisk of an edit's fallback."""
    html = content.get("formatted_body")
    return html.removeprefix("* ") if isinstance(html, str) else ""


def _without_name(content: dict[str, Any], name: str) -> dict[str, Any]:
    body = content.get("body")
    if not isinstance(body, str):
        return content
    changed = {**content, "body": body.removeprefix("* ").removeprefix(name)}
    if "formatted_body" in content:
        changed["formatted_body"] = _FALLBACK.sub("", _html(content), count=1)
    return changed


def _without_forward_mark(content: dict[str, Any]) -> dict[str, Any]:
    body, html = content.get("body"), _html(content)
    if not isinstance(body, str) or not html.startswith(_FORWARDED_HTML):
        return content
    plain = body.removeprefix("* ")
    if plain.strip() != _FORWARDED:
        plain = plain.removeprefix(_FORWARDED).lstrip("\n")
        return {**content, "body": plain, "formatted_body": html.removeprefix(_FORWARDED_HTML)}
    # A picture without a caption: the mark stands where the caption would.
    name = content.get("filename")
    bare = {key: value for key, value in content.items() if key not in {"format", "formatted_body"}}
    return {**bare, "body": name if isinstance(name, str) else ""}
