"""`para6 init [DIR]`: a configuration and a key file to begin with."""

from importlib.resources import files
from pathlib import Path

import typer

from bot.errors import ConfigError
from bot.store.vault import make_key_file
from bot.texts import sentence
from handlers.records import Language


def example_config() -> str:
    """The commented configuration that is shipped."""
    packaged = Path(str(files("bot"))) / "config.example.toml"
    path = packaged if packaged.is_file() else Path(str(files("bot"))).parent / "config.example.toml"
    return path.read_text(encoding="utf-8")


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help=sentence("cli.init", Language.EN))
    def init(folder: Path = typer.Argument(Path(), metavar="[DIR]")) -> None:
        config, key = folder / "config.toml", folder / "para6.key"
        for path in (config, key):
            if path.exists():
                raise ConfigError(f"{path} exists already; it is never overwritten")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            config.write_text(example_config(), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{config} cannot be written ({error.strerror})") from None
        config.chmod(0o600)  # it may come to hold a token
        make_key_file(key)
        typer.echo(sentence("cli.init_done", Language.EN).format(config=config, key=key))
