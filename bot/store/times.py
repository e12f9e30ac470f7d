"""The store's part on digests that come by themselves: when, and until when it is done; kept sealed among the cursors.

A room that moves keeps its chain, and with it its times.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.store import schema
from bot.store.vault import Vault
from handlers.events import RoomId
from handlers.records import DigestTimes, Room

_PLATFORM = "digest"  # no platform is called so
_COLUMNS: tuple[Any, ...] = (schema.rooms.c.id, schema.cursors.c.value_sealed)
_OF_ALL = (
    select(*_COLUMNS)
    .join(schema.cursors, schema.cursors.c.name == schema.rooms.c.chain)
    .where(schema.cursors.c.platform == _PLATFORM, schema.rooms.c.present, schema.rooms.c.moved_to.is_(None))
    .order_by(schema.rooms.c.id)
)


class TimesStore:
    """A part of SqlTransaction."""

    _connection: Connection
    _vault: Vault

    async def room(self, room: RoomId) -> Room | None:
        """As SqlTransaction.room."""
        raise NotImplementedError

    async def digest_times(self, room: RoomId) -> DigestTimes | None:
        """When a room's digest comes; None when it does not."""
        row = self._connection.execute(_OF_ALL.where(schema.rooms.c.id == room)).one_or_none()
        return self._times(row) if row is not None else None

    async def digest_times_of_all(self) -> Sequence[tuple[Room, DigestTimes]]:
        """The rooms whose digest comes by itself and in which the bot is."""
        found = []
        for row in self._connection.execute(_OF_ALL).all():
            room = await self.room(RoomId(row.id))
            if room is not None:
                found.append((room, self._times(row)))
        return found

    async def save_digest_times(self, room: RoomId, times: DigestTimes | None) -> None:
        """Set them, or with None take them away."""
        chain = self._connection.execute(
            select(schema.rooms.c.chain).where(schema.rooms.c.id == room)
        ).scalar_one()
        mine = (schema.cursors.c.platform == _PLATFORM, schema.cursors.c.name == chain)
        if times is None:
            self._connection.execute(delete(schema.cursors).where(*mine))
            return
        kept = {
            "every": times.every,
            "hour": times.hour,
            "done_until": times.done_until.timestamp(),
            "last_day": times.last_day.isoformat() if times.last_day else None,
        }
        sealed = self._vault.seal(json.dumps(kept), "cursors.value")
        statement = insert(schema.cursors).values(platform=_PLATFORM, name=chain, value_sealed=sealed)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "name"], set_={"value_sealed": statement.excluded.value_sealed}
            )
        )

    def _times(self, row: Row[Any]) -> DigestTimes:
        kept = json.loads(self._vault.open(row.value_sealed, "cursors.value"))
        return DigestTimes(
            kept["every"],
            kept["hour"],
            done_until=datetime.fromtimestamp(kept["done_until"], UTC),
            last_day=date.fromisoformat(kept["last_day"]) if kept["last_day"] else None,
        )
