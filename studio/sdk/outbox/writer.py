"""The writing end: one append to a file for each line, and nothing that could block.

The lock is held for one write into the page cache, and can be taken again by the thread that has
it: a signal handler may log.

When there is no room for a file, it goes on in another place, and the folder gets a link to it.
"""

import json
import os
import sys
import threading
import time
from bisect import bisect_left
from itertools import accumulate
from pathlib import Path

from studio.sdk.outbox.places import elsewhere, read_json, write_json
from studio.sdk.outbox.processes import identify
from studio.sdk.outbox.segments import SEGMENT_BYTES, list_segments, segment_path

# What is kept in memory while no disk takes anything, and how often that is tried again.
MOST_HELD_BYTES = 8 << 20
RETRY_S = 1.0
PART_BYTES = 256 << 10
# The sender thins an outbox beyond the limit; without a sender, nothing is written beyond this.
MOST_BYTES = 1 << 30
HARD_FACTOR = 1.1
SENT = "sent"
# More bytes than the file ever holds.
SENT_BYTES = 64
FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class WriterClosed(Exception):
    """The run was ended meanwhile: what is logged to it now needs another writer."""


class Writer:
    """The stream of one process: the lines it logs to one run."""

    def __init__(self, run_folder: Path) -> None:
        self.id = f"{os.getpid()}-{os.urandom(8).hex()}"
        self.folder = run_folder / "writers" / self.id
        # A sender removes one that it sees without its process. Raises FileNotFoundError where the
        # outbox has just been removed.
        made = run_folder / f".{self.id}"
        made.mkdir()
        write_json(made / "writer.json", identify())
        write_sent(made, 0)
        made.rename(self.folder)
        self.lost = 0
        self._lock = threading.RLock()
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._is_told = self._is_move_told = False
        self._is_full = False
        self._retry_at = 0.0
        self._start = 0
        self._size = 0
        self._fd = self._open(0)

    def _open(self, start: int) -> int:
        return os.open(segment_path(self.folder, start), FLAGS, 0o600)

    @property
    def end(self) -> int:
        """The place behind the last line."""
        return self._start + self._size

    def write(self, line: bytes) -> None:
        """Append a line, which ends with a newline. Never waits. Raises WriterClosed."""
        with self._lock:
            if self._held or self._is_full or self.lost:
                self._write_late(line)
                return
            try:
                written = os.write(self._fd, line)
            except OSError as error:
                if self._fd < 0:
                    raise WriterClosed from error
                self._keep(line, error.strerror)
                return
            if written != len(line):
                self._cut_off(written)
                self._keep(line, "the disk is full")
                return
            self._size += written
            if self._size >= SEGMENT_BYTES:
                self._roll()

    def _cut_off(self, written: int) -> None:
        """Take back the beginning of a line that did not fit."""
        if written:
            os.ftruncate(self._fd, self._size)

    def _roll(self) -> None:
        """Go on in a new file, now and then look how much there is."""
        try:
            fd = self._open(self.end)
        except OSError:
            return
        os.close(self._fd)
        self._fd, self._start, self._size = fd, self.end, 0
        self._is_full = self._is_over_limit()
        if self._is_full:
            there = f"{self.folder} holds {MOST_BYTES >> 20} MB that the studio has not taken"
            complain(f"the outbox {there}. What is logged now is counted and not kept.")

    def _keep(self, line: bytes, why: str | None) -> None:
        """Keep a line that the folder does not take: in another place, else in memory."""
        if not self._move(line, why):
            self._retry_at = time.monotonic() + RETRY_S
            self._hold(line, why)

    def _move(self, data: bytes, why: str | None) -> bool:
        """Write lines to a file in another place and go on there; tell whether one takes them."""
        # A link to a short path fits into its entry: ext4 has room for 59 bytes there, tmpfs for
        # 127. A longer one takes a block, which a full disk does not have.
        for path in elsewhere(self.folder, f"{os.urandom(4).hex()}.jsonl"):
            fd = open_with(path, data, segment_path(self.folder, self.end))
            if fd is None:
                continue
            os.close(self._fd)
            self._fd, self._start, self._size = fd, self.end, len(data)
            if not self._is_move_told:
                self._is_move_told = True
                told = f"the outbox {self.folder} takes nothing: {why}"
                complain(f"{told}. What is logged goes to {path.parent} until it does.")
            return True
        return False

    def _hold(self, line: bytes, why: str | None) -> None:
        if not self._is_told:
            self._is_told = True
            told = f"the outbox {self.folder} takes nothing: {why}"
            complain(f"{told}. What is logged is kept in memory until it does.")
        if self._held_bytes + len(line) > MOST_HELD_BYTES:
            self.lost += 1
            return
        self._held.append(line)
        self._held_bytes += len(line)

    def _write_late(self, line: bytes) -> None:
        """Write what is held, then the line, where a disk takes it again."""
        if self._is_full:
            self.lost += 1
            self._is_full = self.lost % 1000 != 0 or self._is_over_limit()
            return
        if time.monotonic() < self._retry_at:
            self._hold(line, None)
            return
        self._retry_at = time.monotonic() + RETRY_S
        self._hold(line, None)
        if not self._write_held():
            return
        self._is_told = False
        if self.lost:
            lost, self.lost = self.lost, 0
            self.write(b'{"op":"lost","count":%d}\n' % lost)

    def _write_held(self) -> bool:
        """Write what is held, as much as there is room for; tell whether it was all."""
        while self._held:
            count = bisect_left(list(accumulate(map(len, self._held))), PART_BYTES) + 1
            data = b"".join(self._held[:count])
            if not self._write_part(data):
                return False
            del self._held[:count]
            self._held_bytes -= len(data)
        return True

    def _write_part(self, data: bytes) -> bool:
        """Write lines here or in another place; tell whether there was room."""
        why: str | None = "the disk is full"
        try:
            written = os.write(self._fd, data)
        except OSError as error:
            written, why = 0, error.strerror
        if written == len(data):
            self._size += written
            return True
        self._cut_off(written)
        return self._move(data, why)

    def _is_over_limit(self) -> bool:
        there = sum(segment.size_bytes for segment in list_segments(self.folder))
        return there > MOST_BYTES * HARD_FACTOR

    def push_held(self) -> None:
        """Try once more to write what is held in memory."""
        if self._held:
            self._retry_at = 0.0
            self.write(b"\n")

    def sent(self) -> int:
        """Return the place up to which everything is at the studio."""
        return read_sent(self.folder)

    def is_sent(self) -> bool:
        """Tell whether everything is at the studio. A stream that is closed is removed then, while
        another thread may still wait."""
        if self._held:
            return False
        return self.sent() >= self.end or (self._fd < 0 and not self.folder.exists())

    def close(self) -> None:
        """Write no more; the sender may clear up."""
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1
            try:
                write_json(self.folder / "writer.json", {"closed": True})
            except OSError:
                return


def read_sent(folder: Path) -> int:
    """Return the place up to which a writer's lines are at the studio."""
    return read_json(folder / SENT).get("place", 0)


def write_sent(folder: Path, place: int) -> None:
    """Keep how far the sender has come. On a full disk it is written over what was there, which
    takes no more room. Raises OSError."""
    try:
        write_json(folder / SENT, {"place": place})
    except OSError:
        with open(folder / SENT, "r+b", buffering=0) as file:
            file.write(json.dumps({"place": place}).encode().ljust(SENT_BYTES))


def open_with(path: Path, data: bytes, link: Path) -> int | None:
    """Return a new file with some data in it, to which there is a link; None where it cannot be."""
    fd = -1
    try:
        fd = os.open(path, FLAGS | os.O_EXCL, 0o600)
        if os.write(fd, data) == len(data):
            part = link.with_suffix(".link")
            os.symlink(path, part)
            os.replace(part, link)
            return fd
    except OSError:
        pass
    if fd >= 0:
        os.close(fd)
        path.unlink(missing_ok=True)
    return None


def complain(text: str) -> None:
    """Print one line to stderr."""
    try:
        sys.stderr.write(f"studio: {text}\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return
