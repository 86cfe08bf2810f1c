"""Whether there is room on the disk of a node for what it writes about another run."""

import errno
import os
import tempfile
from pathlib import Path

ROOM_BYTES = 1 << 20


class Room:
    """The room in a folder. `is_doubtful` after a write there has failed: then a file is really
    written before the folder counts as fit again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_doubtful = False

    def find_trouble(self) -> str:
        """Return why nothing can be written there, "" where it can."""
        try:
            self._check()
        except OSError as error:
            self.is_doubtful = True
            return f"{error.strerror} ({self.folder})"
        self.is_doubtful = False
        return ""

    def _check(self) -> None:
        disk = os.statvfs(self.folder)
        # Some file systems make files without a list of free ones, and tell 0 of 0.
        has_no_files = disk.f_files > 0 and disk.f_favail == 0
        if has_no_files or disk.f_bavail * disk.f_frsize < ROOM_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.is_doubtful:
            with tempfile.TemporaryFile(dir=self.folder) as file:
                os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
