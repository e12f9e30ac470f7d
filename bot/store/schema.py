"""The tables. Times are seconds since the epoch (UTC); columns ending in `_sealed` hold values of the vault.

A room that moves on under another id (supergroup, upgrade) leaves its row and starts a new one with the same
`chain`: message ids may start again, so nothing that names a message is carried over; digests and the journal
follow the chain.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

# The newest migration (bot/store/migrations/versions).
REVISION = "v08"

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value_sealed", LargeBinary, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value_sealed", LargeBinary, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("platform", Text, nullable=False),
    Column("key", Text, nullable=False),  # the delivery's key: a repeat is dropped
    Column("event_sealed", LargeBinary),  # NULL once handled
    Column("received_at", Float, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    UniqueConstraint("platform", "key"),
    sqlite_autoincrement=True,
)
Index("inbox_waiting", inbox.c.id, sqlite_where=inbox.c.event_sealed.is_not(None))

rooms = Table(
    "rooms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chain", Text, nullable=False, index=True),
    Column("title_sealed", LargeBinary, nullable=False),
    Column("mode", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("joined_at", Float),
    Column("missing", Text, nullable=False, default=""),  # rights we lack, space-separated
    Column("moved_to", Text),
    Column("settings", Text, nullable=False, server_default="{}"),  # JSON: handlers.records.RoomSettings
)

admins = Table(
    "admins",
    metadata,
    Column("room", Text, primary_key=True),
    Column("member", Text, primary_key=True, index=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("standing", Text, nullable=False),
)

private_chats = Table(
    "private_chats",
    metadata,
    Column("member", Text, primary_key=True),
    Column("room", Text, nullable=False),
)

judged = Table(
    "judged",
    metadata,
    Column("room", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("sent_at", Float, nullable=False),
    Column("digest", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("thread", Text),
    Column("album", Text),
    Column("warned_as", Text),
    Column("judged_at", Float, nullable=False),
)
Index("judged_time", judged.c.room, judged.c.judged_at)
Index("judged_album", judged.c.room, judged.c.album, sqlite_where=judged.c.album.is_not(None))

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("room", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("kept_sealed", LargeBinary),  # JSON: name, text, link; NULL once erased
    Column("clause", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("cite", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sent_at", Float, nullable=False),
    Column("found_at", Float, nullable=False),
    Column("pack", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("alert", Integer, index=True),
    Column("permission", Integer),  # what covers it
)
Index("findings_message", findings.c.room, findings.c.message)
Index("findings_time", findings.c.room, findings.c.found_at)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("room", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("raised_at", Float, nullable=False),
    Column("rehearsed", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("acted_at", Float),
    Column("acted_by", Text),
    Column("reminders", Integer, nullable=False, server_default="0"),  # how often it came back
    Column("remind_at", Float),  # when it comes next; NULL: by the room's hours
    sqlite_autoincrement=True,
)
Index("alerts_time", alerts.c.room, alerts.c.raised_at)

warnings = Table(
    "warnings",
    metadata,
    Column("key", Text, primary_key=True),  # the outbox key of the warning
    Column("room", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("times", Integer, nullable=False),
)
Index("warnings_member", warnings.c.room, warnings.c.member, warnings.c.at)

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("room", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("message", Text),
    Column("count", Integer, nullable=False),
    Column("mended_at", Float),
    Column("file", Text),  # the platform's name of the file that could not be read
)
Index("gaps_room", gaps.c.room, gaps.c.at)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chain", Text, nullable=False),
    Column("n", Integer, nullable=False),  # from 1, without a hole
    Column("at", Text, nullable=False),  # ISO 8601, UTC
    Column("entry", Text, nullable=False),
    Column("facts", Text, nullable=False),  # canonical JSON
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("chain", "n"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("order_sealed", LargeBinary),  # NULL once done
    Column("state", Text, nullable=False),  # pending, sending, sent, failed, cancelled
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", Float, nullable=False),
    Column("not_before", Float, nullable=False, default=0.0),
    Column("done_at", Float),
    Column("sent_room", Text),
    Column("sent_message", Text),
    sqlite_autoincrement=True,
)
Index(
    "outbox_waiting",
    outbox.c.platform,
    outbox.c.priority,
    outbox.c.id,
    sqlite_where=outbox.c.state.in_(("pending", "sending")),
)
Index("outbox_sent", outbox.c.sent_room, outbox.c.sent_message)

files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False),
    Column("room", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("order_sealed", LargeBinary),  # NULL once done
    Column("state", Text, nullable=False),  # pending, done, cancelled
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Float, nullable=False, default=0.0),
    Column("created_at", Float, nullable=False),
    sqlite_autoincrement=True,
)
Index("files_waiting", files.c.not_before, sqlite_where=files.c.state == "pending")
Index("files_message", files.c.room, files.c.message)

readings = Table(
    "readings",
    metadata,
    Column("content", Text, primary_key=True),  # keyed hash of the file's bytes
    Column("judged_by", Text, nullable=False),  # pack and model; another judge reads it again
    Column("read_sealed", LargeBinary, nullable=False),
    Column("read_at", Float, nullable=False),
)

published = Table(
    "published",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("room", Text, nullable=False, index=True),  # empty: registered by the operator, for every room
    Column("name_sealed", LargeBinary, nullable=False),
    Column("content", Text, nullable=False),
    Column(
        "likeness", Text, nullable=False
    ),  # JSON of policies.papers.likeness.Likeness, or null: a public paper's
    Column("at", Float, nullable=False),
    Column("by", Text, nullable=False),
    Column("clauses", Text, nullable=False),
    sqlite_autoincrement=True,
)

# No words and no member: keyed hashes of texts, and of the message in which each was first seen.
seen_texts = Table(
    "seen_texts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("mark", Text, nullable=False),
    Column("band_1", Integer, nullable=False, index=True),
    Column("band_2", Integer, nullable=False, index=True),
    Column("band_3", Integer, nullable=False, index=True),
    Column("band_4", Integer, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("again", Boolean, nullable=False),  # seen under another message too
    Column("seen_at", Float, nullable=False, index=True),
)

# "Remind me": one admin, about one alert, once.
promises = Table(
    "promises",
    metadata,
    Column("alert", Integer, primary_key=True),
    Column("member", Text, primary_key=True),
    Column("at", Float, nullable=False),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("alert", Integer, nullable=False, unique=True),
    Column("room", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("member", Text, nullable=False, index=True),
    Column("reason_sealed", LargeBinary),  # NULL once erased
    Column("at", Float, nullable=False),
    Column("state", Text, nullable=False),  # open, upheld, overturned
    Column("decided_at", Float),
    Column("decided_by", Text),
    sqlite_autoincrement=True,
)
Index("appeals_room", appeals.c.room, appeals.c.at)

# What was called a false alarm: keyed marks of the wording; its text only where the room learns.
lessons = Table(
    "lessons",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("room", Text, nullable=False, index=True),
    Column("message", Text, nullable=False),
    Column("member", Text, nullable=False, index=True),
    Column("clause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("source", Text, nullable=False),  # admin, appeal
    Column("text_sealed", LargeBinary),
    sqlite_autoincrement=True,
)

permissions = Table(
    "permissions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("room", Text, nullable=False, index=True),
    Column("member", Text, nullable=False),  # empty: all
    Column("clause", Text, nullable=False),  # empty: all
    Column(
        "kept_sealed", LargeBinary, nullable=False
    ),  # reference, authority, subject, names of member and paper
    Column("paper", Text, nullable=False, server_default=""),  # keyed hash of the paper's bytes
    Column("since", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("registered_at", Float, nullable=False),
    Column("by", Text, nullable=False),
    Column("told", Integer, nullable=False),  # handlers.permission.STAGES
    Column("withdrawn_at", Float),
    Column("withdrawn_by", Text),
    sqlite_autoincrement=True,
)

# What an admin is about to register or to circulate; one at a time.
drafts = Table(
    "drafts",
    metadata,
    Column("member", Text, primary_key=True),
    Column("draft_sealed", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
)

circulations = Table(
    "circulations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("room", Text, nullable=False, index=True),
    Column("language", Text, nullable=False),
    Column("text_sealed", LargeBinary),  # NULL: the memorandum
    Column("at", Float, nullable=False),
    Column("by", Text, nullable=False),
    Column("closed_at", Float),
    sqlite_autoincrement=True,
)

# Members of a room whose name the bot knows, for the rolls of its circulations.
roll_members = Table(
    "roll_members",
    metadata,
    Column("room", Text, primary_key=True),
    Column("member", Text, primary_key=True, index=True),
    Column("name_sealed", LargeBinary, nullable=False),
)

roll_reads = Table(
    "roll_reads",
    metadata,
    Column("circulation", Integer, primary_key=True),
    Column("member", Text, primary_key=True, index=True),
    Column("at", Float, nullable=False),
)
