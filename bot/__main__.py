"""`para6` and `python -m bot`: the command line, and the one place where an error becomes one line."""

import sys

from bot.cli.app import run_command_line


def main() -> None:
    """Run the command line and exit with its code: 0, 1 (something would be warned), 2 (an error, told in one line)."""
    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
