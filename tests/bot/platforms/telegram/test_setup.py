"""The set-up on Telegram: one message in the admin's private chat, turned at every tap; then it holds in the group."""

from tests.bot.platforms.telegram.flow import VIOLATION, Flow, buttons
from tests.peers.bot_api_chats import Json


async def test_set_up_in_one_message(flow: Flow) -> None:
    """Who added the bot is led through by taps; a stranger who copied a button and a second tap change nothing."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    world.starts(ali)
    group = world.group("Officers & <co>", admin, ali)
    await flow.settle()
    [screen] = flow.said(admin, "A few taps")
    number = screen["message_id"]

    def shown() -> Json:
        message: Json = world.private[admin].messages[number]
        return message

    def data(label: str) -> str:
        return next(str(one["callback_data"]) for one in buttons(shown()) if label in one["text"])

    async def tap(label: str) -> str:
        pressed = data(label)
        world.press(admin, admin, number, pressed)
        await flow.settle()
        return pressed

    await tap("Begin")
    assert "1 of \u20686" in shown()["text"] or "1 of 6" in shown()["text"]
    once = data("اردو")
    world.press(ali, admin, number, once)
    await tap("English")
    await tap("officers")
    twice = data("Warn and remove")
    world.press(admin, admin, number, twice)
    world.press(admin, admin, number, twice)
    await flow.settle()
    assert "Shall a clause be treated otherwise" in shown()["text"]
    await tap("Rumours")
    assert [one["text"] for one in buttons(shown()) if "Rumours" in one["text"]] == ["Rumours · off"]
    await tap("Next")
    await tap("Daily")
    await tap("Next")
    await tap("30 days")
    assert "is set up" in shown()["text"]
    assert "Texts with a finding are kept for 30 days" in shown()["text"]
    assert len(flow.said(admin, "Officers")) == 1
    assert flow.journal("setting_changed") == 4
    assert flow.journal("set_up") == 1
    assert len(flow.said(group, "for 30 days")) == 1
    message = world.says(group, ali, VIOLATION)
    await flow.settle()
    assert (group, message) in world.removed
