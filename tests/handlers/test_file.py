"""Files of messages: ordered once, acted upon once read; published papers stay quiet; forwards are known again."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.store import schema
from handlers.events import (
    READ_FILE,
    Attachment,
    FileRead,
    Likeness,
    Member,
    MemberId,
    MessageDeleted,
    MessageId,
    MessagePosted,
    Place,
    ReadFile,
    RoomId,
)
from handlers.records import EditSent, Order, Published, Remove, Send
from policies.papers.likeness import Likeness as PaperLikeness
from policies.verdict import Action, Finding, Verdict
from tests.handlers.stage import ADMIN, ALI, GROUP, Stage

LETTER = Attachment("u1", '{"file_id": "f1"}', "letter.pdf", "application/pdf", 1000)
OTHER = replace(LETTER, unique="u2")
WORDS = "secret plan of the visit"
SECRET = Verdict(
    (Finding("disclosure", Action.WARN, 0.9, 0, 6, "OM para 4(ii)", "disclosure.paper_marked"),), "om", "m1"
)
POLITICAL = Finding("political", Action.WARN, 0.9, 7, 11, "OM para 4(iii)", "political.support")
CLEAR = Verdict((), "om", "m1")
PAPER = PaperLikeness(0, 0x00FF00FF00FF00FF, frozenset({2024, 35}))
LIKE = Likeness("c1", PAPER)
PHOTOGRAPHED = Likeness("c2", replace(PAPER, words=0x00FF00FF00FF00FE))


def said(orders: list[Order], prefix: str) -> list[Send]:
    """The sends whose key starts so."""
    return [order for order in orders if isinstance(order, Send) and order.key.startswith(prefix)]


def carrying(stage: Stage, text: str = "", file: Attachment = LETTER, **more: Any) -> MessagePosted:
    """A message with a file."""
    return stage.says(text, part="caption", attachments=1, files=(file,), **more)


async def waiting(stage: Stage) -> list[ReadFile]:
    """The files that wait to be read."""
    query = select(schema.files).where(schema.files.c.state == "pending").order_by(schema.files.c.id)
    async with stage.database.reading() as connection:
        rows = connection.execute(query).all()
    return [
        READ_FILE.validate_json(stage.database.vault.open(row.order_sealed, "files.order")) for row in rows
    ]


async def gaps(stage: Stage) -> list[tuple[str, bool]]:
    """What was not judged, and whether it is mended."""
    async with stage.database.reading() as connection:
        rows = connection.execute(select(schema.gaps).order_by(schema.gaps.c.id)).all()
    return [(row.reason, row.mended_at is not None) for row in rows]


def read(order: ReadFile, verdict: Verdict = SECRET, like: Likeness = LIKE, **more: object) -> FileRead:
    """The file of an order was read."""
    return FileRead(order.place, order, order.sent_at, likeness=like, verdict=verdict, text=WORDS, **more)  # type: ignore[arg-type] # named fields of the event


async def test_words_are_judged_at_once_and_the_file_is_ordered_once(stage: Stage) -> None:
    """The caption does not wait for the paper; a redelivery or another caption orders nothing, another file does."""
    orders = await stage.play(carrying(stage, "vote"))
    assert len(said(orders, "warning:")) == 1
    await stage.play(carrying(stage, "vote"), carrying(stage, "salam", edited=True))
    [order] = await waiting(stage)
    assert (order.file, order.purpose, order.said) == (LETTER, "judge", "vote")
    await stage.play(carrying(stage, "salam", OTHER, edited=True))
    assert [order.file.unique for order in await waiting(stage)] == ["u1", "u2"]
    assert await gaps(stage) == []


async def test_finding_in_a_file_warns_in_reply_and_alerts(stage: Stage) -> None:
    """In the language of the words beside it; the admin reads where it was found; what is kept is sealed."""
    await stage.play(carrying(stage, "یہ دیکھیں بھائی", thread="7", link="https://t.me/c/1/10"))
    [order] = await waiting(stage)
    orders = await stage.play(read(order))
    [warning], [alert] = said(orders, "warning:"), said(orders, "alert:")
    assert (warning.room, warning.reply_to, warning.thread) == (GROUP, "10", "7")
    assert (warning.notice.key, warning.notice.language.value) == ("warning.file", "ur")
    assert WORDS not in str([warning.notice.fields, warning.notice.parts])
    assert alert.notice.fields["excerpt"] == WORDS
    assert alert.notice.parts[0].fields["file"] == "letter.pdf"


async def test_file_and_words_of_one_message_are_one_warning(stage: Stage) -> None:
    """The member hears of his message once; the admin of both."""
    orders = await stage.play(carrying(stage, "vote"))
    [order] = await waiting(stage)
    more = await stage.play(read(order))
    assert len(said(orders, "warning:")) == 1
    assert said(more, "warning:") == []
    assert len(said(more, "alert:")) == 1


async def test_album_of_papers_is_warned_once(stage: Stage) -> None:
    """Ten pages photographed are one warning and one alert."""
    pages = [replace(LETTER, unique=f"u{n}") for n in range(4)]
    await stage.play(*(carrying(stage, "", page, message=str(n), album="a") for n, page in enumerate(pages)))
    orders = await stage.play(
        *(read(order, like=Likeness(order.file.unique)) for order in await waiting(stage))
    )
    assert len(said(orders, "warning:")) == 1
    assert len(said(orders, "alert:")) == 1


async def test_remove_mode_takes_the_paper_out(stage: Stage) -> None:
    """The message goes with its file."""
    await stage.play(stage.command("settings remove"), carrying(stage))
    [order] = await waiting(stage)
    orders = await stage.play(read(order))
    assert [one.message for one in orders if isinstance(one, Remove)] == ["10"]
    assert said(orders, "warning:")[0].notice.key == "warning.removed"


async def test_unread_file_is_a_gap_and_mended_when_read(stage: Stage) -> None:
    """Silence is not innocence; a change of the words beside it mends nothing."""
    await stage.play(carrying(stage, "salam"))
    [order] = await waiting(stage)
    late = FileRead(order.place, order, order.sent_at, "file_unreachable", again=True)
    await stage.play(late, carrying(stage, "salam ji", edited=True))
    assert await gaps(stage) == [("file_unreachable", False)]
    await stage.play(read(order, CLEAR))
    assert await gaps(stage) == [("file_unreachable", True)]
    await stage.play(carrying(stage, "", OTHER, message="11"))
    locked = (await waiting(stage))[-1]
    await stage.play(FileRead(locked.place, locked, locked.sent_at, "file_locked"))
    assert (await gaps(stage))[-1] == ("file_locked", False)
    assert (await stage.journal()).count("gap_mended") == 1


async def test_kinds_that_are_not_read_are_a_gap_at_once(stage: Stage) -> None:
    """A film with a caption: its words are judged, its picture is not."""
    await stage.play(stage.says("salam", part="caption", attachments=1))
    assert await gaps(stage) == [("attachment", False)]


async def test_deleted_message_is_not_read_any_more(stage: Stage) -> None:
    """The order is taken back, its content dropped, and that is on record."""
    await stage.play(carrying(stage))
    await stage.play(MessageDeleted(Place(GROUP), MessageId("10"), stage.clock.now()))
    assert await waiting(stage) == []
    async with stage.database.reading() as connection:
        [row] = connection.execute(select(schema.files)).all()
    assert (row.state, row.order_sealed) == ("cancelled", None)
    assert (await stage.journal())[-1] == "message_deleted"


async def test_private_file_is_checked_and_answered(stage: Stage) -> None:
    """Caption and file are answered each; nothing of it is kept, no warning, no alert."""
    sent = replace(stage.command(" vote", ALI), name="", argument="vote", files=(LETTER,), forwarded=True)
    first = await stage.play(sent)
    [order] = await waiting(stage)
    assert (order.purpose, order.forwarded) == ("check", True)
    second = await stage.play(read(order))
    locked = await stage.play(FileRead(order.place, replace(order, key="k2"), order.sent_at, "file_locked"))
    keys = [one.notice.key for one in (*first, *second, *locked) if isinstance(one, Send)]
    assert keys == ["check.warn", "check.file_warn", "unread.locked"]
    for table in (schema.findings, schema.alerts, schema.gaps):
        async with stage.database.reading() as connection:
            assert connection.execute(select(table)).all() == []


@pytest.mark.parametrize(
    ("seen", "found", "clauses"),
    [
        pytest.param(LIKE, (SECRET.findings[0], POLITICAL), [], id="the very file"),
        pytest.param(PHOTOGRAPHED, SECRET.findings, [], id="the same words, photographed"),
        pytest.param(
            PHOTOGRAPHED,
            (SECRET.findings[0], POLITICAL),
            ["political"],
            id="a line added",
        ),
        pytest.param(
            Likeness("c3", replace(PAPER, words=0xFF00FF00FF00FF00)),
            SECRET.findings,
            ["disclosure"],
            id="another",
        ),
        pytest.param(
            Likeness("c4", replace(PAPER, numbers=frozenset({2025, 36}))),
            SECRET.findings,
            ["disclosure"],
            id="the same form with other numbers",
        ),
    ],
)
async def test_published_paper_stays_quiet(
    stage: Stage, seen: Likeness, found: tuple[Finding, ...], clauses: list[str]
) -> None:
    """An admin registers it by a reply; from then on only what it does not hold itself is said."""
    await stage.play(carrying(stage))
    publishing = replace(stage.command("published", private=False, reply_to="10"), reply_files=(LETTER,))
    await stage.play(publishing)
    [_, order] = await waiting(stage)
    orders = await stage.play(read(order))
    assert [one.notice.key for one in said(orders, "answer:")] == ["published.registered"]
    await stage.play(carrying(stage, "", OTHER, message="11"))
    later = (await waiting(stage))[-1]
    orders = await stage.play(read(later, Verdict(found, "om", "m1"), seen))
    warned = [part.fields["clause_key"] for one in said(orders, "warning:") for part in one.notice.parts]
    assert warned == [f"clause.{clause}" for clause in clauses]
    assert ("published_seen" in await stage.journal()) == (clauses != ["disclosure"])


async def test_only_an_admin_registers_lists_and_withdraws(stage: Stage) -> None:
    """A member is refused; an admin's number works for his rooms only."""
    text = (
        "Government of Pakistan, press release: the offices remain closed on Friday the 5th of February 2027."
    )
    register = replace(stage.command("published", private=False), reply_to=MessageId("3"), reply_text=text)
    [refused] = await stage.play(replace(register, sender=ALI, message=MessageId("m")))
    assert refused.notice.key == "refused.admins_only"  # type: ignore[union-attr] # a Send
    keys = []
    stage.clock.pass_(seconds=1)
    for event in (
        register,
        replace(register, message=MessageId("again")),
        stage.command("published"),
        stage.command("published withdraw 77"),
        stage.command("published withdraw 1"),
        replace(stage.command("published"), message=MessageId("last")),
    ):
        keys += [one.notice.key for one in await stage.play(event) if isinstance(one, Send)]
    assert keys == [
        "published.registered",
        "published.already",
        "published.list",
        "published.unknown",
        "published.withdrawn",
        "published.none",
    ]


async def test_registered_text_stays_quiet(stage: Stage) -> None:
    """A notification passed on as text, with other spaces and signs."""
    text = "Vote on the budget: the House meets on Friday at ten, vote by division, as announced in the press release."
    await stage.play(
        replace(stage.command("published", private=False), reply_to=MessageId("3"), reply_text=text.lower())
    )
    orders = await stage.play(stage.says(text.lower().replace(",", " ,"), "20"))
    assert said(orders, "warning:") == []
    assert len(said(await stage.play(stage.says("vote now", "21")), "warning:")) == 1


async def test_text_seen_before_is_judged_as_a_forward(stage: Stage) -> None:
    """From another member, in another room, in capitals; an edit of the first is none, a short text never."""
    text = "Dear colleagues, the pay of all cadres is doubled from the first of July, kindly tell everybody you know"
    await stage.play(stage.says(text), stage.says(text + ".", edited=True), stage.says("noted, sir", "11"))
    elsewhere = Place(RoomId("telegram:-200"), title="Another")
    other = Member(MemberId("telegram:77"), "Other")
    passed = replace(stage.says(text.upper().replace(",", " "), "5", other), place=elsewhere)
    await stage.play(passed, stage.says("noted, sir", "12"), stage.says(text + "!", edited=True))
    assert stage.judge.forwarded == [False, False, False, True, False, True]
    async with stage.database.reading() as connection:
        rows = connection.execute(select(schema.seen_texts)).all()
    assert len(rows) == 1
    assert not any(word in str(rows[0]) for word in ("colleagues", "telegram"))


async def test_operators_paper_is_quiet_in_every_room(stage: Stage) -> None:
    """Registered on the command line, for no room; an admin sees it and cannot take it back."""

    async def job(connection: object) -> None:
        from bot.store.transaction import SqlTransaction

        kept = Published(RoomId(""), "gazette.pdf", LIKE, stage.clock.now(), MemberId(""))
        await SqlTransaction(connection, stage.database.vault).add_published(kept)  # type: ignore[arg-type] # a Connection

    await stage.database.write(job)
    await stage.play(carrying(stage))
    [order] = await waiting(stage)
    assert await stage.play(read(order)) == []
    [shown] = await stage.play(stage.command("published"))
    assert isinstance(shown, Send)
    assert shown.notice.parts[0].key == "published.line_operator"
    [refused] = await stage.play(stage.command("published withdraw 1"))
    assert not isinstance(refused, EditSent)
    assert refused.notice.key == "published.unknown"  # type: ignore[union-attr] # a Send
    assert ADMIN.id
