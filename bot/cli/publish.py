"""`para6 publish FILE…`: papers that are published, registered by the operator for every room; listed and withdrawn."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot.config import Config, load_config
from bot.errors import InputError
from bot.likeness import likeness_of
from bot.readers.pool import content_of, read_bytes
from bot.readers.unread import Unread
from bot.store.database import Database, prepare
from bot.store.transaction import SqlTransaction
from bot.store.vault import Vault
from bot.texts import sentence
from handlers.desk import local_time
from handlers.events import MemberId, RoomId
from handlers.records import Language, Published, PublishedId
from policies.judge import load_judge
from policies.papers.official import load_papers, read_paper


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.publish", Language.EN))
    def publish(
        files: list[Path] = typer.Argument(None, metavar="[FILE…]"),
        withdraw: int = typer.Option(0, "--withdraw", metavar="NUMBER"),
        config: Path = typer.Option(Path("config.toml"), "--config", metavar="FILE"),
    ) -> None:
        loaded = load_config(config)
        path, vault = prepare(loaded.settings.store.url, loaded.key_file, loaded.base)
        papers = _papers(loaded, vault, files or [])
        kept = asyncio.run(_change(Database(path, vault), papers, PublishedId(withdraw)))
        for paper in kept:
            typer.echo(f"{paper.id}  {local_time(paper.at)}  {paper.name}")
        if not kept:
            typer.echo(sentence("cli.publish_none", Language.EN))


def _papers(config: Config, vault: Vault, files: Sequence[Path]) -> list[Published]:
    """The papers in files, with what is found in them now. Raises InputError for one that cannot be read."""
    judge = load_judge(config.settings.policy.pack) if files else None
    signs = load_papers(judge.packs) if judge is not None else None
    papers = []
    for file in files:
        try:
            data = content_of(file)
            document = read_bytes(data, file.name)
        except Unread as unread:
            reason = sentence(f"unread.{unread.reason}", Language.EN)
            raise InputError(f"{file.name}: {reason}") from None
        except OSError as error:
            unreadable = sentence("cli.audit_unreadable", Language.EN)
            raise InputError(unreadable.format(file=file, error=error.strerror)) from None
        likeness = likeness_of(document, vault.digest_bytes(data))
        clauses: tuple[str, ...] = ()
        if judge is not None and signs is not None:
            verdict = read_paper(document, judge, signs).verdict
            clauses = tuple(sorted({finding.clause for finding in verdict.findings}))
        now = datetime.now(UTC)
        papers.append(Published(RoomId(""), file.name, likeness, now, MemberId(""), clauses))
    return papers


async def _change(database: Database, papers: Sequence[Published], withdraw: PublishedId) -> list[Published]:
    """Register, withdraw; what the operator has registered then. Raises InputError for a number that is not his."""

    async def job(connection: Connection) -> list[Published]:
        transaction = SqlTransaction(connection, database.vault)
        known = await transaction.published(RoomId(""))
        if withdraw and all(one.id != withdraw for one in known):
            raise InputError(sentence("cli.publish_unknown", Language.EN).format(number=withdraw))
        if withdraw:
            await transaction.withdraw_published(withdraw)
        contents = {one.likeness.content for one in known}
        for paper in papers:
            if paper.likeness.content not in contents:
                contents.add(paper.likeness.content)
                await transaction.add_published(paper)
        return list(await transaction.published(RoomId("")))

    await database.open()
    try:
        return await database.write(job)
    finally:
        await database.close()
