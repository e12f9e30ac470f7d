"""The console: a group in the terminal, where one types as any member and reads what the bot says.

`Ali: salam` is Ali speaking in the group; `admin> /digest` is the admin writing to the bot in private, `Ali> …` any
member; `Ali (reply): …` answers the message before; `Ali: [file] letter.pdf` sends a file. With standard input not a terminal a whole group is played from
a file, one JSON object a line: {"from", "text"} and optionally "to" ("bot" for a private message), "forwarded",
"edit" (n lines back), "reply" (n lines back), "at" (ISO 8601), "file" (a path, from the folder of the played file).
"""

import asyncio
import hashlib
import json
import re
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from bot.adapter import Arrival, Cursor, FileTooLarge, Intake
from bot.errors import InputError
from bot.texts import sentence
from handlers.events import (
    Attachment,
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
from handlers.ports import AlreadyGone, File, NotReachable, Rendered
from handlers.records import Language

GROUP = RoomId("console:group")
ADMIN = MemberId("console:admin")
_LINE = re.compile(r"(?P<name>[^:>(]{1,40}?)(?P<reply> \(reply\))?(?P<how>[:>])\s?(?P<text>.*)", re.DOTALL)
# A played group leaves the bot the time to answer between two lines, so that it reads like a conversation.
_BETWEEN_LINES_S = 0.04
_FILE = re.compile(r"\[file\]\s+(?P<path>\S.*)")
_PRESS = re.compile(r"press (?P<data>\S+)")


def _member_id(name: str) -> MemberId:
    """An id that tells no name, as on other platforms: ids stand in the record and in the log."""
    if name.lower() == "admin":
        return ADMIN
    return MemberId(f"console:{hashlib.sha256(name.lower().encode()).hexdigest()[:12]}")


class ConsolePlatform:
    """An adapter whose room is the terminal; see the module for what can be typed."""

    name = "console"

    def __init__(self, *, title: str, play: Path | None, out: TextIO | None = None) -> None:
        self._title = title
        self._play = play
        self._out = out or sys.stdout
        self._receiving = False
        self._said: dict[MessageId, str] = {}
        self._sent: dict[MessageId, tuple[Attachment, ...]] = {}

    # -- in

    async def run(self, intake: Intake, stop: asyncio.Event) -> None:
        """Receive lines until the input ends or `stop` is set."""
        run = await intake.cursor(self.name, "runs") or "0"
        start = int(await intake.cursor(self.name, "line") or "0") if self._play else 0
        now = datetime.now(UTC)
        admin = Member(ADMIN, "admin", Standing.ADMIN)
        present = BotChanged(self._group(), present=True, at=now, by=admin, admins=(admin,))
        await intake.put([Arrival("start", present)], Cursor(self.name, "runs", str(int(run) + 1)))
        self._receiving = True
        prefix = "play" if self._play else f"run{run}"
        try:
            source = self._played(self._play) if self._play else self._typed(stop)
            number = 0
            async for line in source:
                number += 1
                event = self._event(line, f"{prefix}-{number}", number)
                if stop.is_set():
                    return
                if event is None or number <= start:
                    continue
                await intake.put(
                    [Arrival(f"{prefix}:{number}", event)], Cursor(self.name, "line", str(number))
                )
                await asyncio.sleep(_BETWEEN_LINES_S if self._play else 0)
        finally:
            self._receiving = False

    def receiving(self) -> bool:
        """Whether lines are being read."""
        return self._receiving

    async def close(self) -> None:
        """Nothing is held open."""

    async def _played(self, path: Path) -> AsyncIterator[dict[str, Any]]:
        for played in await asyncio.to_thread(read_group, path):
            yield played

    async def _typed(self, stop: asyncio.Event) -> AsyncIterator[dict[str, Any]]:
        self._print("group", sentence("console.welcome", Language.EN).format(title=self._title))
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=2 * 1024 * 1024)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while not stop.is_set():
            reading = asyncio.create_task(reader.readline())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if not reading.done():
                reading.cancel()
                return
            line = reading.result().decode("utf-8", "replace")
            if not line:
                return
            found = _LINE.match(line.strip())
            if found is None:
                if line.strip():
                    self._print("group", sentence("console.how", Language.EN))
                continue
            yield {
                "from": found["name"].strip(),
                "text": found["text"],
                "to": "bot" if found["how"] == ">" else "group",
                "reply": 1 if found["reply"] else None,
            }

    def _event(self, line: dict[str, Any], ident: str, number: int) -> Event | None:
        name, text = line["from"], line["text"]
        sender = Member(
            _member_id(name),
            name,
            Standing.ADMIN if name.lower() == "admin" else Standing.MEMBER,
        )
        at = datetime.fromisoformat(line["at"]) if line.get("at") else datetime.now(UTC)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        private = line.get("to") == "bot"
        place = Place(RoomId(sender.id), private=True) if private else self._group()
        edit = line.get("edit")
        message = MessageId(ident if not edit else ident.rpartition("-")[0] + f"-{number - int(edit)}")
        reply_to = (
            MessageId(ident.rpartition("-")[0] + f"-{number - int(line['reply'])}")
            if line.get("reply")
            else None
        )
        if self._play or not private:
            shown = " ".join(filter(None, (f"[file] {line['file']}" if line.get("file") else "", text)))
            self._print("group" if not private else "private", f"{name}: {shown}")
        files, text = self._files(line, text)
        if files:
            self._sent[message] = files
        answered = self._sent.get(reply_to, ()) if reply_to else ()
        press = _PRESS.fullmatch(text)
        if private and press:
            return ButtonPressed(place, message, sender, at, press["data"])
        if text.startswith("/"):
            command, _, argument = text[1:].partition(" ")
            return CommandGiven(
                place,
                message,
                sender,
                at,
                command.lower(),
                argument.strip(),
                reply_to,
                self._said.get(reply_to) if reply_to else None,
                files=files,
                reply_files=answered,
            )
        if private:
            return CommandGiven(place, message, sender, at, "", text, files=files)
        self._said[message] = text
        return MessagePosted(
            place,
            message,
            sender,
            at,
            text,
            forwarded=bool(line.get("forwarded")),
            edited=bool(edit),
            reply_to=reply_to,
            attachments=len(files),
            files=files,
        )

    def _files(self, line: dict[str, Any], text: str) -> tuple[tuple[Attachment, ...], str]:
        """The file that a line names, and the words beside it."""
        named = _FILE.fullmatch(text) if not self._play else None
        path = named["path"] if named else line.get("file")
        if not isinstance(path, str) or not path:
            return (), text
        place = (self._play.parent if self._play else Path.cwd()) / path
        unique = hashlib.sha256(str(place).encode()).hexdigest()
        return (Attachment(unique, str(place), place.name),), "" if named else text

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """The bytes of a file on this machine."""
        try:
            return await asyncio.to_thread(_bytes_of, Path(attachment.ref), most)
        except OSError:
            raise AlreadyGone("fetch") from None

    def _group(self) -> Place:
        return Place(GROUP, title=self._title)

    # -- out

    async def send(
        self,
        room: RoomId,
        rendered: Rendered,
        *,
        key: str,
        reply_to: MessageId | None = None,
        thread: str | None = None,  # noqa: ARG002 - the terminal has no threads
    ) -> MessageId:
        """Print it, with what it is in front."""
        kind = key.partition(":")[0]
        self._print(kind if kind in {"warning", "alert", "digest"} else "bot", rendered.text)
        for row in rendered.buttons:
            for text, data, _ in row:
                if data and kind != "warning" and room != GROUP:
                    self._print("button", f"{text}:  admin> press {data}")
        digest = hashlib.sha256(f"{room}|{key}|{reply_to}".encode()).hexdigest()[:12]
        return MessageId(f"said-{digest}")

    async def send_file(self, room: RoomId, file: File, caption: Rendered, *, key: str) -> MessageId:
        """Say that there is one; a terminal shows none, and nothing kept is written to the disk unsealed."""
        size_kb = max(1, len(file.content) // 1000)
        self._print("file", f"{caption.text} ({file.name}, {size_kb} kB)")
        return MessageId(f"file-{hashlib.sha256(f'{room}|{key}'.encode()).hexdigest()[:12]}")

    async def edit(self, room: RoomId, message: MessageId, rendered: Rendered, *, key: str) -> None:  # noqa: ARG002
        """Print what it says now."""
        kind = "warning" if "warning:" in key else "alert"
        self._print(kind, rendered.text)

    async def remove(self, room: RoomId, message: MessageId, *, key: str) -> None:  # noqa: ARG002
        """Say that it would be gone."""
        self._print("removed", sentence("console.removed", Language.EN))

    async def answer_press(self, room: RoomId, press: str, rendered: Rendered) -> None:  # noqa: ARG002
        """Print the short word."""
        self._print("bot", rendered.text)

    async def private_room(self, member: MemberId) -> RoomId:
        """Everybody's private chat is this terminal."""
        if not member.startswith("console:"):
            raise NotReachable("private chat")
        return RoomId(member)

    async def admins(self, room: RoomId) -> Sequence[Member]:  # noqa: ARG002
        """The one admin."""
        return [Member(ADMIN, "admin", Standing.ADMIN)]

    async def members(self, room: RoomId) -> Sequence[Member]:  # noqa: ARG002
        """Not known: whoever is typed speaks."""
        return ()

    def _print(self, kind: str, text: str) -> None:
        first, *rest = text.splitlines() or [""]
        lines = [f"[{kind}] {first}", *(f"    {line}" for line in rest)]
        print("\n".join(lines), file=self._out, flush=True)


def _bytes_of(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        read = file.read(most + 1)
    if len(read) > most:
        raise FileTooLarge
    return read


def read_group(path: Path) -> list[dict[str, Any]]:
    """A group to play. Raises InputError naming the line that is no message."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"the group {path.name} cannot be read as UTF-8 text") from None
    played = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            message = _read_line(line)
            if message is None:
                raise InputError(f'{path.name}, line {number}: needs {{"from": …, "text": …}}')
            played.append(message)
    return played


def _read_line(line: str) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    fits = (
        isinstance(message, dict)
        and isinstance(message.get("from"), str)
        and isinstance(message.get("text"), str)
    )
    return message if fits else None
