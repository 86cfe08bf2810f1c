"""What a script logs with our client: the supervisor sends its outboxes, so that nothing is lost
with the process tree."""

import threading
import time
from pathlib import Path

from studio.sdk.connection import Connection
from studio.sdk.outbox.sender import Sender, count_unsent
from studio.sdk.settings import Settings

EVERY_S = 0.25


class OutboxSenders:
    """A thread for each run that the script logs to: its own, its parent's, its children's."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.threads: dict[Path, threading.Thread] = {}
        self.is_over = threading.Event()
        self.looking = threading.Thread(target=self._work, name="outboxes", daemon=True)

    def variables(self) -> dict[str, str]:
        """Return what tells the client where its outboxes are, and that it needs no sender."""
        return {"STUDIO_OUTBOX": str(self.folder), "STUDIO_SENDER": "supervisor"}

    def start(self) -> None:
        """Begin to look for outboxes."""
        self.looking.start()

    def finish(self, patience_s: float) -> int:
        """Send what is left, after the script has ended; return how many entries could not be."""
        self.is_over.set()
        if self.looking.is_alive():
            self.looking.join()
        deadline = time.monotonic() + patience_s
        self._look()
        for thread in self.threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        return sum(count_unsent(writer) for writer in self.folder.glob("*/writers/*"))

    def _work(self) -> None:
        while not self.is_over.wait(EVERY_S):
            self._look()

    def _look(self) -> None:
        """Start a sender for each outbox that has none."""
        for file in self.folder.glob("*/run.json"):
            thread = self.threads.get(file.parent)
            if thread is None or not thread.is_alive():
                sender = Sender(file.parent, Connection(self.settings))
                thread = threading.Thread(target=sender.run, name="sender", daemon=True)
                self.threads[file.parent] = thread
                thread.start()
