"""What a message sets off: warned once, alerted at once, judged again only when it changed, never lost in silence."""

import pytest

from handlers.events import GapSeen, Member, MemberId, MessageDeleted, MessageId, Place, Standing
from handlers.records import EditSent, Mode, Notice, Order, Priority, Remove, Send
from tests.handlers.stage import ADMIN, ALI, GROUP, Stage


def said(orders: list[Order], prefix: str) -> list[Send]:
    """The sends whose key starts so."""
    return [order for order in orders if isinstance(order, Send) and order.key.startswith(prefix)]


async def test_clean_message_sets_nothing_off(stage: Stage) -> None:
    """Nothing is said, nothing is kept but that it was judged."""
    assert await stage.play(stage.says("salam sab ko")) == []
    assert stage.judge.judged == ["salam sab ko"]


async def test_finding_warns_in_reply_and_alerts_in_private(stage: Stage) -> None:
    """The warning answers the message, in its topic; the alert goes to the admin's chat and names room and member."""
    orders = await stage.play(stage.says("vote for them please", thread="7"))
    warning, alert = said(orders, "warning:")[0], said(orders, "alert:")[0]
    assert (warning.room, warning.reply_to, warning.thread) == (GROUP, "10", "7")
    assert warning.notice.key == "warning.member"
    assert (alert.member, alert.about, alert.priority) == (ADMIN.id, GROUP, Priority.ALERT)
    assert alert.notice.fields["room"] == "Officers"
    assert alert.notice.fields["member"] == "Ali"
    assert [button.data for button in alert.buttons[0]] == ["ack:1", "false:1"]


async def test_warning_never_repeats_the_message(stage: Stage) -> None:
    """The offending words stay out of the group."""
    orders = await stage.play(stage.says("vote for the zarafa"))
    warning = said(orders, "warning:")[0]
    assert "zarafa" not in str([warning.notice.fields, [part.fields for part in warning.notice.parts]])
    assert "zarafa" in str(said(orders, "alert:")[0].notice.fields["excerpt"])


async def test_redelivery_changes_nothing(stage: Stage) -> None:
    """The same revision once more is no second warning."""
    await stage.play(stage.says("vote"))
    assert await stage.play(stage.says("vote")) == []
    assert stage.judge.judged == ["vote"]


@pytest.mark.parametrize(
    ("first", "second", "warnings"),
    [
        pytest.param("vote", "vote", 0, id="unchanged edit, as a reaction causes"),
        pytest.param("salam", "vote now", 1, id="edited into a violation"),
        pytest.param("vote", "salam", 0, id="edited out of it"),
        pytest.param("vote", "vote again", 1, id="changed and still one"),
    ],
)
async def test_edit_is_judged_when_it_changed(stage: Stage, first: str, second: str, warnings: int) -> None:
    """An edit is the next revision of the same message."""
    await stage.play(stage.says(first))
    orders = await stage.play(stage.says(second, edited=True))
    assert len(said(orders, "warning:")) == warnings
    assert all(order.reply_to == "10" for order in said(orders, "warning:"))


async def test_both_bodies_of_an_edit_are_judged(stage: Stage) -> None:
    """What only some members see counts as well."""
    orders = await stage.play(stage.says("salam", edited=True, other_text="* vote"))
    assert len(said(orders, "warning:")) == 1


async def test_album_is_warned_once(stage: Stage) -> None:
    """Ten pictures with one caption each are one warning and one alert."""
    orders = await stage.play(*(stage.says(f"vote {n}", str(n), album="a1") for n in range(3)))
    assert len(said(orders, "warning:")) == 1
    assert len(said(orders, "alert:")) == 1


async def test_member_who_keeps_on_is_warned_three_times(stage: Stage) -> None:
    """From then on the last warning is edited to say how many; the alerts go on."""
    orders = await stage.play(*(stage.says(f"vote {n}", str(n)) for n in range(6)))
    assert len(said(orders, "warning:")) == 3
    edits = [order for order in orders if isinstance(order, EditSent) and order.key.startswith("recount:")]
    assert edits[-1].notice.fields["times"] == 6
    assert edits[-1].sent_key == said(orders, "warning:")[-1].key
    assert len(said(orders, "alert:")) == 6
    stage.clock.pass_(minutes=11)
    assert len(said(await stage.play(stage.says("vote later", "99")), "warning:")) == 1


async def test_alerts_beyond_ten_a_minute_become_one_list(stage: Stage) -> None:
    """Ten single alerts, then one list that is rewritten."""
    members = [Member(MemberId(f"telegram:{n}"), f"M{n}") for n in range(100, 115)]
    orders = await stage.play(*(stage.says("vote", str(n), member) for n, member in enumerate(members)))
    single = [order for order in said(orders, "alert:") if "list" not in order.key]
    lists = said(orders, "alert:list")
    assert (len(single), len(lists)) == (10, 1)
    last = [order for order in orders if isinstance(order, EditSent) and order.key.startswith("relist:")]
    assert len(last) == 1
    assert last[0].notice.fields["n"] == 5


async def test_rehearsal_tells_the_admin_only(bare: Stage) -> None:
    """Nothing in the group; the alert says so and offers to switch warnings on."""
    await bare.play(bare.joined(ADMIN), bare.command("start"))
    orders = await bare.play(bare.says("vote"))
    assert said(orders, "warning:") == []
    alert = said(orders, "alert:")[0]
    assert alert.notice.key == "alert.rehearsed"
    assert alert.buttons[-1][0].data == f"mode:warn:{GROUP}"


async def test_remove_mode_takes_the_message_out(stage: Stage) -> None:
    """The message goes; one short notice without its words stays, not as a reply to what is gone."""
    await stage.play(stage.command("settings remove"))
    orders = await stage.play(stage.says("vote"))
    assert [order.message for order in orders if isinstance(order, Remove)] == ["10"]
    warning = said(orders, "warning:")[0]
    assert (warning.notice.key, warning.reply_to) == ("warning.removed", None)


async def test_remove_mode_takes_every_bad_part_of_an_album_out(stage: Stage) -> None:
    """One warning, but no caption that is warned about stays."""
    await stage.play(stage.command("settings remove"))
    orders = await stage.play(*(stage.says(f"vote {n}", str(n), album="a1") for n in range(3)))
    assert [order.message for order in orders if isinstance(order, Remove)] == ["0", "1", "2"]
    assert len(said(orders, "warning:")) == 1


async def test_remove_mode_without_the_right_still_warns(stage: Stage) -> None:
    """Lacking the right to delete, the bot warns as usual."""
    await stage.play(stage.command("settings remove"), stage.joined(ADMIN, missing=["remove"]))
    orders = await stage.play(stage.says("vote"))
    assert not [order for order in orders if isinstance(order, Remove)]
    assert said(orders, "warning:")[0].notice.key == "warning.member"


async def test_note_is_kept_for_the_admin_only(stage: Stage) -> None:
    """No warning, no alert; the digest counts it."""
    assert await stage.play(stage.says("hmm")) == []
    digest = said(await stage.play(stage.command("digest today")), "digest:")[0]
    assert numbers(digest.notice)["digest.noted"] == 1


def numbers(notice: Notice) -> dict[str, object]:
    """The digest's lines by key."""
    return {part.key: part.fields.get("n") for part in notice.parts}


async def test_message_over_64_kib_is_a_gap(stage: Stage) -> None:
    """Not judged, journalled, shown: never taken as clean."""
    assert await stage.play(stage.says("x" * 70_000)) == []
    assert stage.judge.judged == []
    assert (await stage.journal())[-1] == "gap"
    digest = said(await stage.play(stage.command("digest today")), "digest:")[0]
    assert numbers(digest.notice)["digest.gap"] == 1


async def test_undecryptable_message_is_a_gap_until_it_is_judged(stage: Stage) -> None:
    """The gap is shown; when the key comes and the message is judged, it is mended."""
    await stage.play(GapSeen(Place(GROUP), "undecryptable", stage.clock.now(), MessageId("77")))
    before = said(await stage.play(stage.command("digest today")), "digest:")[0]
    assert numbers(before.notice)["digest.gap"] == 1
    orders = await stage.play(stage.says("vote", "77"))
    assert len(said(orders, "warning:")) == 1
    stage.clock.pass_(minutes=1)
    after = said(await stage.play(stage.command("digest today")), "digest:")[0]
    assert "digest.gap" not in numbers(after.notice)
    assert "gap_mended" in await stage.journal()


async def test_attachment_is_a_gap_and_its_caption_is_judged(stage: Stage) -> None:
    """A file that is not read is said so."""
    orders = await stage.play(stage.says("vote", part="caption", attachments=1))
    assert len(said(orders, "warning:")) == 1
    assert "gap" in await stage.journal()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("please vote for them, they will fix it", "en"),
        ("in ko vote dein yeh sab theek kar dein ge", "ur_Latn"),
        ("سب لوگ ان کا ساتھ دیں vote", "ur"),
    ],
)
async def test_warning_speaks_the_language_of_the_message(stage: Stage, text: str, language: str) -> None:
    """Urdu script in Urdu, Roman Urdu in Roman Urdu, English in English."""
    orders = await stage.play(stage.says(text))
    assert said(orders, "warning:")[0].notice.language.value == language


async def test_admins_are_judged_too(stage: Stage) -> None:
    """Rank protects nobody."""
    orders = await stage.play(stage.says("vote", sender=ADMIN))
    assert len(said(orders, "warning:")) == 1


async def test_other_bots_are_not_judged(stage: Stage) -> None:
    """A bot is no government servant."""
    assert (
        await stage.play(stage.says("vote", sender=Member(MemberId("telegram:5"), "b", Standing.BOT))) == []
    )


async def test_thread_before_is_given_to_the_judge_and_never_stored(stage: Stage) -> None:
    """The few messages before, oldest first; deleted ones are forgotten."""
    await stage.play(stage.says("one", "1"), stage.says("two", "2"))
    await stage.play(MessageDeleted(Place(GROUP), MessageId("1"), stage.clock.now()))
    await stage.play(stage.says("three", "3"))
    assert stage.judge.contexts[-1] == ("two",)


async def test_failed_handler_leaves_nothing_behind(stage: Stage) -> None:
    """What fails takes back all it wrote."""
    with pytest.raises(RuntimeError):
        await stage.play(stage.says("explode", "66"))
    assert await stage.new_orders() == []
    assert stage.judge.judged == []
    assert ALI.id
    assert stage.mode is Mode.WARN
