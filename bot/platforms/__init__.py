"""The platforms, an adapter each: telegram, matrix, and the console, a group in the terminal."""
