"""What `studio pipe` does: passes bytes on at once, and sends them to a log beside that."""

import os
import threading
from contextlib import suppress
from typing import BinaryIO

from studio.sdk.connection import Connection, in_path
from studio.sdk.exceptions import StudioAway

LOG = "logs/user_log.txt"
PART_BYTES = 1 << 18
EVERY_S = 0.5
LAST_S = 60.0


class Piped:
    """A log that is written to a file and sent from there by offset: nothing twice, nothing lost
    while the studio is away."""

    def __init__(self, connection: Connection, run_id: str, kept: BinaryIO) -> None:
        self.connection = connection
        self.path = f"runs/{in_path(run_id)}"
        self.kept = kept
        self.written = self.sent = 0
        self.is_over = threading.Event()
        self.sender = threading.Thread(target=self.send_all, daemon=True)
        self.sender.start()

    def pass_through(self, source: BinaryIO, target: BinaryIO) -> None:
        """Copy the source to the target as it comes; a target that nobody reads is left out."""
        while data := source.read1(PART_BYTES):  # type: ignore[attr-defined]
            self.kept.write(data)
            self.kept.flush()
            self.written += len(data)
            with suppress(BrokenPipeError):
                target.write(data)
                target.flush()

    def send_all(self) -> None:
        """Send what is written until the end; go on when the studio has been away."""
        while not (self.is_over.is_set() and self.sent == self.written):
            try:
                if not self.send_part():
                    self.is_over.wait(EVERY_S)
            except StudioAway:
                self.is_over.wait(EVERY_S)

    def send_part(self) -> bool:
        """Send the next bytes; tell whether there were any."""
        size = min(self.written - self.sent, PART_BYTES)
        if not size:
            return False
        data = read_at(self.kept, self.sent, size)
        query = {"path": LOG, "offset": self.sent}
        answer = self.connection.ask("PATCH", f"{self.path}/logs", query=query, body=data)
        self.sent = answer["next_offset"]
        return True

    def end(self, status: str) -> int:
        """Wait until all is sent, give the run its status; return how many bytes are missing."""
        self.is_over.set()
        self.sender.join(LAST_S)
        with suppress(StudioAway):
            if not self.sender.is_alive():
                self.connection.ask("POST", f"{self.path}/logs/finish", body={"path": LOG})
            self.connection.ask("PATCH", self.path, body={"status": status})
        return self.written - self.sent


def read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """Read without moving the place at which another thread writes."""
    return os.pread(file.fileno(), size, offset)
