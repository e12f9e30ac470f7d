"""The officers' clock."""

from zoneinfo import ZoneInfo

# Times in notices are those of the officers, wherever the server stands.
LOCAL = ZoneInfo("Asia/Karachi")
