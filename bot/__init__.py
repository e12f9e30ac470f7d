"""The outside world and the wiring: platforms, store, command line, configuration."""
