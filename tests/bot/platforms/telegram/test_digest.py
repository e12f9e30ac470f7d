"""A digest in a chat: the message with its chart and buttons, and the same as a document, for the admin only."""

from dataclasses import replace
from datetime import timedelta

import pypdfium2
from sqlalchemy import Connection

from bot.store.database import Database, prepare
from bot.store.transaction import SqlTransaction
from handlers.events import RoomId
from tests.bot.platforms.telegram.flow import VIOLATION, Flow, buttons


async def test_week_comes_as_a_message_and_as_a_document(flow: Flow) -> None:
    """Drawn by the real process, uploaded by the real library; another period by a button; nothing to others."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    world.starts(ali)
    group = world.group("Officers & <co>", admin, ali)
    world.says(group, ali, VIOLATION)
    world.writes(admin, "/digest week")
    await flow.settle()
    [told] = flow.said(admin, "Digest of")
    assert [one["text"] for one in buttons(told)] == ["Today", "Month"]
    papers = [one for one in world.private[admin].messages.values() if "document" in one]
    assert len(papers) == 1
    assert papers[0]["caption"].startswith("The same digest of \u2068Officers & <co>")
    assert papers[0]["document"]["file_name"].startswith("digest-20")
    content = world.files[papers[0]["document"]["file_id"]]
    with pypdfium2.PdfDocument(content) as document:
        said = document[0].get_textpage().get_text_bounded()
    assert "Digest of Officers & <co>" in said
    world.press(ali, admin, told["message_id"], f"digest:month:telegram:{group}")
    world.press(admin, admin, told["message_id"], buttons(told)[0]["callback_data"])
    await flow.settle()
    assert len(flow.said(admin, "Digest of")) == 2
    assert [one for one in world.private[admin].messages.values() if "document" in one] == papers
    assert not [one for one in world.private[ali].messages.values() if "document" in one]
    assert not [one for one in world.chats[group].messages.values() if "document" in one]


async def test_page_is_sent_where_no_paper_can_be_drawn(flow: Flow) -> None:
    """A drawing that takes too long is ended, and the page goes out instead; the outbox is not held up."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    assert flow.app is not None
    flow.app.files.timeout_s = 0.01
    world.starts(admin)
    world.group("Officers", admin, ali)
    world.writes(admin, "/digest month")
    await flow.settle()
    [paper] = [one for one in world.private[admin].messages.values() if "document" in one]
    assert paper["document"]["file_name"].endswith(".html")
    assert world.files[paper["document"]["file_id"]].startswith(b"<!DOCTYPE html>")


async def test_digest_that_was_due_while_the_bot_was_down_comes_once(flow: Flow) -> None:
    """Set by command; three days without power; after the start one digest, and none after the next."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali)
    world.writes(admin, "/digest daily 0")
    await flow.settle()
    assert len(flow.said(admin, "every day at")) == 1
    await flow.stop()
    database = Database(
        *prepare(f"sqlite+aiosqlite:///{flow.store}", flow.store.parent / "para6.key", flow.store.parent)
    )
    await database.open()

    async def earlier(connection: Connection) -> None:
        transaction = SqlTransaction(connection, database.vault)
        times = await transaction.digest_times(RoomId(f"telegram:{group}"))
        assert times
        await transaction.save_digest_times(
            RoomId(f"telegram:{group}"), replace(times, done_until=times.done_until - timedelta(days=3))
        )

    await database.write(earlier)
    await database.close()
    for _ in range(2):
        await flow.start()
        await flow.until(lambda: flow.said(admin, "Digest of"))
        await flow.settle()
        await flow.stop()
    assert len(flow.said(admin, "Digest of")) == 1
