"""`/mydata`: what is kept about the asker, shown to him alone, and erased when he wishes."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.alert import answer
from handlers.contested import OwnRoom
from handlers.desk import Desk, local_time
from handlers.digest import reply
from handlers.events import ButtonPressed, CommandGiven, MemberId
from handlers.ports import Transaction
from handlers.records import Button, KeptFinding, Language, Notice, Send
from handlers.wording import excerpt

_LISTED = 10  # findings of a room, the newest


async def on_mydata(transaction: Transaction, desk: Desk, event: CommandGiven) -> None:
    """In private: all that is kept; in a group only where to ask."""
    if not event.place.private:
        room = await transaction.room(event.place.room)
        language = room.language if room is not None else desk.language
        await reply(transaction, event, Notice("mydata.in_private", language))
        return
    language = await _language(transaction, desk, event.sender.id)
    parts: list[Notice] = []
    texts = False
    for own in await transaction.own_rooms(event.sender.id):
        findings = await transaction.own_findings(event.sender.id, own.room)
        parts += await _room(transaction, desk, own, findings, language)
        texts = texts or own.lessons > 0 or any(finding.text for finding in findings)
    for room_id, readings in await transaction.own_rolls(event.sender.id):
        here = await transaction.room(room_id)
        fields: dict[str, str | int] = {"room": here.title if here is not None else "—", "n": readings}
        parts.append(Notice("mydata.roll", language, fields))
    named = await transaction.own_permissions(event.sender.id)
    if named:
        parts.append(Notice("mydata.permissions", language, {"n": named}))
    if not parts:
        await reply(transaction, event, Notice("mydata.nothing", language))
        return
    buttons = ((Button("button.erase", "erase:ask"),),) if texts else ()
    await reply(transaction, event, Notice("mydata.head", language, {}, tuple(parts)), buttons)


async def _room(
    transaction: Transaction, desk: Desk, own: OwnRoom, findings: Sequence[KeptFinding], language: Language
) -> list[Notice]:
    room = await transaction.room(own.room)
    chosen = room.settings.keep_days if room is not None else None
    kept_days = min(chosen or desk.keep_days, desk.keep_days)
    parts = [
        Notice(
            "mydata.room",
            language,
            {"room": room.title if room is not None else "—", "judged": own.judged, "n": len(findings)},
        )
    ]
    for finding in findings[-_LISTED:]:
        until = finding.found_at + timedelta(days=kept_days)
        fields: dict[str, str | int] = {
            "clause_key": f"clause.{finding.clause}",
            "time": local_time(finding.sent_at),
            "state_key": f"state.{finding.state.value}",
        }
        parts.append(Notice("mydata.finding", language, fields))
        if finding.text:
            said = excerpt(finding.text, finding.start, finding.end)
            parts.append(Notice("mydata.text", language, {"excerpt": said, "until": local_time(until)}))
        else:
            parts.append(Notice("mydata.erased_text", language))
        appeal = await transaction.appeal_of(finding.alert) if finding.alert else None
        if appeal is not None:
            parts.append(Notice(f"mydata.appeal_{appeal.state.value}", language))
    if own.lessons:
        parts.append(Notice("mydata.lessons", language, {"n": own.lessons}))
    return parts


async def on_erase(transaction: Transaction, desk: Desk, event: ButtonPressed) -> None:
    """Erase the text: asked once more, then done. Whoever presses, only his own texts go."""
    member = event.sender.id
    language = await _language(transaction, desk, member)
    if event.data == "erase:ask":
        buttons = ((Button("button.erase_yes", "erase:yes"),),)
        key = f"answer:erase|{event.place.room}|{event.message}|{event.at.timestamp()}"
        notice = Notice("mydata.confirm", language)
        await transaction.order(Send(key, notice, member=member, buttons=buttons))
        await answer(transaction, event, Notice("press.done", language))
        return
    if event.data != "erase:yes":
        raise ValueError("no such button")
    erased = await _erase(transaction, desk, member)
    key = f"answer:erased|{event.place.room}|{event.message}|{event.at.timestamp()}"
    await transaction.order(Send(key, Notice("mydata.erased", language, {"n": erased}), member=member))
    await answer(transaction, event, Notice("press.done", language))


async def _erase(transaction: Transaction, desk: Desk, member: MemberId) -> int:
    erased = 0
    for own in await transaction.own_rooms(member):
        here = await transaction.erase_texts(member, own.room)
        if here or own.lessons:
            facts = {"member": member, "findings": here, "lessons": own.lessons}
            await transaction.journal(own.room, "texts_erased", desk.clock.now(), facts)
        erased += here + own.lessons
    return erased


async def _language(transaction: Transaction, desk: Desk, member: MemberId) -> Language:
    """That of a group of his: it is what he reads there."""
    for own in await transaction.own_rooms(member):
        room = await transaction.room(own.room)
        if room is not None:
            return room.language
    return desk.language
