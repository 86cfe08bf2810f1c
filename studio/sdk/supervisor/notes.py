"""What the supervisor writes about its own work: small texts, several sent in one request.

They are kept in files too, while the disk has room: the guard, which ends the attempt of a killed
supervisor, continues them.
"""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from studio.sdk.supervisor.earlier import EarlierAttempts
from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path

FIRST_S, EVERY_S = 1.0, 2.0
MOST_CHARS = 64_000
CUT = "(earlier lines were left out)\n"


class Notes:
    """Texts by their path in the run. `send_if_due` sends what has changed, at most every 2 s."""

    def __init__(self, api: StudioApi, run_id: str, folder: Path, earlier: EarlierAttempts) -> None:
        self.api = api
        self.earlier = earlier
        self.address = f"runs/{in_path(run_id)}/files"
        self.folder = folder
        self.texts = {
            file.relative_to(folder).as_posix(): file.read_text()
            for file in folder.rglob("*")
            if file.is_file()
        }
        self.changed: set[str] = set()
        self.lock = threading.RLock()
        self.due_at = time.monotonic() + FIRST_S

    def say(self, *paths: str, line: str) -> None:
        """Add a line with the time to each of the texts."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for path in paths:
            with self.lock:
                self._add(path, f"{now} {line}\n")

    def _add(self, path: str, line: str) -> None:
        text = self.texts.get(path, "") + line
        if len(text) > MOST_CHARS:
            text = CUT + text[-MOST_CHARS // 2 :].partition("\n")[2]
        elif path in self.texts:
            with suppress(OSError), open(self.folder / path, "a") as file:
                file.write(line)
            self._note(path, text)
            return
        self.put(path, text)

    def put(self, path: str, text: str) -> None:
        """Make `text` the content of the file at `path`."""
        file = self.folder / path
        with self.lock:
            with suppress(OSError):
                if path not in self.texts:
                    file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            self._note(path, text)

    def _note(self, path: str, text: str) -> None:
        self.texts[path] = text
        self.changed.add(path)

    def send_if_due(self) -> None:
        """Send what has changed where the last time was long enough ago."""
        if self.changed and time.monotonic() >= self.due_at:
            self.due_at = time.monotonic() + EVERY_S
            try:
                self.send(0.0)
            except (Away, Refused):
                return

    def send(self, patience_s: float) -> None:
        """Send what has changed. Raises Away, Refused."""
        files = self.take(patience_s)
        if not files:
            return
        try:
            self.api.ask("POST", self.address, body={"files": files}, patience_s=patience_s)
        except (Away, Refused):
            self.give_back(files)
            raise

    def take(self, patience_s: float) -> list[dict[str, str]]:
        """Return what has changed, for a request. Raises Away, Refused."""
        if not self.changed:
            return []
        self.earlier.learn(patience_s)
        with self.lock:
            paths, self.changed = sorted(self.changed), set()
            return [
                {"path": path, "text": self.earlier.before(path) + self.texts[path]}
                for path in paths
            ]

    def give_back(self, files: list[dict[str, str]]) -> None:
        """Let files count as changed again: the request was not answered."""
        with self.lock:
            self.changed.update(file["path"] for file in files)
