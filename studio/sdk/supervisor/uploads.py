"""The folders `outputs/` and `logs/` of the working folder, sent while the process runs."""

import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from studio.sdk.supervisor.shipping import LogShipper
from studio.sdk.supervisor.studio_api import Away, FileBody, Refused, StudioApi, in_path

OUTPUTS, LOGS = "outputs", "logs"
EVERY_S = 5.0
PART_BYTES = 1 << 20
Fingerprint = tuple[int, int]


class Uploader:
    """A thread that sends the files of `outputs/` once they have stayed the same for a while, and
    those of `logs/` as they grow."""

    def __init__(self, api: StudioApi, run_id: str, folder: Path, shipper: LogShipper) -> None:
        self.api = api
        self.address = f"runs/{in_path(run_id)}/files/"
        self.folder = folder
        self.shipper = shipper
        self.sent: dict[Path, Fingerprint] = {}
        self.seen: dict[Path, Fingerprint] = {}
        # Files in `logs/` that do not only grow are sent as a whole.
        self.rewritten: set[Path] = set()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, name="uploads", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self.thread.start()

    def stop(self) -> None:
        """Look no more by itself; name the last new logs to the shipper."""
        self.stopped.set()
        if self.thread.is_alive():
            self.thread.join()
        self._find_logs()

    def has_left(self) -> bool:
        """Tell whether files wait to be sent."""
        return bool(self._changed())

    def finish(self, patience_s: float) -> list[str]:
        """Send everything that is left; return the paths that could not be sent, with why. The
        shipper has sent its part."""
        for path, name in list(self._shipped()):
            if path.exists() and _crc(path) != self.shipper.crcs.get(name, 0):
                self._send_whole(path, name)
        failed = []
        for path, mark in self._changed():
            try:
                self._send(path, mark, patience_s)
            except (Away, Refused, OSError) as error:
                failed.append(f"{self._name(path)}: {error}")
        return failed

    def _work(self) -> None:
        while not self.stopped.wait(EVERY_S):
            self._find_logs()
            for path, mark in self._changed():
                if self.stopped.is_set():
                    return
                if self.seen.get(path) == mark:
                    self._try_to_send(path, mark)
                self.seen[path] = mark

    def _find_logs(self) -> None:
        """Name new files of `logs/` to the shipper, and take back those that became shorter."""
        for path in self._files(LOGS):
            name = self._name(path)
            if path in self.rewritten:
                continue
            if name not in self.shipper.files:
                self.shipper.add(name, path)
            elif path.stat().st_size < self.shipper.offsets[name]:
                self._send_whole(path, name)

    def _send_whole(self, path: Path, name: str) -> None:
        self.shipper.forget(name)
        self.rewritten.add(path)

    def _shipped(self) -> Iterator[tuple[Path, str]]:
        for name, path in list(self.shipper.files.items()):
            if path.is_relative_to(self.folder):
                yield path, name

    def _changed(self) -> list[tuple[Path, Fingerprint]]:
        found = []
        for path in [*self._files(OUTPUTS), *sorted(self.rewritten)]:
            facts = path.stat()
            mark = (facts.st_mtime_ns, facts.st_size)
            if self.sent.get(path) != mark:
                found.append((path, mark))
        return found

    def _files(self, folder: str) -> list[Path]:
        every = sorted((self.folder / folder).rglob("*"))
        return [path for path in every if path.is_file() and not path.is_symlink()]

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _try_to_send(self, path: Path, mark: Fingerprint) -> None:
        try:
            self._send(path, mark, 0.0)
        except (Away, Refused, OSError):
            return

    def _send(self, path: Path, mark: Fingerprint, patience_s: float) -> None:
        name = self._name(path)
        if path in self.rewritten:
            self.shipper.earlier.learn(patience_s)
            name = self.shipper.earlier.path_beside(name)
        body = FileBody(path, mark[1])
        self.api.ask("PUT", self.address + quote(name), body=body, patience_s=patience_s)
        self.sent[path] = mark


def _crc(path: Path) -> int:
    crc = 0
    with open(path, "rb") as file:
        while part := file.read(PART_BYTES):
            crc = zlib.crc32(part, crc)
    return crc
