"""The numbers of a digest, counted by the database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, Table, and_, cast, func, or_, select

from bot.store import schema
from handlers.desk import LOCAL
from handlers.figures import DayCounts, DigestCounts

_DAY_S = 86_400
_EPOCH = date(1970, 1, 1)


class Figures:
    """The figures of one room, under all its ids, between two instants (both inclusive)."""

    def __init__(
        self,
        connection: Connection,
        rooms: Select[tuple[str]],
        chain: str,
        since: datetime,
        until: datetime,
    ) -> None:
        self._connection = connection
        self._rooms = rooms
        self._chain = chain
        self._since, self._until = since, until

    def counts(self) -> DigestCounts:
        """All of them."""
        raised = self._rows(select(schema.alerts).where(*self._within(schema.alerts, "raised_at")))
        waiting = self._rows(
            select(schema.alerts.c.raised_at).where(
                schema.alerts.c.room.in_(self._rooms),
                schema.alerts.c.state == "open",
                schema.alerts.c.raised_at <= self._until.timestamp(),
            )
        )
        oldest = min((row.raised_at for row in waiting), default=None)
        return DigestCounts(
            judged=self._number(
                select(func.count())
                .select_from(schema.judged)
                .where(*self._within(schema.judged, "judged_at"), schema.judged.c.verdict != "unjudged")
            ),
            warnings=self._number(
                select(func.sum(schema.warnings.c.times)).where(*self._within(schema.warnings, "at"))
            ),
            by_clause=self._by_clause(),
            noted=self._number(
                select(func.count())
                .select_from(schema.findings)
                .where(*self._within(schema.findings, "found_at"), schema.findings.c.action == "note")
            ),
            alerts=len(raised),
            alerts_open=len(waiting),
            oldest_open=datetime.fromtimestamp(oldest, UTC) if oldest is not None else None,
            false_alarms=sum(alert.state == "false_alarm" for alert in raised),
            removed=self._removed(),
            gaps=self._gaps(),
            act_seconds=tuple(
                alert.acted_at - alert.raised_at for alert in raised if alert.acted_at is not None
            ),
            by_day=self._by_day(),
            rehearsed=sum(bool(alert.rehearsed) for alert in raised),
            covered=self._number(
                select(func.count())
                .select_from(schema.findings)
                .where(*self._within(schema.findings, "found_at"), schema.findings.c.state == "covered")
            ),
            appeals=self._appeals(*self._within(schema.appeals, "at")),
            appeals_upheld=self._appeals(
                *self._within(schema.appeals, "decided_at"), schema.appeals.c.state == "upheld"
            ),
            appeals_overturned=self._appeals(
                *self._within(schema.appeals, "decided_at"), schema.appeals.c.state == "overturned"
            ),
            appeals_open=self._appeals(
                schema.appeals.c.room.in_(self._rooms),
                schema.appeals.c.at <= self._until.timestamp(),
                or_(
                    schema.appeals.c.decided_at.is_(None),
                    schema.appeals.c.decided_at > self._until.timestamp(),
                ),
            ),
        )

    def _appeals(self, *conditions: Any) -> int:
        return self._number(select(func.count()).select_from(schema.appeals).where(*conditions))

    def _by_clause(self) -> dict[str, int]:
        rows = self._rows(
            select(schema.findings.c.clause, func.count().label("times"))
            .where(*self._within(schema.findings, "found_at"), schema.findings.c.action == "warn")
            .group_by(schema.findings.c.clause)
        )
        return {row.clause: row.times for row in rows}

    def _gaps(self) -> dict[str, int]:
        open_now = [
            schema.gaps.c.room.in_(self._rooms),
            schema.gaps.c.reason == "bridge",
            schema.gaps.c.message.is_not(None),
            schema.gaps.c.at <= self._until.timestamp(),
        ]
        rows = self._rows(
            select(schema.gaps.c.reason, func.sum(schema.gaps.c.count).label("times"))
            .where(
                # A bridge that is down now is a gap of every period, whenever it began.
                or_(and_(*self._within(schema.gaps, "at")), and_(*open_now)),
                schema.gaps.c.mended_at.is_(None),
            )
            .group_by(schema.gaps.c.reason)
        )
        return {row.reason: int(row.times) for row in rows}

    def _removed(self) -> int:
        return self._number(
            select(func.count())
            .select_from(schema.journal)
            .where(
                schema.journal.c.chain == self._chain,
                schema.journal.c.entry == "message_removed",
                schema.journal.c.at >= self._since.astimezone(UTC).isoformat(),
                schema.journal.c.at <= self._until.astimezone(UTC).isoformat(),
            )
        )

    def _by_day(self) -> dict[date, DayCounts]:
        judged = self._days(schema.judged, "judged_at", schema.judged.c.verdict != "unjudged")
        found = self._days(schema.findings, "found_at", schema.findings.c.action == "warn")
        return {
            day: DayCounts(judged.get(day, 0), found.get(day, 0))
            for day in sorted(judged.keys() | found.keys())
        }

    def _days(self, table: Table, column: str, condition: Any) -> dict[date, int]:
        # The officers' clock has stood at UTC+5 without summer time since 2009.
        ahead_s = (self._until.astimezone(LOCAL).utcoffset() or timedelta()).total_seconds()
        day = cast((table.c[column] + ahead_s) / _DAY_S, Integer).label("day")
        columns: tuple[Any, ...] = (day, func.count().label("times"))
        query = select(*columns).where(*self._within(table, column), condition).group_by(day)
        return {_EPOCH + timedelta(days=row.day): row.times for row in self._rows(query)}

    def _within(self, table: Table, column: str) -> list[Any]:
        return [
            table.c.room.in_(self._rooms),
            table.c[column] >= self._since.timestamp(),
            table.c[column] <= self._until.timestamp(),
        ]

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return self._connection.execute(query).all()

    def _number(self, query: Select[Any]) -> int:
        return int(self._connection.execute(query).scalar_one_or_none() or 0)
