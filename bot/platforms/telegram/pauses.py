"""Waiting for a server that does not answer: a little longer each time, and no longer than until told to stop."""

import asyncio

from telegram.error import InvalidToken

from bot.errors import ConfigError

_FIRST_S = 0.5
_LONGEST_S = 30.0


class Pauses:
    """Growing pauses, each cut short by `stop`."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._next_s = _FIRST_S

    def reset(self) -> None:
        """It answered: the next trouble starts with a short pause again."""
        self._next_s = _FIRST_S

    async def grow(self, least_s: float = 0.0) -> bool:
        """Wait, longer than the last time; False when told to stop."""
        wait_s = max(least_s, self._next_s)
        self._next_s = min(_LONGEST_S, self._next_s * 2)
        return await self.wait(wait_s)

    async def wait(self, wait_s: float) -> bool:
        """Wait so many seconds; False when told to stop."""
        try:
            async with asyncio.timeout(wait_s):
                await self._stop.wait()
        except TimeoutError:
            return True
        return False


def is_rejection(error: Exception) -> bool:
    """Whether Telegram refused the token: in its own form, not with the 404 of some proxy on the way."""
    return isinstance(error, InvalidToken) and "parsing the server response" not in error.message.lower()


def rejected() -> ConfigError:
    """The one line for a token that Telegram refuses."""
    return ConfigError("[telegram] token: Telegram does not accept it; copy it again from @BotFather")
