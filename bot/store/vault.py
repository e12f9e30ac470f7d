"""Encryption of what is kept, and the key file it rests on.

AES-256-GCM with a random 96-bit nonce a value; the place of a value (table and column) is authenticated with it, so
that a value cannot be moved to another place. Keyed hashes use a key of their own, derived from the same file.
"""

import base64
import binascii
import hashlib
import hmac
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import ConfigError, StoreError

_KEY_BYTES = 32
_NONCE_BYTES = 12


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


class Vault:
    """Seals and opens values with the keys derived from one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, "para6 content"))
        self._digest_key = _derive(secret, "para6 digest")
        self._file_key = _derive(secret, "para6 file digest")
        self.likeness_key = _derive(secret, "para6 likeness")  # for marks of texts (policies.text.mark)

    def seal(self, text: str, place: str) -> bytes:
        """The encrypted form of a text kept at `place` (`table.column`)."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """The text again. Raises StoreError when the key is another or the value was changed."""
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except InvalidTag:
            raise StoreError(
                f"a value in {place} cannot be decrypted: the key file does not belong to this store, or the "
                "store is damaged; put the right key file back, or restore a backup"
            ) from None
        return plain.decode("utf-8", "surrogatepass")

    def digest_bytes(self, data: bytes) -> str:
        """HMAC-SHA256 of a file's bytes, hex; never that of a text."""
        return hmac.new(self._file_key, data, hashlib.sha256).hexdigest()

    def digest(self, text: str) -> str:
        """HMAC-SHA256 of a text, hex: equal texts are recognised, nothing else can be read from it."""
        return hmac.new(self._digest_key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def make_key_file(path: Path) -> None:
    """Write a new key file, mode 0600. Raises ConfigError when the file exists or cannot be written."""
    line = base64.b64encode(os.urandom(_KEY_BYTES)) + b"\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(f"key file {path} exists already; it is never overwritten") from None
    except OSError as error:
        raise ConfigError(f"key file {path} cannot be written ({error.strerror})") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def open_vault(path: Path) -> Vault:
    """The vault of a key file. Raises ConfigError when it is missing, readable by others, or no key."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"key file {path} is missing; put it back from where you keep it safe") from None
    except OSError as error:
        raise ConfigError(f"key file {path} cannot be read ({error.strerror})") from None
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"key file {path} is readable by others; run: chmod 600 {path}")
    try:
        secret = base64.b64decode(content.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise ConfigError(f"key file {path} does not hold a para6 key; put the right file back")
    return Vault(secret)
