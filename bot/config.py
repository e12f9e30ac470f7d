"""The configuration: one TOML file, every key also from the environment, secrets also from files; read once.

Every wrong or unknown key is named, all together, and no value is ever printed.
"""

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.errors import ConfigError
from handlers.records import Language, Mode

_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _read_secret(path: Path, key: str) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{key}: the file it names cannot be read") from None
    if not content:
        raise ConfigError(f"{key}: the file it names is empty")
    return content


class TelegramSettings(BaseModel):
    """`[telegram]`: absent, Telegram is not used."""

    model_config = _STRICT

    token: str = Field("", repr=False)
    token_file: Path | None = None
    base_url: str = "https://api.telegram.org/bot"
    base_file_url: str = "https://api.telegram.org/file/bot"
    webhook_url: str = ""
    webhook_listen: str = "127.0.0.1:8443"
    webhook_secret: str = Field("", repr=False)
    webhook_secret_file: Path | None = None

    @model_validator(mode="after")
    def _one_token(self) -> "TelegramSettings":
        if bool(self.token) == bool(self.token_file):
            raise ValueError("needs either token or token_file")
        return self


class MatrixSettings(BaseModel):
    """`[matrix]`: absent, Matrix is not used. Log in with a password, or with a token and its device."""

    model_config = _STRICT

    homeserver: str
    user_id: str
    password: str = Field("", repr=False)
    password_file: Path | None = None
    access_token: str = Field("", repr=False)
    access_token_file: Path | None = None
    device_id: str = ""
    store: Path = Path("matrix")

    @model_validator(mode="after")
    def _one_way_in(self) -> "MatrixSettings":
        with_password = bool(self.password or self.password_file)
        with_token = bool(self.access_token or self.access_token_file)
        if with_password == with_token:
            raise ValueError("needs either password or access_token")
        if with_token and not self.device_id:
            raise ValueError("access_token needs device_id")
        return self


class ConsoleSettings(BaseModel):
    """`[console]`: the group in the terminal."""

    model_config = _STRICT

    title: str = "Officers (rehearsal in the terminal)"
    play: Path | None = None  # a group to play instead of the packaged example


class StoreSettings(BaseModel):
    """`[store]`: one data file and its key file."""

    model_config = _STRICT

    url: str = "sqlite+aiosqlite:///para6.db"
    key_file: Path = Path("para6.key")
    keep_days: int = Field(90, ge=1, le=3650)  # how long the text of findings is kept


class PolicySettings(BaseModel):
    """`[policy]`: the instrument that messages are judged by."""

    model_config = _STRICT

    pack: str = "om-2024-09-02"


class RoomSettings(BaseModel):
    """`[rooms]`: what holds in a room until its admin chooses."""

    model_config = _STRICT

    mode: Mode = Mode.REHEARSE
    language: Language = Language.EN


class HttpSettings(BaseModel):
    """`[http]`: health and metrics; an empty `listen` turns them off."""

    model_config = _STRICT

    listen: str = "127.0.0.1:8080"

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        if value:
            host, colon, port = value.rpartition(":")
            if not (host and colon and port.isdigit()):
                raise ValueError("must be HOST:PORT")
        return value


class LogSettings(BaseModel):
    """`[log]`."""

    model_config = _STRICT

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(BaseSettings):
    """Everything `config.toml` may say. Paths are relative to the file's folder, `base`."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix="PARA6_",
        env_nested_delimiter="__",
    )
    toml: ClassVar[Path] = Path()

    telegram: TelegramSettings | None = None
    matrix: MatrixSettings | None = None
    console: ConsoleSettings | None = None
    store: StoreSettings = StoreSettings()
    policy: PolicySettings = PolicySettings()
    rooms: RoomSettings = RoomSettings()
    http: HttpSettings = HttpSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library calls with all four
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; nothing else is read."""
        return env_settings, TomlConfigSettingsSource(settings_cls, cls.toml)


class Config:
    """The settings of one file, with its folder and the secrets that files hold already read."""

    def __init__(self, settings: Settings, base: Path) -> None:
        self.settings = settings
        self.base = base
        telegram, matrix = settings.telegram, settings.matrix
        self.telegram_token = self._secret(telegram, "telegram", "token")
        self.webhook_secret = self._secret(telegram, "telegram", "webhook_secret")
        self.matrix_password = self._secret(matrix, "matrix", "password")
        self.matrix_access_token = self._secret(matrix, "matrix", "access_token")

    @property
    def key_file(self) -> Path:
        """The key file's path."""
        return self.base / self.settings.store.key_file

    @property
    def matrix_store(self) -> Path:
        """The folder of Matrix's encryption keys."""
        return self.base / (self.settings.matrix.store if self.settings.matrix else "matrix")

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms in use."""
        names = ("telegram", "matrix", "console")
        return tuple(name for name in names if getattr(self.settings, name) is not None)

    def _secret(self, section: BaseModel | None, name: str, key: str) -> str:
        if section is None:
            return ""
        path: Path | None = getattr(section, f"{key}_file")
        value: str = getattr(section, key)
        return _read_secret(self.base / path, f"[{name}] {key}_file") if path else value


def _where(location: tuple[Any, ...]) -> str:
    section, *rest = [str(part) for part in location]
    return f"[{section}] {'.'.join(rest)}" if rest else f"[{section}]"


def load_config(path: Path) -> Config:
    """Read a configuration file. Raises ConfigError naming every key that is wrong, and no value."""
    if not path.is_file():
        raise ConfigError(f"configuration {path} is missing; make one with: para6 init {path.parent}")
    source = type("SettingsOfFile", (Settings,), {"toml": path, "__module__": __name__})
    try:
        settings = source()
    except ValidationError as error:
        wrong = "; ".join(f"{_where(e['loc'])}: {e['msg']}" for e in error.errors(include_input=False))
        raise ConfigError(f"configuration {path}: {wrong}") from None
    except ValueError as error:
        # tomllib names line and column; pydantic-settings wraps JSON of the environment, whose value stays out.
        place = (
            str(error).splitlines()[0]
            if "line" in str(error)
            else "an environment variable is not understood"
        )
        raise ConfigError(f"configuration {path}: {place}") from None
    except OSError as error:
        raise ConfigError(f"configuration {path} cannot be read ({error.strerror})") from None
    config = Config(settings, path.resolve().parent)
    if not config.platforms:
        raise ConfigError(f"configuration {path}: name a platform: [telegram], [matrix] or [console]")
    return config
