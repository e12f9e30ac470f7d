"""The private check before posting, and why something was warned about. Nothing of either is kept."""

from collections.abc import Sequence

from handlers.days import say_day
from handlers.desk import Desk
from handlers.digest import reply
from handlers.events import CommandGiven, MessageId, ReadFile, RoomId
from handlers.message import LONGEST_BYTES
from handlers.permission import PermissionId
from handlers.ports import Transaction
from handlers.records import FindingState, KeptFinding, Language, Notice
from handlers.wording import clause_line, spoken_language
from policies.message import Message


async def on_check(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """Judge a draft in private; in a group it would already be posted, so there it is only explained."""
    if not event.place.private:
        await reply(transaction, event, Notice("check.in_private", desk.language))
        return
    text = event.argument or event.reply_text or ""
    files = event.files or (event.reply_files if event.name else ())
    for file in files:  # answered when it is read
        key = f"check:{event.place.room}|{event.message}|{file.unique}"
        await transaction.read_file(
            ReadFile(
                key,
                event.place,
                event.message,
                event.sender,
                event.at,
                file,
                purpose="check",
                said="" if text == file.name else text,
                forwarded=event.forwarded,
            )
        )
    if not text.strip():
        if not files:
            await reply(transaction, event, Notice("check.how", desk.language))
        return
    language = spoken_language(text, desk.language)
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        await reply(transaction, event, Notice("check.too_long", language))
        return
    verdict = desk.judge.judge(Message(text, event.forwarded, sent_on=event.at.date()))
    if files and not verdict.findings:
        return  # one answer, when the file is read: the words beside it may be no more than its name
    lines = tuple(clause_line(finding, language) for finding in verdict.findings)
    await reply(transaction, event, Notice(f"check.{verdict.action}", language, {}, lines))


async def on_why(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """As a reply to a warning or to the message warned about: the clause, the citation and the reason found."""
    room = await transaction.room(event.place.room)
    language = room.language if room is not None else desk.language
    if event.reply_to is None:
        await reply(transaction, event, Notice("why.how", language))
        return
    message = await message_meant(transaction, event.place.room, event.reply_to)
    findings = [f for f in await transaction.findings_of(event.place.room, message) if f.action == "warn"]
    if not findings:
        await reply(transaction, event, Notice("why.nothing", language))
        return
    newest = {(finding.clause, finding.part): finding for finding in findings}.values()
    lines = [
        *(clause_line(finding, language) for finding in newest if finding.part != "file"),
        *_of_file([finding for finding in newest if finding.part == "file"], language),
    ]
    judged = await transaction.judged(event.place.room, message)
    if judged is not None and judged.verdict != "warn":
        lines.append(Notice("why.edited", language))
    permissions = {finding.permission for finding in newest if finding.permission is not None}
    for number in sorted(permissions):
        permission = await transaction.permission(PermissionId(number))
        if permission is not None:
            fields = {
                "reference": permission.reference,
                "authority": permission.authority,
                "until": say_day(permission.last_day),
            }
            lines.append(Notice("why.permitted", language, fields))
    state = findings[-1].state
    if not permissions and state in {FindingState.FALSE_ALARM, FindingState.COVERED}:
        lines.append(Notice(f"why.{state.value}", language))
    await reply(transaction, event, Notice("why.because", language, {}, tuple(lines)))


def _of_file(findings: Sequence[KeptFinding], language: Language) -> list[Notice]:
    """What was found in the message's file or picture, under a line that says so; not its name."""
    lines = [clause_line(finding, language) for finding in findings]
    return [Notice("why.in_file", language), *lines] if lines else []


async def message_meant(transaction: Transaction, room: RoomId, replied_to: MessageId) -> MessageId:
    """The member's message that is meant by who replies to it, or to the warning about it."""
    key = await transaction.sent_as(room, replied_to)
    if key is not None and key.startswith("warning:"):
        return MessageId(key.split("|")[-2])
    return replied_to
