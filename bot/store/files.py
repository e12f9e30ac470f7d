"""The store's part on files: orders to read them, papers registered as published, texts that go round."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.store import schema
from bot.store.vault import Vault
from handlers.events import READ_FILE, Likeness, MemberId, MessageId, ReadFile, RoomId
from handlers.records import Published, PublishedId
from policies.papers.likeness import Likeness as PaperLikeness
from policies.papers.likeness import likeness_of
from policies.text.mark import bands, canonical_text, same_words, words_mark

_PAPER: TypeAdapter[PaperLikeness | None] = TypeAdapter(PaperLikeness | None)
_CANDIDATES = 50  # texts that share a quarter of their mark with a new one, newest first
_NEW_FILE = sqlite_insert(schema.files).on_conflict_do_nothing(index_elements=["key"])
_TEXTS = schema.seen_texts.c
_BANDS = ("band_1", "band_2", "band_3", "band_4")
_NEW_TEXT = insert(schema.seen_texts)
_SAME_TEXT = select(schema.seen_texts).where(_TEXTS.digest == bindparam("digest"))
_NEAR_TEXTS = (
    select(schema.seen_texts)
    .where(or_(*(_TEXTS[band] == bindparam(band) for band in _BANDS)))
    .order_by(_TEXTS.id.desc())
    .limit(_CANDIDATES)
)
_SEEN_AGAIN = (
    update(schema.seen_texts)
    .where(_TEXTS.id == bindparam("text"))
    .values(again=bindparam("seen"), seen_at=bindparam("now"))
)
_CHAIN = select(schema.rooms.c.chain).where(schema.rooms.c.id == bindparam("in_room")).scalar_subquery()
_ALL_PUBLISHED = select(schema.published).order_by(schema.published.c.id)
_PUBLISHED = _ALL_PUBLISHED.where(
    or_(
        schema.published.c.room.in_(select(schema.rooms.c.id).where(schema.rooms.c.chain == _CHAIN)),
        schema.published.c.room == "",
    )
)


class FileStore:
    """`handlers.ports.Files`; part of SqlTransaction."""

    _connection: Connection
    _vault: Vault

    # -- orders to read

    async def read_file(self, order: ReadFile) -> None:
        self._connection.execute(
            _NEW_FILE,
            {
                "key": order.key,
                "platform": order.place.room.partition(":")[0],
                "room": order.place.room,
                "message": order.message,
                "order_sealed": self._vault.seal(READ_FILE.dump_json(order).decode(), "files.order"),
                "state": "pending",
                "attempts": 0,
                "not_before": 0.0,
                "created_at": datetime.now(UTC).timestamp(),
            },
        )

    async def cancel_readings(self, room: RoomId, message: MessageId) -> int:
        cancelled = self._connection.execute(
            update(schema.files)
            .where(
                schema.files.c.room == room,
                schema.files.c.message == message,
                schema.files.c.state == "pending",
            )
            .values(state="cancelled", order_sealed=None)
        )
        return int(cancelled.rowcount)

    # -- papers known again

    def likeness(self, text: str) -> Likeness:
        return Likeness(self._text_digest(canonical_text(text)), likeness_of(text))

    async def published(self, room: RoomId | None) -> Sequence[Published]:
        found = (
            self._connection.execute(_ALL_PUBLISHED)
            if room is None
            else self._connection.execute(_PUBLISHED, {"in_room": room})
        )
        return [self._published(row) for row in found]

    async def add_published(self, paper: Published) -> PublishedId:
        added = self._connection.execute(
            insert(schema.published).returning(schema.published.c.id),
            {
                "room": paper.room,
                "name_sealed": self._vault.seal(paper.name, "published.name"),
                "content": paper.likeness.content,
                "likeness": _PAPER.dump_json(paper.likeness.paper).decode(),
                "at": paper.at.timestamp(),
                "by": paper.by,
                "clauses": " ".join(paper.clauses),
            },
        )
        return PublishedId(added.scalar_one())

    async def withdraw_published(self, paper: PublishedId) -> None:
        self._connection.execute(delete(schema.published).where(schema.published.c.id == paper))

    def _published(self, row: Row[Any]) -> Published:
        return Published(
            room=RoomId(row.room),
            name=self._vault.open(row.name_sealed, "published.name"),
            likeness=Likeness(row.content, _PAPER.validate_json(row.likeness)),
            at=datetime.fromtimestamp(row.at, UTC),
            by=MemberId(row.by),
            clauses=tuple(row.clauses.split()),
            id=PublishedId(row.id),
        )

    # -- texts that go round

    async def seen_text(self, text: str, *, source: str, at: datetime) -> bool:
        words = canonical_text(text)
        mark = words_mark(words, self._vault.likeness_key)
        if not mark:
            return False
        digest, parts = self._text_digest(words), dict(zip(_BANDS, bands(mark), strict=True))
        source, now = self._vault.digest(f"source|{source}"), at.timestamp()
        found = self._same_text(digest, mark, parts)
        if found is None:
            values = {"digest": digest, "mark": mark, "source": source, "again": False, "seen_at": now}
            self._connection.execute(_NEW_TEXT, {**values, **parts})
            return False
        seen = bool(found.again) or found.source != source
        self._connection.execute(_SEEN_AGAIN, {"text": found.id, "seen": seen, "now": now})
        return seen

    def _text_digest(self, words: str) -> str:
        return self._vault.digest(f"text|{words}")

    def _same_text(self, digest: str, mark: str, parts: dict[str, int]) -> Row[Any] | None:
        """The kept text that is this one, or else is very like it."""
        same = self._connection.execute(_SAME_TEXT, {"digest": digest}).first()
        if same is not None:
            return same
        near = self._connection.execute(_NEAR_TEXTS, parts)
        return next((row for row in near if same_words(row.mark, mark)), None)
