"""The encryption's upkeep: keys uploaded, asked for and claimed when due, and a room's key given to all its devices."""

import asyncio
from typing import Any

import structlog
from nio import (  # type: ignore[import-untyped] # the library ships no types
    ErrorResponse,
    JoinedMembersResponse,
    KeysClaimResponse,
    KeysQueryResponse,
    ShareGroupSessionResponse,
)

from bot.platforms.matrix.client import BotClient
from bot.platforms.matrix.connection import stoppable
from bot.platforms.matrix.errors import checked, error_of, mapped
from bot.platforms.matrix.waiting import WaitingForKeys
from handlers.ports import RetryLater

log = structlog.get_logger()


async def tend_keys(client: BotClient, waiting: WaitingForKeys, stop: asyncio.Event) -> None:
    """Upload, query and claim what is due, and send what is queued for devices; a failure is tried again."""
    if client.olm is None:
        return
    waiting.ask(client.olm)
    with mapped("keys"):
        answers: list[Any] = []
        if client.should_upload_keys:
            answers.append(await stoppable(client.keys_upload(), stop))
        if client.should_query_keys:
            answers.append(await stoppable(client.keys_query(), stop))
        if client.should_claim_keys:
            wanted = client.get_users_for_key_claiming()
            answers.append(await stoppable(client.keys_claim(wanted), stop))
        answers += await stoppable(client.send_to_device_messages(), stop)
    for answer in answers:
        if isinstance(answer, ErrorResponse):
            log.warning("matrix keys", why=str(error_of(answer, type(answer).__name__)))


async def share_room_key(client: BotClient, room: str) -> None:
    """Give the room's key to every device of its members, and make sure of it.

    nio takes the key for shared whatever the server answered; a device that did not get it could read nothing of
    what follows. Raises PlatformError, and the key is shared again at the next attempt.
    """
    machine, known = client.olm, client.rooms[room]
    if not known.members_synced:
        checked(await client.joined_members(room), JoinedMembersResponse, "members")
    if client.should_query_keys:
        checked(await client.keys_query(), KeysQueryResponse, "devices")
    if not machine.should_share_group_session(room):
        return
    missing = client.get_missing_sessions(room)
    if missing:
        checked(await client.keys_claim(missing), KeysClaimResponse, "one-time keys")
    response = await client.share_group_session(room, ignore_unverified_devices=True)
    checked(response, ShareGroupSessionResponse, "share key")
    session = machine.outbound_group_sessions.get(room)
    if session is None:
        raise RetryLater(0.5)
    session.users_shared_with.update(response.users_shared_with)
    for user in known.users:
        for device in client.device_store.active_user_devices(user):
            has_way = machine.session_store.get(device.curve25519) is not None
            got = (user, device.id) in session.users_shared_with | session.users_ignored
            if has_way and not got and device.id != client.device_id:
                session.shared = False
                raise RetryLater(1.0)
