"""What a process holds, as Linux tells it."""

import os
from pathlib import Path


def memory(process: int) -> int:
    """Give the bytes that a process has in memory."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def files(process: int) -> int:
    """Count the files and sockets that a process has open."""
    return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())


def seconds(process: int) -> float:
    """Give the processor time that a process has taken, to the hundredth of a second."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
