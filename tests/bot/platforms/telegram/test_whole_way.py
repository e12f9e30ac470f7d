"""The whole way on the real library: a message comes in, a warning and an alert go out, an admin acts."""

from tests.bot.platforms.telegram.flow import VIOLATION, Flow, buttons


async def test_warning_replies_in_the_topic_and_every_admin_is_alerted(flow: Flow) -> None:
    """The warning stands in the message's topic; each human admin with an open private chat has his alert."""
    world = flow.world
    admin, second, bot, ali = (
        world.person("Admin"),
        world.person("Second"),
        world.person("Helper", bot=True),
        world.person("Ali"),
    )
    await flow.start()
    world.starts(admin)
    world.starts(second)
    group = world.group("Officers", admin, second, bot, ali, forum=True)
    world.promotes(group, admin, second)
    world.promotes(group, admin, bot)
    topic = world.topic(group, admin, "Postings")
    message = world.says(group, ali, VIOLATION, topic=topic)
    await flow.settle()
    [warning] = flow.warnings(group)
    assert warning["reply_to_message"]["message_id"] == message
    assert warning["message_thread_id"] == topic
    assert VIOLATION not in warning["text"]
    for person in (admin, second):
        [alert] = flow.alerts(person)
        assert "Officers" in alert["text"]
        assert f"https://t.me/c/{str(group)[4:]}/{topic}/{message}" in alert["text"]
        assert [one["callback_data"].partition(":")[0] for one in buttons(alert)][:2] == ["ack", "false"]
    assert len(flow.said(group, "This group is checked")) == 1


async def test_clean_message_is_judged_and_not_answered(flow: Flow) -> None:
    """Nothing is said about it."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    world.says(group, ali, "the meeting is at ten")
    await flow.settle()
    assert flow.one("SELECT verdict FROM judged") == "clear"
    assert not flow.warnings(group)


async def test_waiting_alert_comes_after_start(flow: Flow) -> None:
    """No private chat is open: the group gets a button that opens one; after /start the alert is there."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    [asked] = flow.said(group, "none of them has opened a private chat")
    [button] = buttons(asked)
    assert button["url"].startswith("https://t.me/para6_bot?start=")
    world.starts(admin, button["url"].partition("=")[2])
    await flow.settle()
    assert len(flow.alerts(admin)) == 1


async def test_acknowledge_closes_every_copy(flow: Flow) -> None:
    """The first admin's press counts; both copies say so and lose their buttons; the second is told."""
    world = flow.world
    admin, second, ali = world.person("Admin"), world.person("Second"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, second, ali)
    world.promotes(group, admin, second)
    world.starts(admin)
    world.starts(second)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    [first_copy], [second_copy] = flow.alerts(admin), flow.alerts(second)
    data = buttons(first_copy)[0]["callback_data"]
    press = world.press(admin, admin, first_copy["message_id"], data)
    await flow.settle()
    late = world.press(second, second, second_copy["message_id"], data)
    await flow.settle()
    assert world.answers[press]["text"] == "Acknowledged."
    assert world.answers[late]["text"] == "Another admin has already acted."
    for person in (admin, second):
        [closed] = flow.alerts(person)
        assert "Acknowledged by" in closed["text"]
        assert not buttons(closed)


async def test_foreign_press_is_refused(flow: Flow) -> None:
    """Somebody who is no admin cannot close an alert with copied data."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    world.starts(ali)
    group = world.group("Officers", admin, ali)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    [own] = [one for one in world.said(ali) if "Assalam" in one["text"]]
    press = world.press(ali, ali, own["message_id"], "ack:1")
    await flow.settle()
    assert "not for you" in world.answers[press]["text"]
    assert flow.one("SELECT state FROM alerts") == "open"


async def test_digest_in_private(flow: Flow) -> None:
    """`/digest week` gives plain numbers; one who is no admin is refused."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    world.starts(ali)
    group = world.group("Officers", admin, ali)
    world.says(group, ali, VIOLATION)
    world.says(group, ali, "salam")
    await flow.settle()
    world.writes(admin, "/digest week")
    world.writes(ali, "/digest")
    await flow.settle()
    [digest] = flow.said(admin, "Digest of")
    assert "Messages judged: 2" in digest["text"]
    assert "Warnings said: 1" in digest["text"]
    assert len(flow.said(ali, "This is for the admins")) == 1


async def test_draft_is_checked_in_private(flow: Flow) -> None:
    """A text in private is judged, answered, and not kept."""
    world = flow.world
    ali = world.person("Ali")
    await flow.start()
    world.starts(ali)
    world.writes(ali, VIOLATION)
    await flow.settle()
    assert len(flow.said(ali, "This would be warned about")) == 1
    assert flow.one("SELECT count(*) FROM judged") == 0


async def test_why_explains_a_warning(flow: Flow) -> None:
    """As a reply to the warning, by the member warned."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    [warning] = flow.warnings(group)
    world.says(group, ali, "/why", reply_to=warning["message_id"])
    await flow.settle()
    [answer] = flow.said(group, "The reason")
    assert "OM para 4(iii)" in answer["text"]
