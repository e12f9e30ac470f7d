"""Which adapters a configuration asks for. Each platform's library is loaded only when it is used."""

import secrets
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from bot.adapter import Adapter
from bot.config import Config


def example_group() -> Path:
    """The sample group that the console plays."""
    packaged = Path(str(files("bot"))) / "examples" / "group.jsonl"
    return packaged if packaged.is_file() else Path(str(files("bot"))).parent / "examples" / "group.jsonl"


def build_adapters(config: Config, *, typed: bool) -> Sequence[Adapter]:
    """The adapters of the configured platforms; the console types when `typed`, else it plays its file."""
    settings = config.settings
    adapters: list[Adapter] = []
    if settings.telegram is not None:
        from bot.platforms.telegram import TelegramPlatform  # noqa: PLC0415 - half a second of imports

        adapters.append(
            TelegramPlatform(
                token=config.telegram_token,
                base_url=settings.telegram.base_url,
                base_file_url=settings.telegram.base_file_url,
                webhook_url=settings.telegram.webhook_url,
                webhook_listen=settings.telegram.webhook_listen,
                webhook_secret=config.webhook_secret or secrets.token_urlsafe(32),
            )
        )
    if settings.matrix is not None:
        from bot.platforms.matrix import MatrixPlatform  # noqa: PLC0415 - as above

        adapters.append(
            MatrixPlatform(
                homeserver=settings.matrix.homeserver,
                user_id=settings.matrix.user_id,
                password=config.matrix_password,
                access_token=config.matrix_access_token,
                device_id=settings.matrix.device_id,
                store=config.matrix_store,
            )
        )
    if settings.console is not None:
        from bot.platforms.console import ConsolePlatform  # noqa: PLC0415 - as above

        play = settings.console.play
        played = None if typed else (config.base / play if play else example_group())
        adapters.append(ConsolePlatform(title=settings.console.title, play=played))
    return adapters
