"""Reminders of open alerts, promises to remind one admin, appeals, lessons of false alarms."""

import sqlalchemy as sa
from alembic import op

from bot.store import schema

revision = "v07"
down_revision = "v06"

_NEW = ("promises", "appeals", "lessons")


def upgrade() -> None:
    """Add what is missing."""
    connection = op.get_bind()
    schema.metadata.create_all(connection, [schema.metadata.tables[name] for name in _NEW])
    columns = {column["name"] for column in sa.inspect(connection).get_columns("alerts")}
    if "reminders" not in columns:
        op.add_column("alerts", sa.Column("reminders", sa.Integer, nullable=False, server_default="0"))
    if "remind_at" not in columns:
        op.add_column("alerts", sa.Column("remind_at", sa.Float))
