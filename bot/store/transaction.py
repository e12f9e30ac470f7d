"""`handlers.ports.Transaction` on SQLAlchemy Core: everything a handler asks of the store, inside one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store import schema, statements
from bot.store.alerts import AlertStore
from bot.store.appeals import AppealStore
from bot.store.circulations import CirculationStore
from bot.store.figures import Figures
from bot.store.files import FileStore
from bot.store.journal import GENESIS, make_entry
from bot.store.permits import PermitStore
from bot.store.times import TimesStore
from bot.store.vault import Vault
from handlers.events import Member, MemberId, MessageId, RoomId, Standing
from handlers.figures import DigestCounts, ExpiringPermission
from handlers.records import (
    ORDER,
    SETTINGS,
    Admin,
    Alert,
    AlertId,
    AlertState,
    EditSent,
    FindingId,
    FindingState,
    JudgedMessage,
    KeptFinding,
    Language,
    Mode,
    Order,
    Room,
    Send,
    SendFile,
    Warned,
)

SOON = timedelta(days=14)
_ADMIN_STANDINGS = {Standing.ADMIN, Standing.CREATOR, Standing.ANONYMOUS_ADMIN}


def when(seconds: float) -> datetime:
    """The instant of a kept time."""
    return datetime.fromtimestamp(seconds, UTC)


def platform_of(ident: str) -> str:
    """The platform in front of a room's or member's id."""
    return ident.partition(":")[0]


class SqlTransaction(AlertStore, AppealStore, CirculationStore, FileStore, PermitStore, TimesStore):
    """One transaction's view of the store; made by the worker for the connection of its job."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # -- rooms and people

    async def room(self, room: RoomId) -> Room | None:
        row = await self._one(statements.ROOM, room=room)
        if row is not None and row.moved_to is not None:
            return await self.room(RoomId(row.moved_to))
        return self._room(row) if row is not None else None

    async def save_room(self, room: Room) -> None:
        values = {
            "title_sealed": self._vault.seal(room.title, "rooms.title"),
            "mode": room.mode.value,
            "language": room.language.value,
            "kind": room.kind,
            "present": room.present,
            "joined_at": room.joined_at.timestamp() if room.joined_at else None,
            "missing": " ".join(room.missing),
            "settings": SETTINGS.dump_json(room.settings).decode(),
        }
        await self._upsert(schema.rooms, {"id": room.id, "chain": room.id}, values, keys=("id",))

    async def move_room(self, old: RoomId, new: RoomId) -> None:
        row = await self._one(select(schema.rooms).where(schema.rooms.c.id == old))
        if row is None or row.moved_to is not None or old == new:
            return
        successor = row._asdict() | {"id": new, "moved_to": None}
        await self._upsert(schema.rooms, {"id": new}, {k: v for k, v in successor.items() if k != "id"})
        self._connection.execute(
            update(schema.rooms).where(schema.rooms.c.id == old).values(present=False, moved_to=new)
        )
        for admin in await self._all(select(schema.admins).where(schema.admins.c.room == old)):
            values = {"name_sealed": admin.name_sealed, "standing": admin.standing}
            await self._upsert(schema.admins, {"room": new, "member": admin.member}, values)
        await self.move_roll(old, new)

    async def admins(self, room: RoomId) -> Sequence[Admin]:
        rows = await self._all(statements.ADMINS, room=room)
        return [
            Admin(
                MemberId(row.member),
                self._vault.open(row.name_sealed, "admins.name"),
                Standing(row.standing),
                RoomId(row.private) if row.private else None,
            )
            for row in rows
        ]

    async def save_admin(self, room: RoomId, admin: Member) -> None:
        if admin.standing not in _ADMIN_STANDINGS:
            self._connection.execute(
                schema.admins.delete().where(schema.admins.c.room == room, schema.admins.c.member == admin.id)
            )
            return
        values = {
            "name_sealed": self._vault.seal(admin.name, "admins.name"),
            "standing": admin.standing.value,
        }
        await self._upsert(schema.admins, {"room": room, "member": admin.id}, values)

    async def rooms_of(self, admin: MemberId) -> Sequence[Room]:
        rows = await self._all(
            select(schema.rooms)
            .join(schema.admins, schema.admins.c.room == schema.rooms.c.id)
            .where(schema.admins.c.member == admin, schema.rooms.c.present)
            .order_by(schema.rooms.c.id)
        )
        return [self._room(row) for row in rows]

    async def private_chat(self, member: MemberId) -> RoomId | None:
        found = await self._scalar(
            select(schema.private_chats.c.room).where(schema.private_chats.c.member == member)
        )
        return RoomId(found) if found else None

    async def save_private_chat(self, member: MemberId, room: RoomId | None) -> None:
        if room is None:
            self._connection.execute(
                schema.private_chats.delete().where(schema.private_chats.c.member == member)
            )
        else:
            await self._upsert(schema.private_chats, {"member": member}, {"room": room})

    # -- messages and findings

    def content_digest(self, text: str) -> str:
        return self._vault.digest(text)

    async def judged(self, room: RoomId, message: MessageId) -> JudgedMessage | None:
        row = await self._one(statements.JUDGED, room=room, message=message)
        if row is None:
            return None
        return JudgedMessage(
            room=RoomId(row.room),
            message=MessageId(row.message),
            sender=MemberId(row.sender),
            sent_at=when(row.sent_at),
            judged_at=when(row.judged_at),
            digest=row.digest,
            verdict=row.verdict,
            thread=row.thread,
            album=row.album,
            warned_as=row.warned_as,
        )

    async def save_judged(self, judged: JudgedMessage) -> None:
        values = {
            "sender": judged.sender,
            "sent_at": judged.sent_at.timestamp(),
            "digest": judged.digest,
            "verdict": judged.verdict,
            "thread": judged.thread,
            "album": judged.album,
            "warned_as": judged.warned_as,
            "judged_at": judged.judged_at.timestamp(),
        }
        await self._upsert(schema.judged, {"room": judged.room, "message": judged.message}, values)

    async def album_warned(self, room: RoomId, album: str) -> bool:
        found = await self._scalar(
            select(func.count())
            .select_from(schema.judged)
            .where(
                schema.judged.c.room == room,
                schema.judged.c.album == album,
                schema.judged.c.warned_as.is_not(None),
            )
        )
        return bool(found)

    async def add_finding(self, finding: KeptFinding) -> None:
        kept = json.dumps(
            {"name": finding.member_name, "text": finding.text, "link": finding.link, "file": finding.file}
        )
        self._connection.execute(
            statements.added(schema.findings),
            {
                "room": finding.room,
                "message": finding.message,
                "member": finding.member,
                "kept_sealed": self._vault.seal(kept, "findings.kept"),
                "clause": finding.clause,
                "action": finding.action,
                "score": finding.score,
                "start": finding.start,
                "end": finding.end,
                "cite": finding.cite,
                "reason": finding.reason,
                "sent_at": finding.sent_at.timestamp(),
                "found_at": finding.found_at.timestamp(),
                "pack": finding.pack,
                "model": finding.model,
                "part": finding.part,
                "state": finding.state.value,
                "alert": finding.alert,
                "permission": finding.permission,
            },
        )

    async def findings_of(self, room: RoomId, message: MessageId) -> Sequence[KeptFinding]:
        return await self._findings(
            select(schema.findings).where(
                schema.findings.c.room == room, schema.findings.c.message == message
            )
        )

    async def add_alert(
        self, room: RoomId, message: MessageId, member: MemberId, *, at: datetime, rehearsed: bool
    ) -> AlertId:
        result = self._connection.execute(
            statements.ADD_ALERT,
            {
                "room": room,
                "message": message,
                "member": member,
                "raised_at": at.timestamp(),
                "rehearsed": rehearsed,
                "state": AlertState.OPEN.value,
            },
        )
        return AlertId(result.scalar_one())

    async def alert(self, alert: AlertId) -> Alert | None:
        row = await self._one(statements.ALERT, alert=alert)
        return _alert(row) if row is not None else None

    async def findings_of_alert(self, alert: AlertId) -> Sequence[KeptFinding]:
        return [self._finding(row) for row in await self._all(statements.FINDINGS_OF_ALERT, alert=alert)]

    async def open_alerts(self, room: RoomId) -> Sequence[Alert]:
        rows = await self._all(
            select(schema.alerts)
            .where(schema.alerts.c.room.in_(self._chain_rooms(room)), schema.alerts.c.state == "open")
            .order_by(schema.alerts.c.id)
        )
        return [_alert(row) for row in rows]

    async def alerts_since(self, room: RoomId, since: datetime) -> int:
        found = await self._scalar(statements.ALERTS_SINCE, room=room, since=since.timestamp())
        return int(found or 0)

    async def act_on_alert(self, alert: AlertId, state: AlertState, by: MemberId, at: datetime) -> bool:
        acted = self._connection.execute(
            update(schema.alerts)
            .where(schema.alerts.c.id == alert, schema.alerts.c.state == AlertState.OPEN.value)
            .values(state=state.value, acted_at=at.timestamp(), acted_by=by)
        )
        if acted.rowcount != 1:
            return False
        self._connection.execute(
            update(schema.findings).where(schema.findings.c.alert == alert).values(state=state.value)
        )
        return True

    async def warnings_since(self, room: RoomId, member: MemberId, since: datetime) -> Sequence[Warned]:
        rows = await self._all(statements.WARNINGS_SINCE, room=room, member=member, since=since.timestamp())
        return [
            Warned(RoomId(row.room), MemberId(row.member), when(row.at), row.key, row.times) for row in rows
        ]

    async def add_warning(self, warned: Warned) -> None:
        values = {
            "room": warned.room,
            "member": warned.member,
            "at": warned.at.timestamp(),
            "times": warned.times,
        }
        await self._upsert(schema.warnings, {"key": warned.key}, values)

    async def count_on_warning(self, key: str, at: datetime) -> int:  # noqa: ARG002 - the window is the first warning's
        counted = self._connection.execute(
            update(schema.warnings)
            .where(schema.warnings.c.key == key)
            .values(times=schema.warnings.c.times + 1)
            .returning(schema.warnings.c.times)
        )
        return int(counted.scalar_one())

    # -- gaps and the digest

    async def add_gap(
        self,
        room: RoomId,
        reason: str,
        *,
        at: datetime,
        message: MessageId | None,
        count: int,
        file: str | None = None,
    ) -> None:
        self._connection.execute(
            insert(schema.gaps).values(
                room=room, reason=reason, at=at.timestamp(), message=message, count=count, file=file
            )
        )

    async def mend_gap(
        self, room: RoomId, message: MessageId, at: datetime, *, file: str | None = None
    ) -> bool:
        given = {"in_room": room, "of_message": message, "now": at.timestamp()}
        mended = self._connection.execute(
            statements.MEND_GAP if file is None else statements.MEND_FILE_GAP,
            given if file is None else {**given, "of_file": file},
        )
        return mended.rowcount > 0

    async def open_links(self, room: RoomId) -> Sequence[tuple[MessageId, datetime]]:
        rows = self._connection.execute(statements.OPEN_LINKS, {"in_room": room}).all()
        return [(MessageId(row.message), when(row.at)) for row in rows]

    async def digest_counts(self, room: RoomId, since: datetime, until: datetime) -> DigestCounts:
        rooms, chain = self._chain_rooms(room), await self._chain(room)
        counts = Figures(self._connection, rooms, chain, since, until).counts()
        ending = tuple(
            ExpiringPermission(one.reference, one.until)
            for one in await self.permissions(room)
            if until < one.until <= until + SOON
        )
        return replace(counts, permissions_expiring=ending)

    # -- the record and the way out

    async def journal(self, room: RoomId, entry: str, at: datetime, facts: Mapping[str, object]) -> None:
        chain = await self._chain(room)
        last = await self._one(statements.LAST_ENTRY, chain=chain)
        made = make_entry(
            chain,
            last.n + 1 if last else 1,
            at.astimezone(UTC),
            entry,
            facts,
            last.hash if last else GENESIS,
        )
        self._connection.execute(
            statements.added(schema.journal),
            {
                "chain": made.chain,
                "n": made.n,
                "at": made.at,
                "entry": made.entry,
                "facts": made.facts,
                "previous": made.previous,
                "hash": made.hash,
            },
        )

    async def order(self, order: Order) -> None:
        platform = await self._platform(order)
        if not platform:
            return  # what was never ordered cannot be edited
        self._connection.execute(
            statements.ADD_ORDER,
            {
                "key": order.key,
                "platform": platform,
                "priority": int(order.priority),
                "order_sealed": self._vault.seal(ORDER.dump_json(order).decode(), "outbox.order"),
                "state": "pending",
                "attempts": 0,
                "created_at": datetime.now(UTC).timestamp(),
                "not_before": 0.0,
            },
        )

    async def is_new_order(self, key: str) -> bool:
        return await self._scalar(select(schema.outbox.c.id).where(schema.outbox.c.key == key)) is None

    async def cancel_unsent(self, key_prefix: str) -> int:
        cancelled = self._connection.execute(
            update(schema.outbox)
            .where(
                schema.outbox.c.key.startswith(key_prefix, autoescape=True),
                schema.outbox.c.state == "pending",
            )
            .values(state="cancelled", order_sealed=None)
        )
        return int(cancelled.rowcount)

    async def sent_as(self, room: RoomId, message: MessageId) -> str | None:
        found = await self._scalar(
            select(schema.outbox.c.key).where(
                schema.outbox.c.sent_room == room, schema.outbox.c.sent_message == message
            )
        )
        return str(found) if found else None

    # -- helpers

    async def _platform(self, order: Order) -> str:
        if isinstance(order, EditSent):
            found = await self._scalar(
                select(schema.outbox.c.platform).where(schema.outbox.c.key == order.sent_key)
            )
            return str(found or "")
        if isinstance(order, Send | SendFile):
            ident = order.room or order.member
            if ident is None:
                raise ValueError("what is sent needs a room or a member")
            return platform_of(ident)
        return platform_of(order.room)

    async def _chain(self, room: RoomId) -> str:
        found = await self._scalar(statements.CHAIN, room=room)
        return str(found) if found else room

    def _chain_rooms(self, room: RoomId) -> Select[tuple[str]]:
        chain = select(schema.rooms.c.chain).where(schema.rooms.c.id == room).scalar_subquery()
        return select(schema.rooms.c.id).where(schema.rooms.c.chain == chain)

    async def _findings(self, query: Select[Any]) -> Sequence[KeptFinding]:
        return [self._finding(row) for row in await self._all(query.order_by(schema.findings.c.id))]

    def _finding(self, row: Row[Any]) -> KeptFinding:
        kept: dict[str, Any] = {"name": "", "text": "", "link": None}
        if row.kept_sealed is not None:
            kept = json.loads(self._vault.open(row.kept_sealed, "findings.kept"))
        return KeptFinding(
            id=FindingId(row.id),
            room=RoomId(row.room),
            message=MessageId(row.message),
            member=MemberId(row.member),
            member_name=kept["name"],
            clause=row.clause,
            action=row.action,
            score=row.score,
            start=row.start,
            end=row.end,
            cite=row.cite,
            reason=row.reason,
            text=kept["text"],
            link=kept["link"],
            file=kept.get("file", ""),
            sent_at=when(row.sent_at),
            found_at=when(row.found_at),
            pack=row.pack,
            model=row.model,
            part=row.part,
            state=FindingState(row.state),
            alert=AlertId(row.alert) if row.alert is not None else None,
            permission=row.permission,
        )

    def _room(self, row: Row[Any]) -> Room:
        return Room(
            id=RoomId(row.id),
            title=self._vault.open(row.title_sealed, "rooms.title"),
            mode=Mode(row.mode),
            language=Language(row.language),
            kind=row.kind,
            present=row.present,
            joined_at=when(row.joined_at) if row.joined_at is not None else None,
            missing=tuple(row.missing.split()),
            settings=SETTINGS.validate_json(row.settings),
        )

    async def _one(self, query: Select[Any], **given: object) -> Row[Any] | None:
        found: Row[Any] | None = self._connection.execute(query, given).one_or_none()
        return found

    async def _all(self, query: Select[Any], **given: object) -> Sequence[Row[Any]]:
        found: Sequence[Row[Any]] = self._connection.execute(query, given).all()
        return found

    async def _scalar(self, query: Select[Any], **given: object) -> Any:
        return self._connection.execute(query, given).scalar_one_or_none()

    async def _upsert(
        self, table: Table, identity: Mapping[str, Any], values: Mapping[str, Any], keys: Sequence[str] = ()
    ) -> None:
        self._connection.execute(
            statements.kept(table, tuple(keys or identity), tuple(values)), {**identity, **values}
        )


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        id=AlertId(row.id),
        room=RoomId(row.room),
        message=MessageId(row.message),
        member=MemberId(row.member),
        raised_at=when(row.raised_at),
        rehearsed=row.rehearsed,
        state=AlertState(row.state),
        acted_at=when(row.acted_at) if row.acted_at is not None else None,
        acted_by=MemberId(row.acted_by) if row.acted_by is not None else None,
    )
