"""The store's part on appeals and lessons, and on what a member may see and have erased of himself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, union, update

from bot.store import schema
from bot.store.vault import Vault
from handlers.contested import Appeal, AppealId, AppealState, Lesson, OwnRoom
from handlers.events import MemberId, MessageId, RoomId
from handlers.records import Alert, AlertId, AlertState, FindingState, KeptFinding
from policies.text.key import key as sound
from policies.text.mark import canonical_text, same_words, words_mark

# Marks of shorter texts would bring together what only sounds alike.
_NEAR_WORDS = 8


class AppealStore:
    """`handlers.ports.Contested`; part of SqlTransaction."""

    _connection: Connection
    _vault: Vault

    def _chain_rooms(self, room: RoomId) -> Select[tuple[str]]:
        raise NotImplementedError

    async def _findings(self, query: Select[Any]) -> Sequence[KeptFinding]:
        raise NotImplementedError

    # -- appeals

    async def add_appeal(self, alert: Alert, reason: str, at: datetime) -> Appeal | None:
        if await self.appeal_of(alert.id) is not None:
            return None
        added = self._connection.execute(
            insert(schema.appeals).returning(schema.appeals.c.id),
            {
                "alert": alert.id,
                "room": alert.room,
                "message": alert.message,
                "member": alert.member,
                "reason_sealed": self._vault.seal(reason, "appeals.reason"),
                "at": at.timestamp(),
                "state": AppealState.OPEN.value,
            },
        )
        number = AppealId(added.scalar_one())
        return Appeal(number, alert.id, alert.room, alert.message, alert.member, at, reason)

    async def appeal(self, appeal: AppealId) -> Appeal | None:
        return self._one_appeal(schema.appeals.c.id == appeal)

    async def appeal_of(self, alert: AlertId) -> Appeal | None:
        return self._one_appeal(schema.appeals.c.alert == alert)

    async def open_appeals(self, room: RoomId) -> Sequence[Appeal]:
        table = schema.appeals
        query = select(table).where(table.c.room.in_(self._chain_rooms(room)), table.c.state == "open")
        return [self._appeal(row) for row in self._connection.execute(query.order_by(table.c.id)).all()]

    async def add_reason(self, appeal: AppealId, reason: str) -> None:
        self._connection.execute(
            update(schema.appeals)
            .where(schema.appeals.c.id == appeal)
            .values(reason_sealed=self._vault.seal(reason, "appeals.reason"))
        )

    async def decide_appeal(self, appeal: Appeal, state: AppealState, by: MemberId, at: datetime) -> bool:
        table = schema.appeals
        decided = self._connection.execute(
            update(table)
            .where(table.c.id == appeal.id, table.c.state == AppealState.OPEN.value)
            .values(state=state.value, decided_at=at.timestamp(), decided_by=by)
        )
        return bool(decided.rowcount == 1)

    async def overturn(self, alert: AlertId) -> None:
        # Whoever acted on the alert before, and when, stays on record.
        findings, alerts = schema.findings, schema.alerts
        self._connection.execute(
            update(findings).where(findings.c.alert == alert).values(state=FindingState.FALSE_ALARM.value)
        )
        self._connection.execute(
            update(alerts).where(alerts.c.id == alert).values(state=AlertState.FALSE_ALARM.value)
        )

    def _one_appeal(self, condition: Any) -> Appeal | None:
        row = self._connection.execute(select(schema.appeals).where(condition)).one_or_none()
        return self._appeal(row) if row is not None else None

    def _appeal(self, row: Row[Any]) -> Appeal:
        sealed = row.reason_sealed
        return Appeal(
            AppealId(row.id),
            AlertId(row.alert),
            RoomId(row.room),
            MessageId(row.message),
            MemberId(row.member),
            datetime.fromtimestamp(row.at, UTC),
            self._vault.open(sealed, "appeals.reason") if sealed is not None else "",
            AppealState(row.state),
            datetime.fromtimestamp(row.decided_at, UTC) if row.decided_at else None,
            MemberId(row.decided_by) if row.decided_by else None,
        )

    # -- lessons

    def wording(self, text: str) -> tuple[str, str]:
        # By sound, so that `siyasat` and `syasat` are one wording; keyed, so that no word can be tried against it.
        words = canonical_text(text).split()
        if not words:
            return "", ""  # signs only: every such message would be the same
        sounds = " ".join(sound(word) or word for word in words)
        mark = words_mark(sounds, self._vault.likeness_key) if len(words) >= _NEAR_WORDS else ""
        return self._vault.digest(f"lesson|{sounds}"), mark

    async def add_lesson(self, lesson: Lesson) -> bool:
        table = schema.lessons
        same = select(table.c.id).where(
            table.c.room.in_(self._chain_rooms(lesson.room)),
            table.c.clause == lesson.clause,
            table.c.digest == lesson.digest,
        )
        if self._connection.execute(same).first() is not None:
            return False
        text = lesson.text
        self._connection.execute(
            insert(table),
            {
                "room": lesson.room,
                "message": lesson.message,
                "member": lesson.member,
                "clause": lesson.clause,
                "reason": lesson.reason,
                "digest": lesson.digest,
                "mark": lesson.mark,
                "at": lesson.at.timestamp(),
                "source": lesson.source,
                "text_sealed": self._vault.seal(text, "lessons.text") if text is not None else None,
            },
        )
        return True

    async def learnt(self, room: RoomId, text: str) -> Sequence[tuple[str, str]]:
        table = schema.lessons
        query = select(table.c.clause, table.c.reason, table.c.digest, table.c.mark)
        rows = self._connection.execute(query.where(table.c.room.in_(self._chain_rooms(room)))).all()
        if not rows:
            return []
        digest, mark = self.wording(text)
        if not digest:
            return []
        same = [(row.clause, "") for row in rows if row.digest == digest]
        near = [(row.clause, row.reason) for row in rows if row.mark and same_words(row.mark, mark)]
        return [*same, *near]

    async def lessons(self, room: RoomId) -> Sequence[Lesson]:
        table = schema.lessons
        query = select(table).where(table.c.room.in_(self._chain_rooms(room))).order_by(table.c.id)
        return [
            Lesson(
                RoomId(row.room),
                MessageId(row.message),
                MemberId(row.member),
                row.clause,
                row.reason,
                row.digest,
                row.mark,
                datetime.fromtimestamp(row.at, UTC),
                row.source,
                self._vault.open(row.text_sealed, "lessons.text") if row.text_sealed is not None else None,
            )
            for row in self._connection.execute(query).all()
        ]

    # -- what a member may see and have erased of himself

    async def own_rooms(self, member: MemberId) -> Sequence[OwnRoom]:
        judged, found, lessons = schema.judged.c, schema.findings.c, schema.lessons.c
        rooms = union(
            select(judged.room).where(judged.sender == member),
            select(found.room).where(found.member == member),
        )
        told = []
        for room in sorted(self._connection.execute(rooms).scalars()):
            here = RoomId(room)
            count = select(func.count()).select_from(schema.judged)
            times = count.where(judged.sender == member, judged.room == room)
            kept = select(func.count()).select_from(schema.lessons)
            kept = kept.where(
                lessons.member == member, lessons.room == room, lessons.text_sealed.is_not(None)
            )
            one = OwnRoom(here, int(self._connection.execute(times).scalar_one()))
            told.append(replace(one, lessons=int(self._connection.execute(kept).scalar_one())))
        return told

    async def own_findings(self, member: MemberId, room: RoomId) -> Sequence[KeptFinding]:
        table = schema.findings
        return await self._findings(select(table).where(table.c.member == member, table.c.room == room))

    async def erase_texts(self, member: MemberId, room: RoomId) -> int:
        findings, lessons, appeals = schema.findings, schema.lessons, schema.appeals
        erased = self._connection.execute(
            update(findings)
            .where(findings.c.member == member, findings.c.room == room, findings.c.kept_sealed.is_not(None))
            .values(kept_sealed=None)
        )
        for table, column in ((lessons, "text_sealed"), (appeals, "reason_sealed")):
            self._connection.execute(
                update(table).where(table.c.member == member, table.c.room == room).values({column: None})
            )
        return int(erased.rowcount)
