"""Permissions, and which of them covers a finding; circulations, who is known in a room, and who has read."""

import sqlalchemy as sa
from alembic import op

from bot.store import schema

revision = "v08"
down_revision = "v07"

_NEW = ("permissions", "drafts", "circulations", "roll_members", "roll_reads")


def upgrade() -> None:
    """Add what is missing."""
    connection = op.get_bind()
    schema.metadata.create_all(connection, [schema.metadata.tables[name] for name in _NEW])
    if "permission" not in {column["name"] for column in sa.inspect(connection).get_columns("findings")}:
        op.add_column("findings", sa.Column("permission", sa.Integer))
