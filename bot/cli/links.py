"""What `para6 doctor` finds in the store about bridges: rooms whose bridge is not connected to WhatsApp now."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from handlers.desk import local_time


def links_down(store: Path) -> tuple[int, datetime] | None:
    """How many rooms hear nothing, and since when the first; None when all is well or nothing is known.

    Read beside a running bot; a store that cannot be read has another line in the doctor's list.
    """
    if not store.exists():
        return None
    asked = (
        "SELECT count(DISTINCT room), min(at) FROM gaps "
        "WHERE reason = 'bridge' AND message IS NOT NULL AND mended_at IS NULL"
    )
    try:
        with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            rooms, since = connection.execute(asked).fetchone()
    except sqlite3.Error:
        return None
    return (rooms, datetime.fromtimestamp(since, UTC)) if rooms else None


def advice(store: Path) -> str:
    """One line for the operator, empty when all is well."""
    down = links_down(store)
    if down is None:
        return ""
    rooms, since = down
    return (
        f"{rooms} room(s) without a sound connection to WhatsApp since {local_time(since)}; open WhatsApp on the phone, "
        "look at the bridge, log in to it again if need be (docs/whatsapp.md)"
    )
