"""Files: orders to read them, what was read, published papers, texts that go round; which file a gap is about."""

import sqlalchemy as sa
from alembic import op

from bot.store import schema

revision = "v05"
down_revision = "v01"

_NEW = ("files", "readings", "published", "seen_texts")


def upgrade() -> None:
    """Add what is missing."""
    connection = op.get_bind()
    schema.metadata.create_all(connection, [schema.metadata.tables[name] for name in _NEW])
    if "file" not in {column["name"] for column in sa.inspect(connection).get_columns("gaps")}:
        op.add_column("gaps", sa.Column("file", sa.Text))
