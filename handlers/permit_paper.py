"""The paper of a permission: its bytes are read once, and a keyed hash of them and its name are kept.

So the admin can prove later that the paper he holds is the one he registered; the bot need not hold a copy of it.
"""

from handlers.desk import Desk, admin_of
from handlers.events import Attachment, CommandGiven, FileRead, ReadFile
from handlers.permission import Permission, PermissionId
from handlers.ports import Transaction
from handlers.records import Notice, Send
from handlers.wording import unread_notice


async def order_paper_read(
    transaction: Transaction, event: CommandGiven, permission: PermissionId, file: Attachment
) -> None:
    """Have the paper fetched; what it comes to is `paper_read`."""
    key = f"permit:{permission}|{event.place.room}|{event.message}|{file.unique}"
    await transaction.read_file(
        ReadFile(key, event.place, event.message, event.sender, event.at, file, purpose="permit")
    )


async def on_paper_sent(transaction: Transaction, event: CommandGiven) -> bool:
    """A file in reply to what was said of a permission, by an admin of its room; whether it was one."""
    if not event.files or event.reply_to is None:
        return False
    key = await transaction.sent_as(event.place.room, event.reply_to)
    if key is None or not key.startswith("permit:done|"):
        return False
    permission = await transaction.permission(PermissionId(int(key.split("|")[1])))
    if permission is None or await _language(transaction, permission, event) is None:
        return False
    await order_paper_read(transaction, event, permission.id, event.files[0])
    return True


async def _language(
    transaction: Transaction, permission: Permission, event: CommandGiven | ReadFile
) -> str | None:
    room = await transaction.room(permission.room)
    if room is None or await admin_of(transaction, room.id, event.sender.id) is None:
        return None
    return room.language


async def paper_read(transaction: Transaction, desk: Desk, event: FileRead) -> None:
    """Keep the hash and the name with the permission; say what came of it."""
    order = event.order
    number = order.key.partition(":")[2].partition("|")[0]
    permission = await transaction.permission(PermissionId(int(number)))
    if event.again or permission is None:
        return
    room = await transaction.room(permission.room)
    if room is None or await admin_of(transaction, room.id, order.sender.id) is None:
        return
    if event.likeness is None:
        notice = unread_notice(event.gap, room.language)
        notice = Notice("permit.paper_unread", room.language, {"number": int(permission.id)}, (notice,))
    else:
        paper = event.likeness.content
        await transaction.save_paper(permission, paper, order.file.name)
        facts = {"permission": permission.id, "paper": paper, "by": order.sender.id}
        await transaction.journal(room.id, "permission_paper", desk.clock.now(), facts)
        fields: dict[str, str | int] = {"number": int(permission.id), "name": order.file.name or "—"}
        notice = Notice("permit.paper_kept", room.language, fields)
    await transaction.order(Send(f"answer:{order.key}", notice, room=order.place.room))
