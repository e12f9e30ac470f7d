"""The first tables."""

from alembic import op

from bot.store.schema import metadata

revision = "v01"
down_revision = None


def upgrade() -> None:
    """Make every table of the schema."""
    metadata.create_all(op.get_bind())
