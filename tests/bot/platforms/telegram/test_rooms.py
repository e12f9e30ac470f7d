"""Rooms: moving, rights, admins, private chats; what changed while the bot was away."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.adapter import Cursor
from bot.config import load_config
from bot.store.database import Database, prepare
from bot.store.inbox import Inbox
from tests.bot.platforms.telegram.flow import VIOLATION, Flow
from tests.peers.bot_api import BotApi
from tests.peers.bot_api_methods import ApiError


async def test_migration_with_message_ids_starting_again(flow: Flow) -> None:
    """Messages of the supergroup are judged though their ids were used in the group; settings and record go on."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali, kind="group")
    world.writes(admin, "/settings remove")
    await flow.settle()
    ids = [world.says(group, ali, f"salam {number}") for number in range(4)]
    await flow.settle()
    new = world.migrates(group, admin)
    again = [world.says(new, ali, f"{VIOLATION} {number}") for number in range(3)]
    assert set(again) & set(ids)
    await flow.settle()
    assert flow.one("SELECT count(*) FROM judged WHERE room = ?", f"telegram:{new}") == 3
    assert sorted(world.removed) == [(new, message) for message in again]
    assert flow.one("SELECT mode FROM rooms WHERE id = ?", f"telegram:{new}") == "remove"
    assert flow.journal("room_moved") == 1
    assert len(flow.said(new, "This group is checked")) == 0
    world.writes(admin, "/digest")
    await flow.settle()
    [digest] = flow.said(admin, "Digest of")
    assert "Messages judged: 7" in digest["text"]


async def test_migration_found_out_by_a_failed_send(flow: Flow) -> None:
    """Telegram tells the new id with the error: the warning is said there, edits of the old are given up in peace."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali, kind="group")
    await flow.settle()
    for number in range(3):
        world.says(group, ali, f"{VIOLATION} {number}")
    await flow.settle()
    world.says(group, ali, f"{VIOLATION} again")  # will edit the third warning
    second = world.person("Second")
    world.chats[group].members[second] = {"status": "member", "user": world.users[second]}
    world.says(group, second, VIOLATION)
    allowed, world.allowed = world.allowed, frozenset()  # the service messages are lost
    new = world.migrates(group, admin)
    world.allowed = allowed
    await flow.settle()
    assert len(flow.warnings(new)) == 1
    assert flow.journal("room_moved") == 1
    assert flow.one("SELECT count(*) FROM outbox WHERE state = 'failed'") == 0


async def test_lost_right_is_told_and_its_gap_kept(api: BotApi, tmp_path: Path) -> None:
    """With privacy mode on, losing the admin's rights means not seeing: the admin is told at once, in private."""
    api.world.bot["can_read_all_group_messages"] = False
    flow = Flow(api, tmp_path)
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali)
    await flow.settle()
    assert flow.gaps() == []
    world.add_bot(group, admin, "member")
    await flow.settle()
    [told] = flow.said(admin, "I lack rights")
    assert "Read all messages" in told["text"]
    assert "Delete messages" in told["text"]
    assert flow.gaps() == [(f"telegram:{group}", "missing_right")]
    world.add_bot(group, admin, "administrator")
    await flow.settle()
    assert flow.one("SELECT missing FROM rooms") == ""
    await flow.stop()


async def test_right_to_send_is_seen_from_the_groups_permissions(flow: Flow) -> None:
    """A member bot in a group where members may not write lacks `send`; the warning is on record as undelivered."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali, bot=None)
    world.chats[group].permissions["can_send_messages"] = False
    world.add_bot(group, admin, "member")
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert flow.one("SELECT missing FROM rooms") == "send remove"
    assert len(flow.said(admin, "I lack rights")) == 1
    assert len(flow.alerts(admin)) == 1
    assert flow.journal("undelivered") >= 1


async def test_new_admin_gets_waiting_alerts_and_a_former_one_none(flow: Flow) -> None:
    """Known at once by chat_member updates."""
    world = flow.world
    admin, second, ali = world.person("Admin"), world.person("Second"), world.person("Ali")
    await flow.start()
    world.starts(second)
    group = world.group("Officers", admin, second, ali)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    world.promotes(group, admin, second)
    await flow.settle()
    assert len(flow.alerts(second)) == 1
    world.demotes(group, admin, second)
    world.says(group, ali, f"{VIOLATION} again")
    await flow.settle()
    assert len(flow.alerts(second)) == 1
    assert flow.one("SELECT count(*) FROM alerts") == 2


async def test_blocked_chat_is_closed_and_opened_again(flow: Flow) -> None:
    """The bot blocked by its only admin asks in the group; unblocked, the alerts arrive."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali)
    await flow.settle()
    world.blocks(admin)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert len(flow.said(group, "none of them has opened a private chat")) == 1
    world.starts(admin)
    await flow.settle()
    assert len(flow.alerts(admin)) == 1


async def test_block_found_out_by_a_failed_send(flow: Flow) -> None:
    """The update about it was lost: the alert fails, its failure is on record, the group is asked."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali)
    await flow.settle()
    world.blocked.add(admin)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert flow.journal("undelivered") == 1
    assert len(flow.said(group, "none of them has opened a private chat")) == 1


async def test_removed_bot_tells_the_admins(flow: Flow) -> None:
    """And is not there any more."""
    world = flow.world
    admin = world.person("Admin")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin)
    await flow.settle()
    world.remove_bot(group, admin)
    await flow.settle()
    assert len(flow.said(admin, "no longer checked")) == 1
    assert flow.one("SELECT present FROM rooms") == 0


async def test_room_nobody_told_of_is_looked_at_before_its_first_message(flow: Flow) -> None:
    """The update that we were added is lost: admins are known before the first alert all the same."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    allowed, world.allowed = world.allowed, frozenset()
    group = world.group("Officers", admin, ali)
    world.allowed = allowed
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert len(flow.alerts(admin)) == 1


async def test_what_changed_while_away_is_found_at_the_start(flow: Flow) -> None:
    """Rights taken and an admin made while the bot was down, their updates lost."""
    world = flow.world
    admin, second, ali = world.person("Admin"), world.person("Second"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    world.starts(second)
    group = world.group("Officers", admin, second, ali)
    await flow.settle()
    await flow.stop()
    world.promotes(group, admin, second)
    world.add_bot(group, admin, "administrator", can_delete_messages=False)
    world.pending.clear()
    await flow.start()
    await flow.until(lambda: flow.one("SELECT missing FROM rooms") == "remove")
    await flow.settle()
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert len(flow.alerts(second)) == 1


async def test_group_left_while_away_is_found_at_the_start(flow: Flow) -> None:
    """Thrown out while the bot was down, the update lost."""
    world = flow.world
    admin = world.person("Admin")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin)
    await flow.settle()
    await flow.stop()
    world.remove_bot(group, admin)
    world.pending.clear()
    await flow.start()
    await flow.until(lambda: flow.one("SELECT present FROM rooms") == 0)


async def test_pause_longer_than_telegram_keeps_updates_is_a_gap(flow: Flow, tmp_path: Path) -> None:
    """After more than a day away every room shows that something may be missing."""
    world = flow.world
    admin = world.person("Admin")
    await flow.start()
    groups = [world.group(title, admin) for title in ("One", "Two")]
    await flow.settle()
    await flow.stop()
    config = load_config(tmp_path / "config.toml")
    path, vault = prepare(config.settings.store.url, config.key_file, config.base)
    database = Database(path, vault)
    await database.open()
    inbox = Inbox(database)
    assert sorted(json.loads(await inbox.cursor("telegram", "rooms") or "")) == sorted(
        f"telegram:{group}" for group in groups
    )
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    await inbox.put([], Cursor("telegram", "alive", long_ago.isoformat()))
    await database.close()
    await flow.start()
    await flow.settle()
    assert sorted(flow.gaps()) == sorted((f"telegram:{group}", "downtime") for group in groups)


async def test_room_is_looked_at_again_when_telegram_failed(flow: Flow) -> None:
    """The list of admins could not be had when we were added: asked for again, the alert finds its way."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    flow.api.fail("getChatAdministrators", ApiError(500, "Internal Server Error"))
    group = world.group("Officers", admin, ali)
    world.says(group, ali, VIOLATION)
    await flow.until(lambda: flow.alerts(admin))


async def test_answer_that_lacks_what_newer_servers_tell_is_enough(flow: Flow) -> None:
    """Older Bot API servers leave out rights that the library insists on."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    shown = world.users[admin]
    small = {"ok": True, "result": [{"status": "administrator", "user": shown}, {"status": "creator"}, 5]}
    flow.api.fail("getChatAdministrators", json.dumps(small).encode())
    group = world.group("Officers", admin, ali)
    world.says(group, ali, VIOLATION)
    await flow.settle()
    assert len(flow.alerts(admin)) == 1


async def test_new_title_is_in_the_next_alert(flow: Flow) -> None:
    """The alert names the room by its title."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    group = world.group("Officers", admin, ali)
    world.renames(group, admin, "Officers of the Division")
    world.says(group, ali, VIOLATION)
    await flow.settle()
    [alert] = flow.alerts(admin)
    assert "Officers of the Division" in alert["text"]


async def test_many_rooms_seen_for_the_first_time_at_once(flow: Flow) -> None:
    """They are looked at side by side, each before its first message."""
    world = flow.world
    admin, ali = world.person("Admin"), world.person("Ali")
    await flow.start()
    world.starts(admin)
    allowed, world.allowed = world.allowed, frozenset()
    groups = [world.group(f"Group {number}", admin, ali) for number in range(12)]
    world.allowed = allowed
    for group in groups:
        world.says(group, ali, VIOLATION)
    await flow.settle()
    assert flow.one("SELECT count(*) FROM admins") == 12
    assert len(flow.alerts(admin)) == 12
