"""The store's part on alerts that wait: which rooms have some, how often they came back, whom to remind when."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store import schema
from handlers.contested import Reminder
from handlers.events import MemberId, RoomId
from handlers.records import AlertId, AlertState, Room, Warned

_OPEN_CHAINS = (
    select(schema.rooms.c.chain)
    .join(schema.alerts, schema.alerts.c.room == schema.rooms.c.id)
    .where(schema.alerts.c.state == AlertState.OPEN.value)
)
_WAITING_ROOMS = (
    select(schema.rooms.c.id)
    .where(schema.rooms.c.chain.in_(_OPEN_CHAINS), schema.rooms.c.present, schema.rooms.c.moved_to.is_(None))
    .order_by(schema.rooms.c.id)
)


class AlertStore:
    """`handlers.ports.Reminders`; part of SqlTransaction."""

    _connection: Connection

    async def room(self, room: RoomId) -> Room | None:
        """As SqlTransaction.room."""
        raise NotImplementedError

    async def rooms_with_open_alerts(self) -> Sequence[Room]:
        found = [await self.room(RoomId(row.id)) for row in self._connection.execute(_WAITING_ROOMS).all()]
        return [room for room in found if room is not None]

    async def reminder(self, alert: AlertId) -> Reminder:
        table = schema.alerts.c
        row = self._connection.execute(
            select(table.reminders, table.remind_at).where(table.id == alert)
        ).one_or_none()
        if row is None:
            return Reminder()
        return Reminder(row.reminders, datetime.fromtimestamp(row.remind_at, UTC) if row.remind_at else None)

    async def save_reminder(self, alert: AlertId, reminder: Reminder) -> None:
        due = reminder.due.timestamp() if reminder.due else None
        self._connection.execute(
            update(schema.alerts)
            .where(schema.alerts.c.id == alert)
            .values(reminders=reminder.times, remind_at=due)
        )

    async def alert_copies(self, alert: AlertId) -> Sequence[str]:
        keys = select(schema.outbox.c.key).where(
            schema.outbox.c.key >= f"alert:{alert}|",
            schema.outbox.c.key < f"alert:{alert}}}",  # the sign after |: a range of the index
            schema.outbox.c.state.in_(("pending", "sending", "sent")),
        )
        return list(self._connection.execute(keys.order_by(schema.outbox.c.id)).scalars())

    async def remind_member(self, alert: AlertId, member: MemberId, at: datetime) -> None:
        statement = insert(schema.promises).values(alert=alert, member=member, at=at.timestamp())
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["alert", "member"], set_={"at": statement.excluded.at}
            )
        )

    async def take_promised(self, now: datetime) -> Sequence[tuple[AlertId, MemberId]]:
        taken = self._connection.execute(
            delete(schema.promises)
            .where(schema.promises.c.at <= now.timestamp())
            .returning(schema.promises.c.alert, schema.promises.c.member)
        )
        return sorted((AlertId(row.alert), MemberId(row.member)) for row in taken)

    async def warning(self, key: str) -> Warned | None:
        row = self._connection.execute(
            select(schema.warnings).where(schema.warnings.c.key == key)
        ).one_or_none()
        if row is None:
            return None
        at = datetime.fromtimestamp(row.at, UTC)
        return Warned(RoomId(row.room), MemberId(row.member), at, row.key, row.times)
