"""What the store says after a flow: which messages were found, warned and alerted, and whether the record holds."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.store.journal import JournalEntry, first_broken


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a flow."""

    judged: int
    found: Counter[str]  # journal entries of findings, by room and message
    waiting: int  # events not handled and orders not sent
    failed: int  # orders given up
    sent: Counter[str]  # orders delivered, by kind
    broken: int | None  # the journal's first broken entry


def read_outcome(store: Path) -> Outcome:
    """Read the store of a bot that has stopped."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:

        def one(query: str) -> int:
            return int(connection.execute(query).fetchone()[0])

        entries = [
            JournalEntry(*row)
            for row in connection.execute(
                "SELECT chain, n, at, entry, facts, previous, hash FROM journal ORDER BY chain, n"
            )
        ]
        chains: dict[str, list[JournalEntry]] = {}
        for entry in entries:
            chains.setdefault(entry.chain, []).append(entry)
        return Outcome(
            judged=one("SELECT count(*) FROM judged WHERE verdict != 'unjudged'"),
            found=Counter(
                f"{e.chain}|{json.loads(e.facts)['message']}" for e in entries if e.entry == "findings"
            ),
            waiting=one("SELECT count(*) FROM inbox WHERE event_sealed IS NOT NULL")
            + one("SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"),
            failed=one("SELECT count(*) FROM outbox WHERE state = 'failed'"),
            sent=Counter(
                dict(
                    connection.execute(
                        "SELECT substr(key, 1, instr(key, ':') - 1), count(*) FROM outbox WHERE state = 'sent' GROUP BY 1"
                    ).fetchall()
                )
            ),
            broken=next((broken for chain in chains.values() if (broken := first_broken(chain))), None),
        )
