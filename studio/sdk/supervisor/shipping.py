"""Sending files that grow to the studio, by offset: what arrives twice changes nothing."""

import threading
import time
import zlib
from pathlib import Path

from studio.sdk.supervisor.earlier import EarlierAttempts
from studio.sdk.supervisor.notes import Notes
from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path

EVERY_S = 0.2
PART_BYTES = 1 << 20
# Logs that are told with the end of the attempt hold at most so many bytes together.
WHOLE_BYTES = 1 << 16
LAST_PATIENCE_S = 600.0


class LogShipper:
    """A thread that sends the new bytes of local files to the logs of a run, and the notes.

    `offsets` says how much of each local file has arrived. It stands behind what earlier attempts
    have left in the log.
    """

    def __init__(self, api: StudioApi, run_id: str, notes: Notes, earlier: EarlierAttempts) -> None:
        self.api = api
        self.notes = notes
        self.earlier = earlier
        self.address = f"runs/{in_path(run_id)}/logs"
        self.files: dict[str, Path] = {}
        self.offsets: dict[str, int] = {}
        self.crcs: dict[str, int] = {}
        # Logs that are to be told with the end of the attempt.
        self.whole: dict[str, str] = {}
        self.wake = threading.Event()
        self.is_over = False
        self.due_at = 0.0
        self.thread = threading.Thread(target=self._work, name="logs", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self.hold()
        self.thread.start()

    def hold(self) -> None:
        """Send nothing for a moment: what ends within it is told with its end."""
        self.due_at = time.monotonic() + EVERY_S

    def add(self, path: str, file: Path) -> None:
        """Send `file` as the log at `path` of the run from now on."""
        self.offsets.setdefault(path, 0)
        self.files[path] = file

    def forget(self, path: str) -> None:
        """Send nothing more of a log."""
        self.files.pop(path, None)

    def left(self) -> int:
        """Return how many bytes wait to be sent."""
        return sum(max(0, _size(file) - self.offsets[path]) for path, file in self._all())

    def _all(self) -> list[tuple[str, Path]]:
        return list(self.files.items())

    def stop(self) -> None:
        """Send nothing more."""
        self.is_over = True
        self.wake.set()
        self.thread.join()

    def drain(self, patience_s: float = LAST_PATIENCE_S, *, keeps_whole: bool = False) -> int:
        """Send what is left and mark the logs as complete; return how many bytes are missing.

        With `keeps_whole` small logs of which nothing was sent yet are left to the end (`whole`).
        """
        self.stop()
        deadline = time.monotonic() + patience_s
        missing = 0
        for path, file in self._all():
            if keeps_whole and self._keep_whole(path, file):
                continue
            try:
                while self._send_part(path, file, max(0.0, deadline - time.monotonic())):
                    pass
                if self.offsets[path]:
                    self._finish(path, max(0.0, deadline - time.monotonic()))
            except (Away, Refused):
                missing += max(0, _size(file) - self.offsets[path])
        return missing

    def _keep_whole(self, path: str, file: Path) -> bool:
        """Keep a log for the end; tell whether it is one that can be."""
        room = WHOLE_BYTES - sum(map(len, self.whole.values()))
        if self.offsets[path] or self.earlier.attempt > 1 or not 0 < _size(file) <= room:
            return False
        data = file.read_bytes()
        try:
            self.whole[path] = data.decode()
        except UnicodeDecodeError:
            return False
        self.offsets[path], self.crcs[path] = len(data), zlib.crc32(data)
        return True

    def give_back(self) -> None:
        """Let `drain` send what was kept for the end: the studio did not take it so."""
        for path in self.whole:
            self.offsets[path], self.crcs[path] = 0, 0
        self.whole = {}

    def _work(self) -> None:
        while not self.is_over:
            self.wake.wait(max(0.0, self.due_at - time.monotonic()))
            if self.is_over or time.monotonic() < self.due_at:
                continue
            self.due_at = time.monotonic() + EVERY_S
            self.notes.send_if_due()
            for path, file in self._all():
                try:
                    while not self.is_over and self._send_part(path, file, 0.0):
                        pass
                except (Away, Refused):
                    time.sleep(EVERY_S)

    def _send_part(self, path: str, file: Path, patience_s: float) -> bool:
        """Send the next bytes of a file; tell whether there may be more."""
        offset = self.offsets[path]
        if _size(file) <= offset:
            return False
        with open(file, "rb") as source:
            source.seek(offset)
            data = source.read(PART_BYTES)
        self.earlier.learn(patience_s)
        head = b"" if offset else self.earlier.head(path)
        start = self.earlier.start(path)
        at = start + offset - len(head)
        try:
            answer = self.api.ask(
                "PATCH", self.address, query={"path": path, "offset": at}, body=head + data,
                patience_s=patience_s,
            )  # fmt: skip
            self.offsets[path] = answer["next_offset"] - start
            self.crcs[path] = zlib.crc32(data, self.crcs.get(path, 0))
        except Refused as refused:
            expected = refused.facts.get("expected")
            if expected is None or expected == at:
                raise
            self._go_on(path, expected, is_begun=offset > 0)
        return True

    def _go_on(self, path: str, expected: int, is_begun: bool) -> None:
        """Go on where the studio says; a part that others have written into begins anew."""
        start = self.earlier.start(path)
        if is_begun and expected >= start:
            self.offsets[path] = expected - start
            return
        self.earlier.begin_at(path, expected)
        self.offsets[path], self.crcs[path] = 0, 0

    def _finish(self, path: str, patience_s: float) -> None:
        self.api.ask("POST", f"{self.address}/finish", body={"path": path}, patience_s=patience_s)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
