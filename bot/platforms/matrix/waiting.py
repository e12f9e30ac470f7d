"""Messages whose key has not come: kept, the key asked for again, and read as soon as it is there."""

from collections.abc import Iterator
from typing import Any

from nio import EncryptionError, MegolmEvent  # type: ignore[import-untyped] # the library ships no types

_KEPT = 1000


class WaitingForKeys:
    """Undecryptable events, by id, oldest first; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, str], MegolmEvent | None] = {}
        self._asked: set[str] = set()

    def expect(self, room: str, event: str) -> None:
        """An event known by its id only (after a restart); `missing` asks for it."""
        self._events.setdefault((room, event), None)

    def add(self, room: str, event: MegolmEvent) -> None:
        """Keep an event."""
        event.room_id = room
        self._events[room, event.event_id] = event
        while len(self._events) > _KEPT:
            self._events.pop(next(iter(self._events)))

    def drop(self, room: str, event: str) -> None:
        """It was read, or is gone."""
        self._events.pop((room, event), None)

    def missing(self) -> list[tuple[str, str]]:
        """The events known by id only."""
        return [key for key, event in self._events.items() if event is None]

    def ids(self) -> dict[str, list[str]]:
        """All of them, as they are kept with the sync token: room to event ids."""
        kept: dict[str, list[str]] = {}
        for room, event in self._events:
            kept.setdefault(room, []).append(event)
        return kept

    def ask(self, machine: Any) -> None:
        """Queue a request to the sender's device, once a session and start."""
        for event in self._events.values():
            if event is None or event.session_id in self._asked or event.sender == machine.user_id:
                continue
            self._asked.add(event.session_id)
            machine.outgoing_to_device_messages.append(
                event.as_key_request(event.sender, machine.device_id, event.session_id, event.device_id)
            )

    def readable(self, machine: Any) -> Iterator[tuple[str, Any]]:
        """Room and event for each that can be read now; they wait no longer."""
        for (room, ident), event in list(self._events.items()):
            if event is None:
                continue
            try:
                inside = machine.decrypt_megolm_event(event)
            except EncryptionError:
                continue
            self.drop(room, ident)
            yield room, inside
