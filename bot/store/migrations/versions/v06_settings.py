"""What an admin chooses for his room, as one document a room."""

import sqlalchemy as sa
from alembic import op

revision = "v06"
down_revision = "v05"


def upgrade() -> None:
    """Add the column; rooms that were there have the defaults."""
    if "settings" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("rooms")}:
        op.add_column("rooms", sa.Column("settings", sa.Text, nullable=False, server_default="{}"))
