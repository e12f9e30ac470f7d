"""The command line: `para6`, one file a command."""
