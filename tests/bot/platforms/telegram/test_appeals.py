"""A member appeals on the real library, an admin decides; the member sees what is kept, and has it erased."""

from tests.bot.platforms.telegram.flow import VIOLATION, Flow, buttons


async def test_appeal_from_the_button_to_the_outcome(flow: Flow) -> None:
    """The button under the warning, the reason by command, Overturn in private, the warning withdrawn."""
    world = flow.world
    admin, ali, other = world.person("Admin"), world.person("Ali"), world.person("Other")
    await flow.start()
    world.starts(admin)
    world.starts(ali)
    group = world.group("Officers", admin, ali, other)
    message = world.says(group, ali, VIOLATION)
    await flow.settle()
    [warning] = flow.warnings(group)
    [button] = buttons(warning)
    assert (button["text"], button["callback_data"]) == ("Appeal", "appeal:1")
    foreign = world.press(other, group, warning["message_id"], "appeal:1")
    press = world.press(ali, group, warning["message_id"], "appeal:1")
    await flow.settle()
    assert "not for you" in world.answers[foreign]["text"]
    assert world.answers[press]["text"].startswith("Your appeal has gone to the admins")
    world.says(group, ali, "/appeal it was a quotation", reply_to=message)
    await flow.settle()
    [appeal] = flow.said(admin, "asks you to look again")
    assert VIOLATION in appeal["text"]
    assert "it was a quotation" in appeal["text"]
    assert [one["text"] for one in buttons(appeal)] == ["Uphold", "Overturn"]
    world.press(admin, admin, appeal["message_id"], "overturn:1")
    await flow.settle()
    [withdrawn] = flow.said(group, "has been withdrawn")
    assert withdrawn["message_id"] == warning["message_id"]
    assert not buttons(withdrawn)
    [told] = flow.said(ali, "agrees with you")
    assert VIOLATION not in told["text"]
    [closed] = flow.alerts(admin)
    assert "false alarm by" in closed["text"]
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert not flow.warnings(group)
    world.writes(ali, "/mydata")
    await flow.settle()
    [shown] = flow.said(ali, "What is kept about you")
    assert "overturned" in shown["text"]
    assert VIOLATION in shown["text"]
    world.press(ali, ali, shown["message_id"], buttons(shown)[0]["callback_data"])
    await flow.settle()
    [asked] = flow.said(ali, "Shall I erase?")
    world.press(ali, ali, asked["message_id"], buttons(asked)[0]["callback_data"])
    await flow.settle()
    assert flow.said(ali, "Erased: 2.")
    assert flow.one("SELECT count(*) FROM findings WHERE kept_sealed IS NOT NULL") == 0


async def test_message_is_removed_from_the_alert(flow: Flow) -> None:
    """One tap: it is gone from the group, on record, and the alert says who had it removed."""
    world = flow.world
    admin, bot, ali = world.person("Admin"), world.person("Helper", bot=True), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, bot, ali)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    [alert] = flow.alerts(admin)
    assert "remove:1" in [one["callback_data"] for one in buttons(alert)]
    world.press(admin, admin, alert["message_id"], "remove:1")
    await flow.settle()
    [closed] = flow.alerts(admin)
    assert "Message removed by" in closed["text"]
    assert flow.journal("message_removed") == 1
    assert flow.one("SELECT state FROM alerts") == "removed"
