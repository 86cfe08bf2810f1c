"""What the tests write lies in memory where there is room: a disk takes ten times the time of the
processor to make a folder or to store what SQLite commits, and then waits."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
# A whole run keeps a part of it at a time.
NEEDED_BYTES = 4 << 30


@contextmanager
def temporary_files_in_memory() -> Iterator[None]:
    """Have this process and those that it starts make temporary files in memory, and remove them.

    They stay where they are if there is little room, or a folder for them is named.
    """
    if "TMPDIR" in os.environ or room_in(MEMORY) < NEEDED_BYTES:
        yield
        return
    with tempfile.TemporaryDirectory(
        prefix="studio-", dir=MEMORY, ignore_cleanup_errors=True
    ) as folder:
        # For PostgreSQL's user too, like the folder whose place it takes.
        os.chmod(folder, 0o1777)
        os.environ["TMPDIR"], tempfile.tempdir = folder, None
        try:
            yield
        finally:
            del os.environ["TMPDIR"]
            tempfile.tempdir = None


def room_in(folder: Path) -> int:
    """Return how many bytes of memory may be filled there: none where no program may start."""
    try:
        if os.statvfs(folder).f_flag & os.ST_NOEXEC:
            return 0
        return min(shutil.disk_usage(folder).free, available_memory())
    except OSError:
        return 0


def available_memory() -> int:
    """Return how many bytes Linux would give to programs."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _, size = line.partition(":")
        if name == "MemAvailable":
            return int(size.split()[0]) << 10
    return 0
