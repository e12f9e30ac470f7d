"""Backups: one zip file with a consistent copy of every database, taken while the bot runs.

The key file is not in it: whoever finds a backup can read nothing. Restoring writes nothing where something is.
"""

import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.errors import InputError, StoreError

_STORE = "store.db"
_MATRIX = "matrix/"


def make_backup(target: Path, store: Path, matrix: Path) -> None:
    """Write the backup; complete or not at all. Raises InputError, StoreError."""
    if target.exists():
        raise InputError(f"{target} exists already; name a new file")
    if not store.is_file():
        raise StoreError(f"there is no store at {store} yet; nothing to back up")
    partial = target.with_name(target.name + ".partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for source, name in _sources(store, matrix):
                _add(archive, source, name, partial.parent)
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.rename(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"{target} cannot be written ({error.strerror})") from None
    except sqlite3.Error:
        partial.unlink(missing_ok=True)
        raise StoreError(
            "the store cannot be copied: it is damaged; keep its file and restore an older backup"
        ) from None


def _sources(store: Path, matrix: Path) -> Iterator[tuple[Path, str]]:
    yield store, _STORE
    if matrix.is_dir():
        for path in sorted(matrix.rglob("*")):
            if path.is_file() and not path.name.endswith(("-wal", "-shm", "-journal")):
                yield path, _MATRIX + path.relative_to(matrix).as_posix()


def _add(archive: zipfile.ZipFile, source: Path, name: str, folder: Path) -> None:
    if source.suffix != ".db":
        archive.write(source, name)
        return
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".copy") as copy:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy.name)) as taken:
            live.backup(taken)
        archive.write(copy.name, name)


def restore_backup(source: Path, store: Path, matrix: Path) -> None:
    """Put a backup's files in place; refuses to overwrite. Raises InputError."""
    try:
        with zipfile.ZipFile(source) as archive:
            if archive.testzip() is not None or _STORE not in archive.namelist():
                raise InputError(f"{source} is no backup of para6, or is damaged; take another")
            places = {name: _place(name, store, matrix) for name in archive.namelist()}
            taken = [path for path in places.values() if path.exists()]
            if taken:
                raise InputError(f"{taken[0]} exists; move it away first, a restore never overwrites")
            for name, path in places.items():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                partial = path.with_name(path.name + ".partial")
                partial.write_bytes(archive.read(name))
                partial.chmod(0o600)
                partial.rename(path)
    except (zipfile.BadZipFile, zipfile.LargeZipFile):
        raise InputError(f"{source} is no backup of para6, or is damaged; take another") from None
    except OSError as error:
        raise InputError(f"{source} cannot be restored ({error.strerror})") from None


def _place(name: str, store: Path, matrix: Path) -> Path:
    if name == _STORE:
        return store
    place = (matrix / name.removeprefix(_MATRIX)).resolve()
    if not name.startswith(_MATRIX) or not place.is_relative_to(matrix.resolve()):
        raise InputError("the backup holds a file that does not belong there; take another")
    return place
