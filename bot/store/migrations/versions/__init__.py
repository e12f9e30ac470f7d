"""The schema's history, run by Alembic at every start."""
