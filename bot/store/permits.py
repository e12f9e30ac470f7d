"""The store's part on permissions, and on what an admin is about to register or to circulate."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.store import schema
from bot.store.vault import Vault
from handlers.circulation import Draft
from handlers.events import MemberId, RoomId
from handlers.permission import Permission, PermissionId

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)
_PERMISSIONS = schema.permissions.c
_CHAIN = select(schema.rooms.c.chain).where(schema.rooms.c.id == bindparam("in_room")).scalar_subquery()
_ROOMS = select(schema.rooms.c.id).where(schema.rooms.c.chain == _CHAIN)
_OF_ROOM = (
    select(schema.permissions)
    .where(_PERMISSIONS.room.in_(_ROOMS), _PERMISSIONS.withdrawn_at.is_(None))
    .order_by(_PERMISSIONS.id)
)
_ENDING = (
    select(schema.permissions)
    .where(
        _PERMISSIONS.withdrawn_at.is_(None),
        _PERMISSIONS.until > bindparam("now"),
        _PERMISSIONS.until <= bindparam("by"),
        _PERMISSIONS.told > 0,
    )
    .order_by(_PERMISSIONS.id)
)
_ONE = select(schema.permissions).where(_PERMISSIONS.id == bindparam("permission"))


class PermitStore:
    """`handlers.ports.Permits`; part of SqlTransaction."""

    _connection: Connection
    _vault: Vault

    async def permissions(self, room: RoomId) -> Sequence[Permission]:
        rows = self._connection.execute(_OF_ROOM, {"in_room": room}).all()
        return [self._permission(row) for row in rows]

    async def permission(self, permission: PermissionId) -> Permission | None:
        row = self._connection.execute(_ONE, {"permission": permission}).one_or_none()
        return self._permission(row) if row is not None else None

    async def permissions_ending(self, now: datetime, by: datetime) -> Sequence[Permission]:
        given = {"now": now.timestamp(), "by": by.timestamp()}
        return [self._permission(row) for row in self._connection.execute(_ENDING, given).all()]

    async def add_permission(self, permission: Permission) -> PermissionId:
        added = self._connection.execute(
            insert(schema.permissions).returning(_PERMISSIONS.id),
            {
                "room": permission.room,
                "member": permission.member,
                "clause": permission.clause,
                "kept_sealed": self._sealed(permission),
                "paper": permission.paper,
                "since": permission.since.timestamp(),
                "until": permission.until.timestamp(),
                "registered_at": permission.registered_at.timestamp(),
                "by": permission.by,
                "told": permission.told,
            },
        )
        return PermissionId(added.scalar_one())

    async def save_paper(self, permission: Permission, paper: str, name: str) -> None:
        changed = replace(permission, paper=paper, paper_name=name)
        self._change(permission.id, paper=paper, kept_sealed=self._sealed(changed))

    async def told_of_end(self, permission: PermissionId, stage: int) -> None:
        self._change(permission, told=stage)

    async def withdraw_permission(self, permission: PermissionId, by: MemberId, at: datetime) -> bool:
        changed = self._connection.execute(
            update(schema.permissions)
            .where(_PERMISSIONS.id == permission, _PERMISSIONS.withdrawn_at.is_(None))
            .values(withdrawn_at=at.timestamp(), withdrawn_by=by)
        )
        return changed.rowcount == 1

    async def own_permissions(self, member: MemberId) -> int:
        query = select(func.count()).select_from(schema.permissions).where(_PERMISSIONS.member == member)
        return int(self._connection.execute(query).scalar_one())

    async def draft(self, member: MemberId) -> Draft | None:
        sealed = self._connection.execute(
            select(schema.drafts.c.draft_sealed).where(schema.drafts.c.member == member)
        ).scalar_one_or_none()
        return _DRAFT.validate_json(self._vault.open(sealed, "drafts.draft")) if sealed is not None else None

    async def save_draft(self, member: MemberId, draft: Draft | None) -> None:
        if draft is None:
            self._connection.execute(delete(schema.drafts).where(schema.drafts.c.member == member))
            return
        sealed = self._vault.seal(_DRAFT.dump_json(draft).decode(), "drafts.draft")
        new = sqlite_insert(schema.drafts).values(member=member, draft_sealed=sealed, at=draft.at.timestamp())
        changed = {"draft_sealed": new.excluded.draft_sealed, "at": new.excluded.at}
        self._connection.execute(new.on_conflict_do_update(index_elements=["member"], set_=changed))

    def _change(self, permission: PermissionId, **values: object) -> None:
        self._connection.execute(
            update(schema.permissions).where(_PERMISSIONS.id == permission).values(**values)
        )

    def _sealed(self, permission: Permission) -> bytes:
        kept = {
            "reference": permission.reference,
            "authority": permission.authority,
            "subject": permission.subject,
            "member_name": permission.member_name,
            "paper_name": permission.paper_name,
        }
        return self._vault.seal(json.dumps(kept), "permissions.kept")

    def _permission(self, row: Row[Any]) -> Permission:
        kept: dict[str, str] = json.loads(self._vault.open(row.kept_sealed, "permissions.kept"))
        return Permission(
            room=RoomId(row.room),
            since=datetime.fromtimestamp(row.since, UTC),
            until=datetime.fromtimestamp(row.until, UTC),
            registered_at=datetime.fromtimestamp(row.registered_at, UTC),
            by=MemberId(row.by),
            member=MemberId(row.member),
            clause=row.clause,
            paper=row.paper,
            told=row.told,
            id=PermissionId(row.id),
            **kept,
        )
