"""The lexicon as read once: canonical words and sounds of every form, kept beside the files they were read from.

Reading tens of thousands of forms takes longer than everything else at start. The compiled file names the digest of
the files it was made from; when they have changed since, it is passed over and the files themselves are read.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from policies.lexicon.entries import Entry, Form, read_entries

NAME = "lexicon.json"


def lexicon_files(pack: Path) -> list[Path]:
    """A pack's lexicon files, in order."""
    return sorted((pack / "lexicon").glob("*.tsv"))


def digest_of(files: Sequence[Path]) -> str:
    """What names exactly these files (SHA-256, hex)."""
    made = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        made.update(f"{path.name} {len(content)}\n".encode())
        made.update(content)
    return made.hexdigest()


def read_pack(pack: Path) -> list[Entry]:
    """A pack's entries from its files. Raises LexiconError for the first bad line."""
    entries: list[Entry] = []
    for path in lexicon_files(pack):
        with path.open(encoding="utf-8") as lines:
            entries += read_entries(path.name, lines)
    return entries


def write_compiled(pack: Path) -> int:
    """Read a pack's files and keep what was read; how many entries. The same files give the same bytes."""
    entries = read_pack(pack)
    told = [
        [
            entry.concept,
            list(entry.roles),
            [[form.words, form.keys, int(form.open_end), int(form.inflects)] for form in entry.forms],
        ]
        for entry in entries
    ]
    content = {"files": digest_of(lexicon_files(pack)), "entries": told}
    (pack / NAME).write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    return len(entries)


def load_entries(pack: Path) -> list[Entry]:
    """A pack's entries: as compiled when that is of these very files, else read anew."""
    compiled = pack / NAME
    if not compiled.is_file():
        return read_pack(pack)
    content = json.loads(compiled.read_text(encoding="utf-8"))
    if content["files"] != digest_of(lexicon_files(pack)):
        return read_pack(pack)
    return [
        Entry(
            concept,
            tuple(roles),
            tuple(
                Form(tuple(words), tuple(keys), bool(open_end), bool(inflects))
                for words, keys, open_end, inflects in forms
            ),
        )
        for concept, roles, forms in content["entries"]
    ]
