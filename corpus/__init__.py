"""The project's own labelled messages, and the programs that train and measure with them (not in the wheel)."""
