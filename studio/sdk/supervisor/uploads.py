"""The folders `outputs/` and `logs/` of the working folder, sent while the process runs."""

import threading
from pathlib import Path
from urllib.parse import quote

from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path

FOLDERS = ("outputs", "logs")
EVERY_S = 5.0
Fingerprint = tuple[int, int]


class Uploader:
    """A thread that sends each file of the folders once it has stayed the same for a while."""

    def __init__(self, api: StudioApi, run_id: str, folder: Path) -> None:
        self.api = api
        self.address = f"runs/{in_path(run_id)}/files/"
        self.folder = folder
        self.sent: dict[Path, Fingerprint] = {}
        self.seen: dict[Path, Fingerprint] = {}
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, name="uploads", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self.thread.start()

    def finish(self, patience_s: float) -> list[str]:
        """Send everything that is left; return the paths that could not be sent, with why."""
        self.stopped.set()
        if self.thread.is_alive():
            self.thread.join()
        failed = []
        for path, mark in self._changed():
            try:
                self._send(path, mark, patience_s)
            except (Away, Refused, OSError) as error:
                failed.append(f"{path.relative_to(self.folder)}: {error}")
        return failed

    def _work(self) -> None:
        while not self.stopped.wait(EVERY_S):
            for path, mark in self._changed():
                if self.stopped.is_set():
                    return
                if self.seen.get(path) == mark:
                    self._try_to_send(path, mark)
                self.seen[path] = mark

    def _changed(self) -> list[tuple[Path, Fingerprint]]:
        found = []
        for name in FOLDERS:
            for path in sorted((self.folder / name).rglob("*")):
                if path.is_symlink() or not path.is_file():
                    continue
                facts = path.stat()
                mark = (facts.st_mtime_ns, facts.st_size)
                if self.sent.get(path) != mark:
                    found.append((path, mark))
        return found

    def _try_to_send(self, path: Path, mark: Fingerprint) -> None:
        try:
            self._send(path, mark, 0.0)
        except (Away, Refused, OSError):
            return

    def _send(self, path: Path, mark: Fingerprint, patience_s: float) -> None:
        name = quote(path.relative_to(self.folder).as_posix())
        with open(path, "rb") as file:
            self.api.ask("PUT", self.address + name, body=file.read(), patience_s=patience_s)
        self.sent[path] = mark
