"""Logging: ids, clause ids, counts and durations, one line an event; never text, names, tokens or matched words."""

import logging
import sys

import structlog

# These write message text, tokens or SQL parameters when asked to be talkative; they are not asked.
_TALKATIVE = (
    "aiosqlite",
    "aiohttp",
    "alembic",
    "apscheduler",
    "asyncio",
    "hpack",
    "httpcore",
    "httpx",
    "nio",
    "peewee",
    "sqlalchemy",
    "telegram",
    "tornado",
)


def set_up_logging(level: str) -> None:
    """Log to standard error at `level`; the libraries at WARNING whatever the level, without their exceptions' texts."""
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr, force=True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_without_content)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_content(record: logging.LogRecord) -> bool:
    """Keep a library's warning as its logger and kind only: its words may quote what was said."""
    if record.name.partition(".")[0] in _TALKATIVE:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "message"
        record.msg, record.args = f"{record.levelname.lower()} of library {record.name} ({kind})", ()
        record.exc_info, record.exc_text, record.stack_info = None, None, None
    return True
