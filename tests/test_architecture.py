"""The tree's promises: which way the arrows point, what the wheel holds, that the documents name what there is."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLATFORM_LIBRARIES = {"telegram", "nio", "aiosqlite", "sqlalchemy", "aiohttp", "httpx", "alembic", "socket"}


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running `code`."""
    report = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(
        subprocess.run(
            [sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.split()
    )


def test_policies_load_no_platform() -> None:
    """Importing and running the judge brings in no platform, no SQL, no network, none of our outer packages."""
    loaded = loaded_by(
        "from policies.judge import load_judge\nfrom policies.message import Message\n"
        "load_judge('om-2024-09-02').judge(Message('salam'))"
    )
    assert "policies" in loaded
    assert loaded.isdisjoint(PLATFORM_LIBRARIES | {"bot", "handlers", "asyncio"})


def test_bot_starts_without_what_reads_files() -> None:
    """Pictures and documents are opened in processes of their own, and those begin with the first file."""
    loaded = loaded_by("import bot.app, bot.platforms.telegram, bot.platforms.matrix, bot.platforms.console")
    assert {"bot", "telegram", "nio"} <= loaded
    assert loaded.isdisjoint({"PIL", "pillow_heif", "pypdfium2", "docx", "odfdo", "openpyxl", "weasyprint"})


def test_handlers_load_no_platform() -> None:
    """The handlers speak to ports only."""
    loaded = loaded_by("import handlers.dispatch")
    assert {"handlers", "policies"} <= loaded
    assert loaded.isdisjoint(PLATFORM_LIBRARIES - {"socket"} | {"bot"})


def test_locale_is_no_package() -> None:
    """With an __init__.py, locale/ would replace the standard library's `locale` in every run from the root."""
    assert (ROOT / "locale").is_dir()
    assert not (ROOT / "locale" / "__init__.py").exists()
    assert "LC_ALL" in dir(__import__("locale"))


def test_no_module_is_named_like_the_standard_library() -> None:
    """`locale.py`, `logging.py`, `types.py` would shadow it."""
    names = [
        path.stem for package in ("bot", "handlers", "policies") for path in (ROOT / package).rglob("*.py")
    ]
    assert len(names) > 30
    assert not {"locale", "logging", "types"} & set(names)


def test_locks_hold_hashes_and_no_address() -> None:
    """Every locked package has a hash; no index, no address is recorded."""
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert [lock.stem for lock in locks] == ["dev", "run", "synapse"]
    for lock in locks:
        content = lock.read_text(encoding="utf-8")
        pins = re.findall(r"^[a-zA-Z0-9].*==", content, re.MULTILINE)
        assert len(pins) > 20
        assert content.count("--hash=sha256:") >= len(pins)
        assert "://" not in content
        assert "index-url" not in content


@pytest.mark.parametrize(
    "section", ["telegram", "matrix", "console", "store", "policy", "rooms", "http", "log"]
)
def test_example_configuration_names_every_setting(section: str) -> None:
    """Each key of a section's model stands in config.example.toml, in use or as a comment."""
    from bot.config import Settings

    annotation = Settings.model_fields[section].annotation
    model = next(
        (one for one in getattr(annotation, "__args__", (annotation,)) if one is not type(None)), None
    )
    assert model is not None
    content = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    part = content.split(f"[{section}]")[1].split("\n[")[0].split("\n# [")[0]
    missing = [key for key in model.model_fields if not re.search(rf"\b{key}\b", part)]
    assert not missing


def test_example_configuration_is_valid() -> None:
    """The shipped example is TOML with no key that the bot does not know."""
    from bot.config import Settings

    parsed = tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8"))
    assert parsed
    for section, values in parsed.items():
        annotation = Settings.model_fields[section].annotation
        model = next(
            (one for one in getattr(annotation, "__args__", (annotation,)) if one is not type(None)), None
        )
        assert model is not None
        model.model_validate(values)


def test_the_running_bot_loads_nothing_that_draws() -> None:
    """It starts in three seconds and 200 MiB; reports are drawn in a process of their own."""
    loaded = loaded_by("import bot.app")
    assert "bot" in loaded
    assert loaded.isdisjoint({"weasyprint", "fontTools", "pypdfium2", "PIL", "playwright"})
