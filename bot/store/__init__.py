"""The store: SQLAlchemy Core on SQLite (WAL, FULL), one writer with group commit, everything written encrypted."""
