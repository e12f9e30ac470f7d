"""Connecting: wrong tokens, servers that are down, others who poll, webhooks."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest
from aiohttp import ClientSession
from telegram import Bot
from telegram.error import TelegramError

from bot.errors import ConfigError
from bot.platforms.telegram import TelegramPlatform
from tests.bot.platforms.telegram.flow import VIOLATION, Flow
from tests.peers.bot_api import BotApi
from tests.peers.bot_api_chats import Json
from tests.peers.bot_api_methods import ApiError

SECRET = "a-secret-of-the-webhook"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hook() -> Json:
    """The configuration of a webhook on loopback."""
    port = free_port()
    return {
        "webhook_url": f"http://127.0.0.1:{port}/telegram/in",
        "webhook_listen": f"127.0.0.1:{port}",
        "webhook_secret": SECRET,
    }


async def test_wrong_token_is_one_clear_line(flow: Flow) -> None:
    """At the start, and when it is revoked later; the token is not in the line."""
    flow.world.token, given = "4711:another", flow.world.token
    await flow.start(receiving=False)
    with pytest.raises(ConfigError, match="@BotFather") as told:
        await flow.ended()
    assert given not in str(told.value)
    flow.world.token = given
    await flow.start()
    flow.world.token = "4711:another"
    flow.world.starts(flow.world.person("Ali"))
    with pytest.raises(ConfigError, match="@BotFather"):
        await flow.ended()


@pytest.mark.parametrize("token", ["", "with space", "4711:abc/def", "4711:abc\n"])
def test_token_of_no_form_is_refused_at_once(token: str) -> None:
    """Without a call that would carry it anywhere."""
    with pytest.raises(ConfigError, match="@BotFather"):
        TelegramPlatform(token=token, base_url="http://127.0.0.1:9/bot", base_file_url="http://127.0.0.1:9/")


@pytest.mark.parametrize("secret", ["", "two words", "ü", "x" * 257])
def test_webhook_secret_that_telegram_would_refuse(secret: str) -> None:
    """Said before anything is sent."""
    with pytest.raises(ConfigError, match="webhook_secret") as told:
        TelegramPlatform(
            token="4711:x",
            base_url="http://127.0.0.1:9/bot",
            base_file_url="http://127.0.0.1:9/",
            webhook_url="https://bot.example/in",
            webhook_secret=secret,
        )
    assert not secret or secret not in str(told.value)


async def test_server_down_at_the_start(flow: Flow) -> None:
    """Not ready meanwhile; when it comes up the bot receives."""
    await flow.api.stop()
    await flow.start(receiving=False)
    await asyncio.sleep(0.3)
    assert flow.app is not None
    assert not flow.app.receiving()
    await flow.api.start()
    await flow.until(flow.app.receiving)


async def test_server_down_midway(flow: Flow) -> None:
    """Not ready while it is down; what was said meanwhile is judged, nothing twice, notices that wait go out."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali)
    await flow.settle()
    await flow.api.stop()
    assert flow.app is not None
    app = flow.app
    await flow.until(lambda: not app.receiving())
    for number in range(3):
        world.says(group, world.person(f"M{number}"), VIOLATION)
    await flow.api.start()
    await flow.until(lambda: len(flow.warnings(group)) == 3, 20.0)
    assert app.receiving()
    await flow.settle()
    assert flow.one("SELECT count(*) FROM judged") == 3
    assert len(flow.alerts(admin)) == 3


async def test_404_of_a_proxy_is_no_refused_token(flow: Flow) -> None:
    """A page of something on the way: tried again, at the start and later."""
    page = (404, b"<html>not here</html>")
    flow.api.fail("getMe", page, b'{"ok":true,"result":{}}', b'{"ok":true}')
    await flow.start()
    flow.api.fail("getUpdates", page, (401, b""))
    ali = flow.world.person("Ali")
    flow.world.starts(ali)
    await flow.until(lambda: flow.said(ali))


async def test_server_without_deletewebhook_will_do(flow: Flow) -> None:
    """A small Bot API server may lack what we can do without."""
    flow.api.fail("deleteWebhook", ApiError(404, "Not Found"))
    await flow.start()


async def test_stop_while_the_server_is_down(flow: Flow) -> None:
    """SIGTERM is obeyed in the middle of waiting."""
    await flow.api.stop()
    await flow.start(receiving=False)
    await asyncio.sleep(0.2)
    await asyncio.wait_for(flow.stop(), 5)
    await flow.api.start()


async def test_another_program_polling_is_one_clear_line(flow: Flow) -> None:
    """A single conflict, as after a quick restart, is borne; a lasting one is told."""
    await flow.start()
    conflict = ApiError(409, "Conflict: terminated by other getUpdates request")
    flow.api.fail("getUpdates", conflict)
    flow.world.starts(flow.world.person("Ali"))
    await flow.until(lambda: not flow.api.faults["getupdates"])
    await flow.until(lambda: flow.platform is not None and flow.platform.receiving())
    flow.api.fail("getUpdates", *[conflict] * 10)
    flow.world.starts(flow.world.person("Bilal"))
    with pytest.raises(ConfigError, match="another program"):
        await flow.ended()


async def test_two_who_poll_in_turn(flow: Flow) -> None:
    """A real second program: answers and conflicts alternate, and one of the two says so and ends."""
    await flow.start()
    async with Bot(flow.world.token, flow.api.base_url) as other:

        async def poll() -> None:
            while True:
                with contextlib.suppress(TelegramError):
                    await other.get_updates(timeout=30)
                await asyncio.sleep(0.3)

        rival = asyncio.create_task(poll())
        try:
            with pytest.raises(ConfigError, match="another program"):
                await flow.ended()
        finally:
            rival.cancel()
            await asyncio.gather(rival, return_exceptions=True)


async def test_forgotten_webhook_is_taken_away(flow: Flow) -> None:
    """Set by an earlier run or another program, it would keep polling from working."""
    flow.api.hook = {"url": "http://127.0.0.1:9/", "secret": "", "max_connections": 40}
    await flow.start()
    assert flow.api.hook == {}


async def test_updates_are_confirmed_only_when_kept(flow: Flow) -> None:
    """While the store refuses, Telegram keeps the updates; afterwards each is handled once."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    await flow.settle()
    assert flow.app is not None
    database = flow.app._database
    writer, database._writer = database._writer, None  # as a closed store: every write raises StoreError
    world.says(group, ali, VIOLATION)
    await asyncio.sleep(1.0)
    assert len(world.pending) >= 1
    database._writer = writer
    await flow.until(lambda: flow.warnings(group), 20.0)
    await flow.settle()
    assert flow.one("SELECT count(*) FROM judged") == 1


async def test_repeated_update_is_handled_once(flow: Flow) -> None:
    """Telegram brings again what was stored and not yet confirmed."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    world.says(group, ali, VIOLATION)
    kept = list(world.pending)
    await flow.settle()
    await flow.stop()
    world.pending.extendleft(reversed(kept))
    await flow.start()
    await flow.settle()
    assert len(flow.warnings(group)) == 1
    assert flow.one("SELECT count(*) FROM findings") == 1


async def test_numbers_of_updates_may_start_again(flow: Flow) -> None:
    """After a quiet week Telegram numbers anew, below what was confirmed: nothing is lost."""
    import itertools

    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    await flow.settle()
    await asyncio.sleep(0.2)
    world._update_ids = itertools.count(10)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert len(flow.warnings(group)) == 1


async def test_webhook_receives_with_the_right_secret_only(api: BotApi, tmp_path: Path) -> None:
    """Telegram's own deliveries come in; a stranger's are refused and nothing of them is kept."""
    settings = hook()
    flow = Flow(api, tmp_path, webhook=settings)
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert len(flow.warnings(group)) == 1
    assert len(flow.alerts(admin)) == 1
    assert api.calls["getupdates"] == 0
    assert api.hook["max_connections"] == 1
    header = "X-Telegram-Bot-Api-Secret-Token"
    forged = {"update_id": 77, "message": world.chats[group].messages[world.chats[group].last_message]}
    async with ClientSession() as session:
        for headers in ({}, {header: "wrong"}, {header: SECRET + "x"}, {header: "ü"}):
            async with session.post(settings["webhook_url"], json=forged, headers=headers) as answer:
                assert answer.status == 403
        for body in (b"", b"no json", b"[" * 100_000, b"{}", b"5"):
            async with session.post(settings["webhook_url"], data=body, headers={header: SECRET}) as answer:
                assert answer.status == 200
    assert flow.one("SELECT count(*) FROM inbox WHERE key = 'update:77'") == 0
    await flow.stop()


async def test_webhook_is_answered_200_only_when_kept(api: BotApi, tmp_path: Path) -> None:
    """While the store refuses, Telegram is told so and brings the update again."""
    flow = Flow(api, tmp_path, webhook=hook())
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    group = world.group("Officers", admin, ali)
    await flow.settle()
    assert flow.app is not None
    database = flow.app._database
    writer, database._writer = database._writer, None
    world.says(group, ali, VIOLATION)
    await asyncio.sleep(0.3)
    assert len(world.pending) == 1
    database._writer = writer
    await flow.settle()
    assert len(flow.warnings(group)) == 1
    await flow.stop()


async def test_webhook_that_telegram_cannot_be_told_of_is_not_ready(api: BotApi, tmp_path: Path) -> None:
    """Server down at the start; then told, then ready."""
    flow = Flow(api, tmp_path, webhook=hook())
    api.fail("setWebhook", ApiError(500, "Internal Server Error"))
    await flow.start(receiving=False)
    await flow.until(lambda: not api.faults["setwebhook"])
    assert flow.platform is not None
    assert not flow.platform.receiving()
    await flow.until(flow.platform.receiving)
    await flow.stop()


@pytest.mark.parametrize("case", ["refused", "taken"])
async def test_webhook_that_cannot_be_is_one_clear_line(api: BotApi, tmp_path: Path, case: str) -> None:
    """An address that is taken; a URL that Telegram refuses."""
    settings = hook()
    flow = Flow(api, tmp_path, webhook=settings)
    if case == "refused":
        api.fail(
            "setWebhook", ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        )
        await flow.start(receiving=False)
        with pytest.raises(ConfigError, match="webhook_url"):
            await flow.ended()
        return
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(settings["webhook_listen"].rpartition(":")[2])))
        other.listen()
        await flow.start(receiving=False)
        with pytest.raises(ConfigError, match="webhook_listen"):
            await flow.ended()
