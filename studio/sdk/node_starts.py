"""What a node writes down of its starts.

A start that ended by itself has left its cluster. One that was killed has not: the next start of
the same node takes it off the cluster.
"""

import fcntl
import hashlib
import itertools
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from studio.sdk.locking import is_taken


class NodeStarts:
    """The starts that the studio may still list, in a file that no other living node uses.

    `identity` is what the nodes have in common that may follow each other, whatever the address of
    their studio is.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.file = self._hold_file(folder, hashlib.sha256(identity.encode()).hexdigest()[:8])
        self.listed: list[str] = []
        if self.file is not None:
            self.listed = self.file.read().split()

    def _hold_file(self, folder: Path, base: str) -> IO[str] | None:
        """Open and lock the first file that no living node holds; None where nothing is written or
        locked."""
        for number in itertools.count(1):
            try:
                path = folder / f"starts-{base}-{number}"
                file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
            except OSError:
                return None
            # Open until this process ends; supervisors do not inherit a lock of this kind.
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            except OSError as error:
                file.close()
                if not is_taken(error):
                    return None
        raise AssertionError("there is always another number")

    def add(self, incarnation: str) -> None:
        """Note a start before the studio hears of it."""
        if incarnation not in self.listed:
            self._write([*self.listed, incarnation])

    def remove(self, incarnation: str) -> None:
        """Forget a start that the studio does not list any more."""
        self._write([one for one in self.listed if one != incarnation])

    def _write(self, listed: list[str]) -> None:
        self.listed = listed
        if self.file is None:
            return
        # Without it an old start is listed as offline for a day.
        with suppress(OSError):
            self.file.seek(0)
            self.file.truncate()
            self.file.write("".join(f"{one}\n" for one in listed))
            self.file.flush()
