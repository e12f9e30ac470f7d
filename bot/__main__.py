"""`para6` and `python -m bot`: the command line, and the one place where an error becomes one line."""

import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line and exit with its code: 0, 1 (something would be warned), 2 (an error, told in one line)."""
    if sys.argv[1:2] == ["run"]:
        # Asked to stop while it still loads, the bot has nothing under way: it ends as it would later, with 0.
        signal.signal(signal.SIGTERM, _stop)
    from bot.cli.app import run_command_line  # noqa: PLC0415 - loading takes a second, in which a signal may come

    sys.exit(run_command_line(sys.argv[1:]))


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
