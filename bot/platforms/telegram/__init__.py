"""Telegram: an adapter on python-telegram-bot, with its own durable way in (polling or a webhook)."""

import os

# The library's opt-in to its coming behaviour: spans of time as timedelta. Without it each 429 is a warning.
os.environ["PTB_TIMEDELTA"] = "true"

from bot.platforms.telegram.platform import TelegramPlatform

__all__ = ["TelegramPlatform"]
