"""Logging in, with one device for ever.

The store folder (0700) holds the key store and `session.json` (0600): the device id, made before the first log-in so
that a kill in between makes no second device, and the token of a log-in by password.
"""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import ConfigError

_FILE = "session.json"


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are to the server. `token` is empty before the first log-in."""

    user: str
    device: str
    token: str = field(default="", repr=False)


class SessionFile:
    """The session on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / _FILE

    def load(self, user: str, device: str) -> Session:
        """The session of a user, made and kept when there is none; `device` wins when it is configured.

        Raises ConfigError when the folder cannot be used or belongs to another account.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            kept = json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else {}
        except OSError as error:
            raise ConfigError(f"[matrix] store: the folder cannot be used ({error.strerror})") from None
        except ValueError:
            kept = {}
        if not isinstance(kept, dict):
            kept = {}
        if kept.get("user", user) != user:
            raise ConfigError("[matrix] store: the folder belongs to another user_id; name another folder")
        known = str(kept.get("device") or "")
        session = Session(user, device or known or f"PARA6{secrets.token_hex(5).upper()}")
        if session.device == known:
            session = Session(user, known, str(kept.get("token") or ""))
        self.save(session)
        return session

    def save(self, session: Session) -> None:
        """Keep it; on disk when this returns."""
        content = {"user": session.user, "device": session.device, "token": session.token}
        new = self._path.with_suffix(".new")
        try:
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError as error:
            raise ConfigError(f"[matrix] store: the folder cannot be written ({error.strerror})") from None
