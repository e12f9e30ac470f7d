"""The set-up in two minutes, the settings ever after: screens turned in place, every change on record."""

import json

import pytest
from sqlalchemy import Connection, select

from bot.store import schema
from bot.store.transaction import SqlTransaction
from bot.texts import render
from handlers.choices import days_offered
from handlers.events import Member, MemberChanged, MemberId, Place, RoomId, Standing
from handlers.records import DigestTimes, EditSent, Language, Mode, Order, Room, RoomSettings, Send
from handlers.screens import SETTINGS, SETUP, STEPS, screen
from policies.clauses import CLAUSES
from tests.handlers.stage import ADMIN, ALI, GROUP, SECOND, Stage
from tests.handlers.test_people import keys


class Walk:
    """An admin who taps his way through the screens of one message."""

    def __init__(self, stage: Stage, sent: Send) -> None:
        self.stage = stage
        self.key = sent.key
        self.shown: Send | EditSent = sent

    async def show(self) -> None:
        """The first screen has arrived."""
        await self.stage.mark_sent(self.key, RoomId(str(ADMIN.id)), "500")

    def labels(self) -> list[str]:
        """What stands on the buttons."""
        rendered = render(self.shown.notice, self.shown.buttons)
        return [label for row in rendered.buttons for label, _, _ in row]

    def data(self, label: str) -> str:
        """What a button carries."""
        rendered = render(self.shown.notice, self.shown.buttons)
        return next(data for row in rendered.buttons for text, data, _ in row if label in text)

    async def tap(self, label: str) -> list[Order]:
        """Tap; the screen is then the new one."""
        self.stage.clock.pass_(seconds=2)
        orders = await self.stage.play(self.stage.press(self.data(label)))
        edits = [order for order in orders if isinstance(order, EditSent)]
        assert len(edits) == 1, "one screen, turned in place"
        assert edits[0].sent_key == self.key
        self.shown = edits[0]
        return orders


async def begun(stage: Stage, line: str = "setup") -> Walk:
    """The first screen of a command."""
    [sent] = await stage.play(stage.command(line))
    assert isinstance(sent, Send)
    assert sent.member == ADMIN.id
    walk = Walk(stage, sent)
    await walk.show()
    return walk


async def room_of(stage: Stage) -> Room:
    """The group as it is kept."""

    async def job(connection: Connection) -> Room | None:
        return await SqlTransaction(connection, stage.database.vault).room(GROUP)

    found = await stage.database.write(job)
    assert found is not None
    return found


async def changes(stage: Stage) -> list[dict[str, object]]:
    """What is on record about choices."""
    async with stage.database.reading() as connection:
        rows = connection.execute(
            select(schema.journal.c.facts)
            .where(schema.journal.c.entry.in_(["setting_changed", "set_up"]))
            .order_by(schema.journal.c.id)
        ).scalars()
        return [json.loads(row) for row in rows]


async def test_whole_set_up(stage: Stage) -> None:
    """Six questions, a tap each where one will do; at the end all of it holds, is on record, and the group is told anew."""
    walk = await begun(stage)
    await walk.tap("Begin")
    assert walk.labels() == ["✓ English", "اردو", "Roman Urdu", "« Back", "Later"]
    await walk.tap("Roman Urdu")
    assert walk.shown.notice.language is Language.ROMAN
    await walk.tap("awami page")
    await walk.tap("Tanbeeh aur hatana")
    assert "Hukumat par tanqeed · page ke mutabiq: band" in walk.labels()
    await walk.tap("Siyasat")
    assert "Siyasat · band" in walk.labels()
    await walk.tap("Siyasat")
    await walk.tap("Aage")
    await walk.tap("Haftawar")
    await walk.tap("20:00")
    assert "✓ 20:00" in walk.labels()
    await walk.tap("Aage")
    assert walk.labels() == ["30 din", "✓ 90 din", "« Peeche", "Baad mein"]
    orders = await walk.tap("30 din")
    assert keys(orders) == ["notice.joined_public", "setup.done", "press.done"]
    assert isinstance(orders[0], Send)
    assert (orders[0].room, orders[0].notice.fields["days"]) == (GROUP, 30)
    room = await room_of(stage)
    assert (room.language, room.kind, room.mode) == (Language.ROMAN, "public", Mode.REMOVE)
    assert (room.settings.clauses, room.settings.keep_days) == ({"political": "rehearse"}, 30)
    assert room.settings.set_up
    made = await changes(stage)
    assert {one["by"] for one in made} == {ADMIN.id}
    assert [next(key for key in one if key != "by") for one in made] == [
        "language",
        "kind",
        "mode",
        "clause",
        "clause",
        "digest",
        "digest",
        "keep_days",
        "kind",
    ]


async def test_back_and_later_change_nothing(stage: Stage) -> None:
    """Every step has both; the set-up goes on where the admin wants."""
    walk = await begun(stage)
    await walk.tap("Begin")
    for step in STEPS:
        assert walk.shown.notice.parts[0].key == f"ask.{step}"
        assert {"« Back", "Later"} <= set(walk.labels())
        await walk.tap("Next" if "Next »" in walk.labels() else "✓")
    assert walk.shown.notice.key == "setup.done"
    await walk.tap("Back")
    await walk.tap("Back")
    assert walk.shown.notice.parts[0].key == "ask.digest"
    await walk.tap("Later")
    assert walk.shown.notice.key == "setup.later"
    assert [one for one in await changes(stage) if "kind" not in one] == []


async def test_who_added_the_bot_is_led_through(bare: Stage) -> None:
    """At once where his chat is open, else when he opens it, once; the other admins hear that the bot is there."""
    await bare.play(bare.command("start", SECOND))
    orders = await bare.play(bare.joined(ADMIN, SECOND))
    assert keys(orders) == ["notice.joined", "notice.admin_welcome"]
    assert keys(await bare.play(bare.command("start"))) == ["help.start", "setup.welcome"]
    bare.clock.pass_(hours=1)
    assert keys(await bare.play(bare.command("start"))) == ["help.start"]
    assert keys(await bare.play(bare.command("start", SECOND))) == ["help.start"]


async def test_lacking_rights_are_named_with_the_way_to_give_them(stage: Stage) -> None:
    """Deleting is missed only where something is to be deleted."""
    await stage.play(stage.joined(ADMIN, missing=["see", "remove"]))
    walk = await begun(stage)
    assert [part.key for part in walk.shown.notice.parts] == ["setup.missing", "right.see"]
    await stage.play(stage.command("settings remove"))
    walk = await begun(stage, "settings")
    assert [part.key for part in walk.shown.notice.parts][-2:] == ["right.see", "right.remove"]


async def test_settings_show_and_change_everything(stage: Stage) -> None:
    """The same screens; a choice leads back to the list of all."""
    walk = await begun(stage, "settings")
    await walk.tap("Language")
    await walk.tap("اردو")
    assert walk.shown.notice.key == "settings.screen"
    rendered = render(walk.shown.notice, walk.shown.buttons)
    assert rendered.rtl
    assert "زبان: اردو" in rendered.text.replace("\u2068", "").replace("\u2069", "")
    assert await changes(stage) == [{"by": ADMIN.id, "language": "ur"}]


async def test_pressed_twice_or_late_nothing_changes(stage: Stage) -> None:
    """One line; a tap on a clause does not go round by being delivered twice, nor on a screen that is out of date."""
    walk = await begun(stage, "settings")
    await walk.tap("Clauses")
    data = walk.data("Politics")
    await walk.tap("Politics")
    stage.clock.pass_(seconds=1)
    assert keys(await stage.play(stage.press(data))) == ["press.stale"]
    assert (await room_of(stage)).settings.clauses == {"political": "off"}
    same = screen(stage.desk, await room_of(stage), None, SETTINGS, "mode")
    data = next(button.data for row in same.buttons for button in row if button.key == "=✓")
    assert keys(await stage.play(stage.press(data)))[-1] == "press.unchanged"
    assert len(await changes(stage)) == 1


@pytest.mark.parametrize(
    "data",
    [
        f"setup:nowhere:0::{GROUP}",
        f"setup:hub:0:x:{GROUP}",
        f"set:language:0:fr:{GROUP}",
        f"set:clauses:0:political.burn:{GROUP}",
        f"set:keep:0:3650:{GROUP}",
        f"set:digest:0:daily.25:{GROUP}",
        f"set:mode:x:warn:{GROUP}",
        "set:mode:0:warn:telegram:-999",
        "setup",
    ],
)
async def test_data_that_no_button_carries_is_refused(stage: Stage, data: str) -> None:
    """Even to the admin."""
    before = await room_of(stage)
    assert keys(await stage.play(stage.press(data))) == ["press.refused"]
    assert await room_of(stage) == before
    assert await changes(stage) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("settings clause political off", "settings.screen"),
        ("settings language Urdu", "settings.language_set"),
        ("settings kind public", "settings.screen"),
        ("settings digest daily 9", "settings.screen"),
        ("settings keep 30", "settings.screen"),
        ("settings keep 31", "settings.words"),
        ("settings clause weather off", "settings.words"),
        ("settings please", "settings.words"),
    ],
)
async def test_settings_in_words(stage: Stage, line: str, told: str) -> None:
    """For those who have no buttons; what is not understood shows how to say it."""
    assert keys(await stage.play(stage.command(line))) == [told]
    assert len(await changes(stage)) == (told != "settings.words")


async def test_bridged_admin_is_told_the_words(stage: Stage) -> None:
    """No private word reaches him, so nothing waits for him there."""
    puppet = Member(MemberId("telegram:77"), "Bridged", Standing.PUPPET)
    listed = Member(puppet.id, "Bridged", Standing.ADMIN)
    await stage.play(MemberChanged(Place(GROUP, title="Officers"), listed, stage.clock.now()))
    assert keys(await stage.play(stage.command("settings", puppet, private=False))) == ["settings.words"]


async def test_clause_that_is_off_is_left_alone(stage: Stage) -> None:
    """Nothing said, nobody alerted, no word kept; its clause is on record. Rehearsed, the admin alone is told."""
    await stage.play(stage.command("settings clause political off"))
    assert await stage.play(stage.says("vote")) == []
    async with stage.database.reading() as connection:
        assert connection.execute(select(schema.findings)).all() == []
        facts = connection.execute(
            select(schema.journal.c.facts).where(schema.journal.c.entry == "findings")
        ).scalar_one()
    assert json.loads(facts)["treated"] == {"political": "off"}
    await stage.play(stage.command("settings clause political rehearse"))
    assert keys(await stage.play(stage.says("vote", "11"))) == ["alert.rehearsed"]
    assert ALI.id not in {one["by"] for one in await changes(stage)}


@pytest.mark.parametrize("language", list(Language))
async def test_every_screen_can_be_shown(stage: Stage, language: Language) -> None:
    """In every language, at its longest: Telegram takes 64 bytes a button and 4096 characters a message."""
    room = Room(
        RoomId("telegram:-1001234567890"),
        "Officers of the wing",
        Mode.REMOVE,
        language,
        missing=("see", "send", "remove"),
        settings=RoomSettings(clauses=dict.fromkeys(CLAUSES, "rehearse"), changes=9999),
    )
    times = DigestTimes("weekly", 20, done_until=stage.clock.now())
    for verb in (SETUP, SETTINGS):
        for name in (*STEPS, "welcome", "later", "done", "hub"):
            shown = screen(stage.desk, room, times, verb, name)
            rendered = render(shown.notice, shown.buttons)
            assert len(rendered.text) < 2000
            data = [one for row in rendered.buttons for _, one, _ in row]
            assert data
            assert max(len(one.encode()) for one in data) <= 64
            assert max(len(label) for row in rendered.buttons for label, _, _ in row) <= 48
    assert days_offered(stage.desk) == (30, 90)
