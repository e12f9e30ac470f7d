"""A rendered notice as the content of an `m.notice`.

Matrix has no buttons: each gets an emoji, named in the text, and a member presses it by reacting with that emoji, or
by answering with the label. Which emoji carries what stands in the content itself, so that nothing else has to
remember it.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.platforms.matrix.content import clean, inner
from handlers.dispatch import COMMANDS
from handlers.ports import Rendered

BUTTONS = "pk.gov.para6.buttons"
_FORMAT = "org.matrix.custom.html"
_KNOWN = {
    "ack": "✅",
    "read": "✅",
    "false": "❌",
    "remove": "🗑️",
    "covered": "📄",
    "later": "⏰",
    "uphold": "👍",
    "overturn": "↩️",
}
# What people react with to say that they have read something, beside the emoji that is offered.
_AGREED = frozenset({"👍", "✔", "☑", "👌"})
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_READY = 5  # emojis put under a notice by us
_NUMBERS = (*(f"{digit}\ufe0f\u20e3" for digit in range(1, 10)), "🔟")
_PLAIN_LETTERS = tuple(chr(0x1F1E6 + n) for n in range(26))
# An event is at most 64 KiB with its signatures, and encryption adds a third.
_LONGEST_BYTES = 20_000
_VARIATION = "\ufe0f"
PREFIX = "!para6"
_SLASHED = re.compile(rf"(?<![\w/.:])/({'|'.join(COMMANDS)})\b")


def transaction_id(key: str) -> str:
    """The transaction id of an order: the server takes a repeated one for what it already has."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def button_keys(rendered: Rendered) -> dict[str, tuple[str, str]]:
    """Emoji to (data, label), for the buttons that can be pressed."""
    spare = iter((*_NUMBERS, *_PLAIN_LETTERS))
    keys: dict[str, tuple[str, str]] = {}
    for row in rendered.buttons:
        for label, data, opens_private in row:
            if data and not opens_private:
                emoji = _KNOWN.get(data.partition(":")[0]) or next(spare, "")
                if emoji and emoji not in keys:
                    keys[emoji] = (data, label)
    return keys


def notice_content(rendered: Rendered, own: str) -> dict[str, Any]:
    """The content of a notice, without relations."""
    return _content(rendered, own)


def carried_content(rendered: Rendered, own: str) -> dict[str, Any]:
    """The same for a bridged room: as text, since a bridge does not carry `m.notice` unless told to.

    Private rooms are out of reach from the other side, so nothing that opens one is offered.
    """
    rows = tuple(tuple(button for button in row if not button[2]) for row in rendered.buttons)
    return {**_content(replace(rendered, buttons=rows), own), "msgtype": "m.text"}


def _content(rendered: Rendered, own: str) -> dict[str, Any]:
    keys = button_keys(rendered)
    lines = [f"{emoji} {label}" for emoji, (_, label) in keys.items()]
    links = [
        (label, f"https://matrix.to/#/{own}")
        for row in rendered.buttons
        for label, _, opens_private in row
        if opens_private
    ]
    text = _cut(_our_commands(clean(rendered.text)))
    html = _our_commands(clean(rendered.html))
    if len(html.encode()) > 2 * _LONGEST_BYTES:
        html = ""
    body = "\n".join([text, *([""] if lines or links else []), *lines, *(f"{a}: {b}" for a, b in links)])
    content: dict[str, Any] = {"msgtype": "m.notice", "body": body, "m.mentions": {}}
    if html:
        marked = [html.replace("\n", "<br>")]
        marked += [_escape(line) for line in lines]
        marked += [f'<a href="{address}">{_escape(label)}</a>' for label, address in links]
        content |= {"format": _FORMAT, "formatted_body": "<br>".join(marked)}
    if keys:
        content[BUTTONS] = {emoji: {"data": data, "label": label} for emoji, (data, label) in keys.items()}
    return content


def related(
    content: dict[str, Any], *, reply_to: str | None, thread: str | None, mention: str | None
) -> dict[str, Any]:
    """The content as a reply, in its thread; who is answered is mentioned."""
    relates: dict[str, Any] = {}
    if thread:
        relates = {"rel_type": "m.thread", "event_id": thread, "is_falling_back": reply_to is None}
    if reply_to or thread:
        relates["m.in_reply_to"] = {"event_id": reply_to or thread}
        content["m.relates_to"] = relates
    if mention:
        content["m.mentions"] = {"user_ids": [mention]}
    return content


def replacement(content: dict[str, Any], replaced: str) -> dict[str, Any]:
    """The content as an edit of an earlier notice."""
    edited = {**content, "body": f"* {content['body']}", "m.new_content": content}
    if "formatted_body" in content:
        edited["formatted_body"] = f"* {content['formatted_body']}"
    edited["m.relates_to"] = {"rel_type": "m.replace", "event_id": replaced}
    return edited


def pressed(content: Mapping[str, Any] | None, answer: object) -> str | None:
    """The data of the button of a notice that an emoji, or an answer in words, presses."""
    if not isinstance(answer, str):
        return None
    wanted = _bare(answer).casefold()
    for emoji, button in inner(content, BUTTONS).items():
        if not isinstance(button, dict) or not isinstance(button.get("data"), str):
            continue
        label = str(button.get("label", "")).casefold()
        if wanted in _AGREED and is_group_button(button["data"]):
            return str(button["data"])
        if wanted and wanted in {
            emoji.replace(_VARIATION, ""),
            label.removeprefix("✓").strip(),
            *_number(emoji),
        }:
            return str(button["data"])
    return None


def _bare(emoji: str) -> str:
    return _SKIN.sub("", emoji.replace(_VARIATION, "").strip())


def agrees(emoji: object) -> bool:
    """Whether people react so to say that they have read something."""
    return isinstance(emoji, str) and _bare(emoji) in {_KNOWN["read"], *_AGREED}


def is_group_button(data: str) -> bool:
    """Whether a button is meant for the members of a group; all others are for one person's private room."""
    return data.startswith("read:")


def _number(emoji: str) -> tuple[str, ...]:
    """The number that an emoji shows, which is typed sooner than the emoji is found."""
    return (str(_NUMBERS.index(emoji) + 1),) if emoji in _NUMBERS else ()


def reactions(rendered: Rendered) -> Sequence[str]:
    """The emojis to put under a notice, ready to be tapped; a long list is left to the reader."""
    keys = tuple(button_keys(rendered))
    return keys if len(keys) <= _READY else ()


def _our_commands(text: str) -> str:
    """`/why` as it is typed here: clients keep words with a slash in front for themselves."""
    return _SLASHED.sub(rf"{PREFIX} \1", text)


def _cut(text: str) -> str:
    encoded = text.encode()
    return (
        text if len(encoded) <= _LONGEST_BYTES else encoded[:_LONGEST_BYTES].decode("utf-8", "ignore") + " …"
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
