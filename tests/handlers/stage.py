"""A stage for handlers: a real store, a judge that follows a script, and a look at what was ordered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from bot.store import schema
from bot.store.database import Database
from bot.store.transaction import SqlTransaction
from handlers.desk import Desk, MemoryThreads
from handlers.dispatch import handle
from handlers.events import (
    BotChanged,
    ButtonPressed,
    CommandGiven,
    Event,
    Member,
    MemberId,
    MessageId,
    MessagePosted,
    Place,
    RoomId,
    Standing,
)
from handlers.records import ORDER, Mode, Order
from policies.message import NO_CONTEXT, Context, Message
from policies.verdict import Action, Finding, Verdict

GROUP = RoomId("telegram:-100")
ADMIN = Member(MemberId("telegram:1"), "Admin Sahib", Standing.ADMIN)
SECOND = Member(MemberId("telegram:2"), "Second Admin", Standing.CREATOR)
ALI = Member(MemberId("telegram:9"), "Ali")


class ScriptedJudge:
    """Finds `political` where a text holds "vote", notes `order` where it holds "hmm", fails on "explode"."""

    def __init__(self) -> None:
        self.judged: list[str] = []
        self.contexts: list[tuple[str, ...]] = []
        self.forwarded: list[bool] = []

    def judge(self, message: Message, context: Context = NO_CONTEXT) -> Verdict:
        """As policies.judge.Judge.judge."""
        if "explode" in message.text:
            raise RuntimeError("scripted")
        self.judged.append(message.text)
        self.contexts.append(context.thread)
        self.forwarded.append(message.forwarded)
        findings = []
        if "vote" in message.text:
            start = message.text.index("vote")
            findings.append(
                Finding(
                    "political", Action.WARN, 0.9, start, start + 4, "OM para 4(iii)", "political.support"
                )
            )
        if "hmm" in message.text:
            findings.append(Finding("order", Action.NOTE, 0.3, 0, 3, "OM para 2", "order.general"))
        return Verdict(tuple(findings), "om-2024-09-02", "scripted")


@dataclass
class StageClock:
    """A clock that the test moves."""

    at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The time now."""
        return self.at

    def pass_(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


@dataclass
class Stage:
    """Plays events through the handlers and shows the orders."""

    database: Database
    mode: Mode = Mode.WARN
    judge: ScriptedJudge = field(default_factory=ScriptedJudge)
    clock: StageClock = field(default_factory=StageClock)

    def __post_init__(self) -> None:
        self.desk = Desk(self.judge, self.clock, MemoryThreads(), mode=self.mode)
        self._seen = 0

    async def play(self, *events: Event) -> list[Order]:
        """Handle events one after the other; the orders that came of it."""
        for event in events:

            async def job(connection: Connection, event: Event = event) -> None:
                await handle(SqlTransaction(connection, self.database.vault), self.desk, event)

            await self.database.write(job)
        return await self.new_orders()

    async def new_orders(self) -> list[Order]:
        """The orders since the last look, cancelled ones left out."""
        async with self.database.reading() as connection:
            rows = (
                connection.execute(
                    select(schema.outbox).where(schema.outbox.c.id > self._seen).order_by(schema.outbox.c.id)
                )
            ).all()
        if rows:
            self._seen = rows[-1].id
        return [
            ORDER.validate_json(self.database.vault.open(row.order_sealed, "outbox.order"))
            for row in rows
            if row.order_sealed is not None
        ]

    async def mark_sent(self, key: str, room: RoomId, message: str) -> None:
        """As if the order had been delivered as that message."""

        async def job(connection: Connection) -> None:
            connection.execute(
                schema.outbox.update()
                .where(schema.outbox.c.key == key)
                .values(state="sent", sent_room=room, sent_message=message)
            )

        await self.database.write(job)

    async def journal(self) -> list[str]:
        """The entries of the record, in order."""
        async with self.database.reading() as connection:
            return list(
                (connection.execute(select(schema.journal.c.entry).order_by(schema.journal.c.id))).scalars()
            )

    # -- what happens

    def joined(self, *admins: Member, missing: Sequence[str] = ()) -> BotChanged:
        """The bot was added by the first admin."""
        return BotChanged(
            Place(GROUP, title="Officers"), True, self.clock.now(), admins[0], tuple(missing), tuple(admins)
        )

    def says(self, text: str, message: str = "10", sender: Member = ALI, **more: object) -> MessagePosted:
        """A member says something in the group."""
        thread = more.pop("thread", None)
        place = Place(GROUP, thread=str(thread) if thread else None, title="Officers")
        return MessagePosted(place, MessageId(message), sender, self.clock.now(), text, **more)  # type: ignore[arg-type] # named fields of the event

    def command(
        self, line: str, sender: Member = ADMIN, *, private: bool = True, reply_to: str | None = None
    ) -> CommandGiven:
        """A command, in the member's private chat or in the group."""
        name, _, argument = line.partition(" ")
        place = Place(RoomId(str(sender.id)), private=True) if private else Place(GROUP, title="Officers")
        message = MessageId(f"c{self.clock.now().timestamp()}{line}")
        reply = MessageId(reply_to) if reply_to else None
        return CommandGiven(place, message, sender, self.clock.now(), name, argument, reply)

    def press(self, data: str, sender: Member = ADMIN) -> ButtonPressed:
        """A button pressed in the presser's private chat."""
        place = Place(RoomId(str(sender.id)), private=True)
        return ButtonPressed(place, MessageId("500"), sender, self.clock.now(), data, "p1")
