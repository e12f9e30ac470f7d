"""What a file may cost. All limits hold for one file; a worker process reads one file and ends."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond `pages` and `soft_s` what was read so far is given back; all else makes a file unread."""

    file_bytes: int = 32 * MIB  # Telegram hands bots 20 MB, Matrix servers rarely more than 50
    pages: int = 50
    pixels: int = (
        64_000_000  # of a picture as it is decoded; photographs of 200 million are decoded at half size
    )
    characters: int = 1_000_000
    memory_bytes: int = 1024 * MIB  # address space, of the worker and of each program that it calls
    processor_s: int = 90
    soft_s: float = 45.0  # no new page is begun
    wall_s: float = 75.0  # the process group is killed
    answer_bytes: int = 32 * MIB


LIMITS = Limits()
