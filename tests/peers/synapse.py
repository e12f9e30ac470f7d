"""A real Synapse for the tests: its own process on 127.0.0.1 and a free port, SQLite in a temporary folder."""

import hashlib
import hmac
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent.parent
PYTHON = ROOT / ".venv-synapse" / "bin" / "python"
SERVER = "localhost"
_START_S = 60.0
_UNLIMITED = {"per_second": 10_000, "burst_count": 10_000}
_LIMITS: dict[str, Any] = {
    "rc_message": _UNLIMITED,
    "rc_registration": _UNLIMITED,
    "rc_login": {"address": _UNLIMITED, "account": _UNLIMITED, "failed_attempts": _UNLIMITED},
    "rc_admin_redaction": _UNLIMITED,
    "rc_joins": {"local": _UNLIMITED, "remote": _UNLIMITED},
    "rc_joins_per_room": _UNLIMITED,
    "rc_invites": {"per_room": _UNLIMITED, "per_user": _UNLIMITED, "per_issuer": _UNLIMITED},
    "rc_room_creation": _UNLIMITED,
    "rc_presence": {"per_user": _UNLIMITED},
    "rc_third_party_invite": _UNLIMITED,
    "rc_reports": _UNLIMITED,
    "rc_delayed_event_mgmt": _UNLIMITED,
}


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SynapseError(Exception):
    """An answer of the server that is no success."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


@dataclass
class Synapse:
    """A homeserver. `default_limits` keeps the rate limits that Synapse has when nobody configures them."""

    folder: Path
    default_limits: bool = False
    port: int = field(default_factory=free_port)
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    bridge_token: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    process: "subprocess.Popen[bytes] | None" = None
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> str:
        """Where clients reach it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers; the same data again after `stop`."""
        assert PYTHON.exists(), "no Synapse: run `make setup-dev`"
        config = self.folder / "homeserver.yaml"
        if not config.exists():
            self._configure(config)
            self._call_synapse(config, "--generate-keys")
        with (self.folder / "synapse.out").open("ab") as output:
            self.process = subprocess.Popen(
                [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(config)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SYNAPSE_CACHE_FACTOR": "1"},
            )
        deadline = time.monotonic() + _START_S
        while True:
            try:
                self.call("GET", "/_matrix/client/versions")
            except (URLError, OSError):
                assert self.process.poll() is None, "Synapse ended while starting; see synapse.out"
                assert time.monotonic() < deadline, "Synapse does not answer"
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """End it; its data stay."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    # -- people

    def register(self, name: str, password: str) -> str:
        """Make a user; his id."""
        path = "/_synapse/admin/v1/register"
        nonce = self.call("GET", path)["nonce"]
        message = b"\0".join(part.encode() for part in (nonce, name, password, "notadmin"))
        mac = hmac.new(self.secret.encode(), message, hashlib.sha1).hexdigest()
        made = self.call(
            "POST",
            path,
            {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac},
        )
        self._tokens[made["user_id"]] = made["access_token"]
        return str(made["user_id"])

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | str | None = None, token: str = ""
    ) -> Any:
        """One request over plain HTTP. Raises SynapseError."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = body if isinstance(body, str) else json.dumps(body)
        data = text.encode() if body is not None else None
        request = Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urlopen(request, timeout=60) as response:
                return json.loads(response.read())
        except HTTPError as error:
            with error:
                content = json.loads(error.read() or b"{}")
            raise SynapseError(error.code, str(content.get("errcode", ""))) from None

    def as_user(self, user: str, method: str, path: str, body: Mapping[str, Any] | str | None = None) -> Any:
        """A client request of a user made by `register`, without encryption."""
        return self.call(method, f"/_matrix/client/v3{path}", body, self._tokens[user])

    def as_puppet(
        self, user: str, method: str, path: str, body: Mapping[str, Any] | str | None = None
    ) -> Any:
        """A client request of one of the bridge's users."""
        mark = "&" if "?" in path else "?"
        return self.call(
            method, f"/_matrix/client/v3{path}{mark}user_id={quote(user)}", body, self.bridge_token
        )

    def make_puppet(self, name: str, displayname: str) -> str:
        """A bridged member (`@whatsapp_…`); his id."""
        body = {"type": "m.login.application_service", "username": name}
        made = self.call("POST", "/_matrix/client/v3/register", body, self.bridge_token)
        user = str(made["user_id"])
        self.as_puppet(user, "PUT", f"/profile/{quote(user)}/displayname", {"displayname": displayname})
        return user

    # -- the process

    def _configure(self, config: Path) -> None:
        bridge = self.folder / "bridge.yaml"
        bridge.write_text(
            json.dumps(
                {
                    "id": "whatsapp",
                    "url": None,
                    "as_token": self.bridge_token,
                    "hs_token": secrets.token_hex(16),
                    "sender_localpart": "whatsappbot",
                    "rate_limited": False,
                    "namespaces": {"users": [{"exclusive": True, "regex": "@whatsapp_.*"}]},
                }
            ),
            encoding="utf-8",
        )
        log = self.folder / "log.yaml"
        log.write_text(
            json.dumps(
                {
                    "version": 1,
                    "handlers": {"out": {"class": "logging.StreamHandler"}},
                    "root": {"level": "WARNING", "handlers": ["out"]},
                }
            ),
            encoding="utf-8",
        )
        settings: dict[str, Any] = {
            "server_name": SERVER,
            "listeners": [
                {
                    "port": self.port,
                    "type": "http",
                    "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"]}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "pid_file": str(self.folder / "synapse.pid"),
            "log_config": str(log),
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "bcrypt_rounds": 4,
            "registration_shared_secret": self.secret,
            "macaroon_secret_key": secrets.token_hex(16),
            "presence": {"enabled": False},
            # A sync repeated within two minutes would be answered from memory, whatever has happened since.
            "caches": {"sync_response_cache_duration": "0s"},
            "report_stats": False,
            "enable_metrics": False,
            "app_service_config_files": [str(bridge)],
        }
        if not self.default_limits:
            settings |= _LIMITS
        config.write_text(json.dumps(settings), encoding="utf-8")

    def _call_synapse(self, config: Path, flag: str) -> None:
        subprocess.run(
            [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(config), flag],
            cwd=self.folder,
            check=True,
            capture_output=True,
            timeout=120,
        )
