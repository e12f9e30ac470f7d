"""The store's part on what was circulated: the posts, who is known in a room, and who has read."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.store import schema
from bot.store.vault import Vault
from handlers.circulation import OPEN_FOR, Circulation, CirculationId, OnRoll
from handlers.events import MemberId, RoomId
from handlers.permission import Known
from handlers.records import Language

_CIRCULATIONS = schema.circulations.c
_CHAIN = select(schema.rooms.c.chain).where(schema.rooms.c.id == bindparam("in_room")).scalar_subquery()
_ROOMS = select(schema.rooms.c.id).where(schema.rooms.c.chain == _CHAIN)
_OF_ROOM = select(schema.circulations).where(_CIRCULATIONS.room.in_(_ROOMS)).order_by(_CIRCULATIONS.id)
_OPEN = (
    select(_CIRCULATIONS.id)
    .where(
        _CIRCULATIONS.room == bindparam("in_room"),
        _CIRCULATIONS.closed_at.is_(None),
        _CIRCULATIONS.at > bindparam("from_then"),
    )
    .limit(1)
)
_MEMBERS = select(schema.roll_members).where(schema.roll_members.c.room.in_(_ROOMS))
_ADMINS = select(schema.admins).where(
    schema.admins.c.room == bindparam("in_room"), schema.admins.c.standing != "anonymous_admin"
)
_FOUND = (
    select(schema.findings.c.member, schema.findings.c.kept_sealed)
    .where(schema.findings.c.room.in_(_ROOMS), schema.findings.c.kept_sealed.is_not(None))
    .order_by(schema.findings.c.id.desc())
    .limit(500)
)
_NEW_MEMBER = sqlite_insert(schema.roll_members)
_SEEN = _NEW_MEMBER.on_conflict_do_update(
    index_elements=["room", "member"], set_={"name_sealed": _NEW_MEMBER.excluded.name_sealed}
)
_HAS = select(schema.roll_members.c.member).where(
    schema.roll_members.c.room == bindparam("in_room"), schema.roll_members.c.member == bindparam("who")
)
_OWN_READINGS = (
    select(func.count())
    .select_from(schema.roll_reads)
    .join(schema.circulations, _CIRCULATIONS.id == schema.roll_reads.c.circulation)
    .where(schema.roll_reads.c.member == bindparam("who"), _CIRCULATIONS.room == schema.roll_members.c.room)
    .correlate(schema.roll_members)
    .scalar_subquery()
    .label("readings")
)
_OWN_ROLLS = (
    select(schema.roll_members.c.room, _OWN_READINGS)
    .where(schema.roll_members.c.member == bindparam("who"))
    .order_by(schema.roll_members.c.room)
)


class CirculationStore:
    """`handlers.ports.Circulations`; part of SqlTransaction."""

    _connection: Connection
    _vault: Vault

    async def add_circulation(self, circulation: Circulation) -> CirculationId:
        sealed = self._vault.seal(circulation.text, "circulations.text") if circulation.text else None
        added = self._connection.execute(
            insert(schema.circulations).returning(_CIRCULATIONS.id),
            {
                "room": circulation.room,
                "language": circulation.language.value,
                "text_sealed": sealed,
                "at": circulation.at.timestamp(),
                "by": circulation.by,
            },
        )
        return CirculationId(added.scalar_one())

    async def circulation(self, circulation: CirculationId) -> Circulation | None:
        row = self._connection.execute(
            select(schema.circulations).where(_CIRCULATIONS.id == circulation)
        ).one_or_none()
        return self._circulation(row) if row is not None else None

    async def circulations(self, room: RoomId) -> Sequence[Circulation]:
        return [self._circulation(row) for row in self._connection.execute(_OF_ROOM, {"in_room": room}).all()]

    async def is_circulating(self, room: RoomId, now: datetime) -> bool:
        given = {"in_room": room, "from_then": (now - OPEN_FOR).timestamp()}
        return self._connection.execute(_OPEN, given).first() is not None

    async def close_circulation(self, circulation: CirculationId, at: datetime) -> bool:
        closed = self._connection.execute(
            update(schema.circulations)
            .where(_CIRCULATIONS.id == circulation, _CIRCULATIONS.closed_at.is_(None))
            .values(closed_at=at.timestamp())
        )
        return closed.rowcount == 1

    async def seen_member(self, room: RoomId, member: MemberId, name: str) -> bool:
        known = self._connection.execute(_HAS, {"in_room": room, "who": member}).first() is not None
        if not known:
            sealed = self._vault.seal(name, "roll_members.name")
            self._connection.execute(_SEEN, {"room": room, "member": member, "name_sealed": sealed})
        return not known

    async def own_rolls(self, member: MemberId) -> Sequence[tuple[RoomId, int]]:
        rows = self._connection.execute(_OWN_ROLLS, {"who": member}).all()
        return [(RoomId(row.room), int(row.readings)) for row in rows]

    async def left_member(self, room: RoomId, member: MemberId) -> None:
        self._connection.execute(
            delete(schema.roll_members).where(
                schema.roll_members.c.room == room, schema.roll_members.c.member == member
            )
        )

    async def move_roll(self, old: RoomId, new: RoomId) -> None:
        for row in self._connection.execute(
            select(schema.roll_members).where(schema.roll_members.c.room == old)
        ).all():
            values = {"room": new, "member": row.member, "name_sealed": row.name_sealed}
            self._connection.execute(_SEEN, values)
        self._connection.execute(delete(schema.roll_members).where(schema.roll_members.c.room == old))
        self._connection.execute(
            update(schema.circulations).where(_CIRCULATIONS.room == old).values(room=new)
        )

    async def has_read(self, circulation: CirculationId, member: MemberId, at: datetime) -> bool:
        added = self._connection.execute(
            sqlite_insert(schema.roll_reads)
            .values(circulation=circulation, member=member, at=at.timestamp())
            .on_conflict_do_nothing(index_elements=["circulation", "member"])
        )
        return added.rowcount == 1

    async def roll(self, circulation: Circulation) -> Sequence[OnRoll]:
        reads = {
            row.member: datetime.fromtimestamp(row.at, UTC)
            for row in self._connection.execute(
                select(schema.roll_reads).where(schema.roll_reads.c.circulation == circulation.id)
            ).all()
        }
        members = self._connection.execute(_MEMBERS, {"in_room": circulation.room}).all()
        listed = [
            OnRoll(
                MemberId(row.member),
                self._vault.open(row.name_sealed, "roll_members.name"),
                reads.get(row.member),
            )
            for row in members
        ]
        return sorted(listed, key=lambda one: (one.at is not None, one.name.casefold(), one.member))

    async def known_members(self, room: RoomId) -> Sequence[Known]:
        names: dict[str, str] = {}
        for row in self._connection.execute(_FOUND, {"in_room": room}).all():
            kept = json.loads(self._vault.open(row.kept_sealed, "findings.kept"))
            names.setdefault(row.member, kept["name"])
        for table, query in (("admins", _ADMINS), ("roll_members", _MEMBERS)):
            for row in self._connection.execute(query, {"in_room": room}).all():
                names[row.member] = self._vault.open(row.name_sealed, f"{table}.name")
        known = [Known(MemberId(member), name) for member, name in names.items() if name]
        return sorted(known, key=lambda one: (one.name.casefold(), one.id))

    def _circulation(self, row: Row[Any]) -> Circulation:
        sealed = row.text_sealed
        return Circulation(
            room=RoomId(row.room),
            language=Language(row.language),
            at=datetime.fromtimestamp(row.at, UTC),
            by=MemberId(row.by),
            text=self._vault.open(sealed, "circulations.text") if sealed is not None else "",
            closed_at=datetime.fromtimestamp(row.closed_at, UTC) if row.closed_at is not None else None,
            id=CirculationId(row.id),
        )
