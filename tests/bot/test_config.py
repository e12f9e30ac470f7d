"""Configuration: every wrong key is named, no value is shown, secrets come from files, the environment wins."""

from pathlib import Path

import pytest

from bot.config import load_config
from bot.errors import ConfigError

SECRET = "123456:zarafa-secret"


def write(folder: Path, content: str) -> Path:
    """A configuration file."""
    path = folder / "config.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_unknown_and_wrong_keys_are_all_named_without_values(tmp_path: Path) -> None:
    """One message, every key, no value."""
    path = write(
        tmp_path,
        f'[telegram]\ntoken = "{SECRET}"\ntokn = "{SECRET}"\n[rooms]\nmode = "zarafa"\n[http]\nlisten = "zarafa"\n',
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    message = str(caught.value)
    assert all(part in message for part in ("[telegram] tokn", "[rooms] mode", "[http] listen"))
    assert "zarafa" not in message


def test_secret_is_read_from_its_file(tmp_path: Path) -> None:
    """token_file instead of token, relative to the configuration."""
    (tmp_path / "t.token").write_text(f"{SECRET}\n", encoding="utf-8")
    loaded = load_config(write(tmp_path, '[telegram]\ntoken_file = "t.token"\n'))
    assert loaded.telegram_token == SECRET
    assert SECRET not in repr(loaded.settings)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param('[telegram]\ntoken_file = "none"\n', "token_file", id="missing secret file"),
        pytest.param("[telegram]\n", "token", id="no token"),
        pytest.param('[telegram]\ntoken = "a"\ntoken_file = "b"\n', "token", id="two tokens"),
        pytest.param('[matrix]\nhomeserver = "h"\nuser_id = "u"\n', "password", id="no way in"),
        pytest.param(
            '[matrix]\nhomeserver = "h"\nuser_id = "u"\naccess_token = "t"\n', "device_id", id="no device"
        ),
        pytest.param("[console]\n[store]\nkeep_days = 0\n", "keep_days", id="out of range"),
        pytest.param("[store]\n", "platform", id="no platform"),
        pytest.param("[console\n", "config.toml", id="no TOML"),
    ],
)
def test_bad_configuration_is_one_clear_error(tmp_path: Path, content: str, named: str) -> None:
    """Each names what to correct."""
    with pytest.raises(ConfigError, match=named):
        load_config(write(tmp_path, content))


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PARA6_SECTION__KEY."""
    monkeypatch.setenv("PARA6_ROOMS__MODE", "warn")
    monkeypatch.setenv("PARA6_TELEGRAM__TOKEN", SECRET)
    loaded = load_config(write(tmp_path, '[console]\n[rooms]\nmode = "rehearse"\n'))
    assert loaded.settings.rooms.mode == "warn"
    assert loaded.platforms == ("telegram", "console")


def test_missing_configuration_tells_the_next_step(tmp_path: Path) -> None:
    """`para6 init` makes one."""
    with pytest.raises(ConfigError, match="para6 init"):
        load_config(tmp_path / "config.toml")
