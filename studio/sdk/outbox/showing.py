"""Shows what a script prints: copies growing files to standard output and error until it ends."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

EVERY_S = 0.02


def main() -> None:
    """Follow the files of the command line: the first to stdout, the second to stderr; until the
    process that is named there has ended."""
    parent = int(sys.argv[2])
    paths = [Path(path) for path in sys.argv[3:]]
    sources = [open(path, "rb") for path in paths]  # noqa: SIM115  (open until this process ends)
    while True:
        is_over = os.getppid() != parent or (paths[0].parent / "console.end").exists()
        shown = sum(show(source, number) for number, source in enumerate(sources, 1))
        if is_over and not shown:
            return
        if not shown:
            time.sleep(EVERY_S)


def show(source: BinaryIO, number: int) -> int:
    """Copy what has been added; return how many bytes it was."""
    data = source.read(1 << 16)
    with suppress(OSError):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(number, rest) :]
    return len(data)
