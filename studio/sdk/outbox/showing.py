"""Shows what a script prints: copies growing files to standard output and error until it ends.

A program by itself, which loads nothing of the client and little of the standard library: each
script starts it.
"""

import os
import sys
import time
from contextlib import suppress
from io import BufferedReader

EVERY_S = 0.02


def main() -> None:
    """Follow the files of the command line: the first to stdout, the second to stderr; until the
    process that is named there has ended."""
    parent, paths = int(sys.argv[1]), sys.argv[2:]
    end = os.path.join(os.path.dirname(paths[0]), "console.end")
    sources = [open(path, "rb") for path in paths]  # noqa: SIM115  (open until this process ends)
    while True:
        is_over = os.getppid() != parent or os.path.exists(end)
        shown = sum(show(source, number) for number, source in enumerate(sources, 1))
        if is_over and not shown:
            return
        if not shown:
            time.sleep(EVERY_S)


def show(source: BufferedReader, number: int) -> int:
    """Copy what has been added; return how many bytes it was."""
    data = source.read(1 << 16)
    with suppress(OSError):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(number, rest) :]
    return len(data)


if __name__ == "__main__":
    main()
