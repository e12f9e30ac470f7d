"""Files in, text out, outside the bot's process: what others made is never parsed where keys and messages are."""
