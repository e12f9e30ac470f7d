"""Notices longer than a message: whole in as many as it takes, each of them valid and within Telegram's count."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.telegram.split import LONGEST, cut_markup, split_markup, units
from handlers.events import MessageId, RoomId
from handlers.ports import Rendered, RetryLater
from tests.bot.platforms.telegram.flow import Flow
from tests.peers.bot_api_markup import parse_html


def visible(markup: str) -> str:
    """The words without the tags."""
    return html.unescape(re.sub(r"</?[a-z]+>", "", markup))


WORDS = st.text(alphabet="ab ک😀&<>\n", max_size=60).map(lambda text: html.escape(text, quote=False))
MARKUP = st.lists(
    st.tuples(st.sampled_from(["", "b", "i", "code", "blockquote"]), WORDS).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>" if pair[0] else pair[1]
    ),
    max_size=8,
).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(MARKUP, st.integers(min_value=8, max_value=80))
def test_parts_are_whole_markup_and_lose_no_word(markup: str, longest: int) -> None:
    """Nothing but the white space at which it was cut is missing."""
    parts = split_markup(markup, longest)
    for part in parts:
        text, _ = parse_html(part)
        assert units(text) <= longest
    squeezed = "".join("".join(visible(part) for part in parts).split())
    assert squeezed == "".join(visible(markup).split())


def test_lines_are_kept_whole_and_what_fits_is_one() -> None:
    """A list is cut between its lines."""
    lines = [f"• line {number} of a long list" for number in range(400)]
    parts = split_markup("\n".join(lines))
    assert len(parts) == 3
    assert [line for part in parts for line in part.split("\n")] == lines
    exact = "ک" * LONGEST
    assert split_markup(exact) == [exact]
    assert len(split_markup("😀" * (LONGEST // 2 + 1))) == 2
    tagged = f"<b>{'x' * LONGEST}</b>"
    assert len(split_markup(tagged)) == 1


def test_cut_for_one_message() -> None:
    """An edit has one message only: it says that something is missing."""
    cut = cut_markup("<b>" + "word " * 2000 + "</b>")
    text, _ = parse_html(cut)
    assert units(text) <= LONGEST
    assert text.endswith("…")
    assert cut_markup("short") == "short"


async def test_long_notice_arrives_whole(flow: Flow) -> None:
    """In several messages, the buttons under the last; after a 429 in the middle nothing is repeated."""
    admin = flow.world.person("Admin")
    await flow.start()
    flow.world.starts(admin)
    await flow.settle()
    before = len(flow.said(admin))
    body = "\n".join(f"<b>{number}</b> & so on".replace("&", "&amp;") for number in range(1200))
    rendered = Rendered(visible(body), body, ((("Yes", "ack:1", False),),))
    assert flow.platform is not None
    room = RoomId(f"telegram:{admin}")
    sent = 0
    limits = flow.api.methods.limits
    limits.wait_s = lambda chat: 1 if len(flow.said(admin)) == before + 2 and not sent else 0  # type: ignore[method-assign] # refuses the third part once
    with pytest.raises(RetryLater):
        await flow.platform.send(room, rendered, key="long")
    sent = 1
    message = await flow.platform.send(room, rendered, key="long")
    parts = flow.said(admin)[before:]
    assert len(parts) >= 3
    assert "".join("".join(part["text"] for part in parts).split()) == "".join(visible(body).split())
    assert [("reply_markup" in part) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert message == MessageId(str(parts[-1]["message_id"]))
    await flow.platform.edit(room, message, rendered, key="e")
    await flow.platform.edit(room, message, rendered, key="e")  # unchanged: no error
    assert flow.said(admin)[-1]["text"].endswith("…")
