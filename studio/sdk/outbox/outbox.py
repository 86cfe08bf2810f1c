"""The outbox of one run in one process: what `Run` writes to.

A forked child has its parent's object, notices that its own process is another one, and opens a
writer of its own (`outbox_of` in `opening`).
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from studio.sdk.exceptions import StudioAway
from studio.sdk.outbox.collecting import note_before
from studio.sdk.outbox.console import Console, open_console
from studio.sdk.outbox.places import make_folder, read_json, write_json
from studio.sdk.outbox.processes import identify
from studio.sdk.outbox.segments import remove_outbox, remove_stream
from studio.sdk.outbox.sender import AWAY, PROBLEM, count_unsent, has_sender
from studio.sdk.outbox.writer import Writer, WriterClosed, complain
from studio.sdk.settings import Settings

EXIT_WAIT_S = 10.0
SETTLE_S = 10.0
CHECK_EVERY_MS = 5000
POLL_S = 0.005
# The folder that holds the package `studio`.
ROOT = str(Path(__file__).resolve().parents[3])
# The path of an interpreter that starts in any folder, with this package at the end of it.
START = (
    "import sys; sys.path.append(sys.argv[1]); from studio.sdk.outbox.sender import main; "
    "main(sys.argv[2])"
)


def is_sent_by_supervisor(folder: Path) -> bool:
    """Tell whether the supervisor of a submitted run sends an outbox: those in its own folder. One
    that had no room there is sent as everywhere else."""
    own = os.environ.get("STUDIO_OUTBOX", "")
    return os.environ.get("STUDIO_SENDER") == "supervisor" and (
        not own or folder.parent == Path(own)
    )


class NoPlace(Exception):
    """There is no folder in which an outbox can be."""


class Outbox:
    """What this process logs to a run, and the sender that sends it."""

    def __init__(
        self,
        settings: Settings,
        run_id: str,
        *,
        create: dict[str, Any] | None = None,
        is_owner: bool = False,
        outputs: str = "",
    ) -> None:
        self.settings = settings
        self.run_id = run_id
        self.pid = os.getpid()
        folder = make_folder(run_id)
        if folder is None:
            raise NoPlace(run_id)
        self.may_start_sender = not is_sent_by_supervisor(folder)
        self.folder = folder
        self.writer = Writer(folder)
        facts = {"url": settings.url, "workspace": settings.workspace, "run_id": run_id}
        known = read_json(folder / "run.json")
        if create is not None or not known:
            write_json(folder / "run.json", facts | ({"create": create} if create else {}))
        if is_owner:
            write_json(folder / "owner.json", identify())
            (folder / "ended").unlink(missing_ok=True)
            note_before(folder, outputs)
        self.is_owner = is_owner
        # The run of a script that the studio has started.
        self.is_of_script = False
        # The folder whose files are collected at the end, "" for none.
        self.outputs = outputs
        self.checked_ms = 0
        self.sender: subprocess.Popen[bytes] | None = None
        self.error: BaseException | None = None
        self.console: Console | None = None
        if is_owner:
            self.start_sender()
        else:
            self.ensure_sender()

    def put(self, line: bytes, ms: int) -> None:
        """Append a line; now and then see to the sender."""
        try:
            self.writer.write(line)
        except WriterClosed:
            self.reopen().writer.write(line)
            return
        if not 0 <= ms - self.checked_ms < CHECK_EVERY_MS:
            self.checked_ms = ms
            self.look_after_sender()

    def reopen(self) -> "Outbox":
        """Return the outbox that the run has after its end."""
        from studio.sdk.outbox.opening import outbox_of

        return outbox_of(self.settings, self.run_id) or self

    def write(self, entry: dict[str, Any]) -> None:
        """Append an entry, whatever its kind."""
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        self.put(line, time.time_ns() // 1_000_000)

    def keep_file(self, path: str, content: BinaryIO | bytes) -> None:
        """Keep a copy of a file, to be uploaded as `path`. Where there is no room, a file on
        the disk is uploaded from where it is."""
        folder = self.folder / "files"
        copy = f"{self.writer.id}-{time.monotonic_ns()}"
        try:
            folder.mkdir(exist_ok=True)
            with open(folder / copy, "wb") as file:
                if isinstance(content, bytes):
                    file.write(content)
                else:
                    content.seek(0)
                    shutil.copyfileobj(content, file, 1 << 20)
        except OSError as error:
            (folder / copy).unlink(missing_ok=True)
            self.keep_source(path, content, error.strerror or str(error))
            return
        self.write({"op": "file", "path": path, "copy": copy})

    def keep_source(self, path: str, content: BinaryIO | bytes, why: str) -> None:
        """Note where a file is of which no copy can be kept."""
        source = os.path.abspath(str(getattr(content, "name", "")))
        told = f"the outbox {self.folder} has no room for a copy of {path}: {why}"
        if isinstance(content, bytes) or not os.path.isfile(source):
            complain(f"{told}. It is not kept for the run {self.run_id}.")
            return
        complain(f"{told}. It is sent from where it is: leave {source} there.")
        self.write({"op": "source", "path": path, "source": source})

    def look_after_sender(self) -> None:
        """Start a sender again where it has died; try again to write what is held in memory."""
        self.writer.push_held()
        if self.console is not None and not self.console.look():
            self.stop_console()
        self.ensure_sender()

    def is_being_sent(self) -> bool:
        """Tell whether there is a sender: that of this process, or one of another process."""
        is_own = self.sender is not None and self.sender.poll() is None
        return is_own or has_sender(self.folder)

    def ensure_sender(self) -> None:
        """Start a sender where the run has none."""
        if not self.is_being_sent():
            self.start_sender()

    def start_sender(self) -> None:
        """Start a sender; it ends soon where the run has one."""
        if not self.may_start_sender or not sys.executable:
            return
        command = [sys.executable, "-P", "-c", START, ROOT, str(self.folder)]
        environment = {**os.environ, "STUDIO_TOKEN": self.settings.token}
        if not self.settings.token:
            environment.pop("STUDIO_TOKEN")
        try:
            self.sender = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
                cwd="/",
            )
        except OSError as error:
            complain(f"the sender cannot be started: {error.strerror}. `studio sync` sends later.")
            self.may_start_sender = False

    def ring(self) -> None:
        """Wake the sender."""
        try:
            bell = os.open(self.folder / "bell", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return
        try:
            os.write(bell, b".")
        except OSError:
            pass
        finally:
            os.close(bell)

    def wait(self, seconds: float, *, unless_away: bool = False) -> bool:
        """Wait until all is sent; tell whether it is."""
        if self.writer.is_sent():
            return True
        deadline = time.monotonic() + seconds
        rung_at = 0.0
        while not self.writer.is_sent():
            now = time.monotonic()
            if now > deadline or self.problem():
                return False
            if unless_away and (self.folder / AWAY).exists():
                return False
            if now - rung_at > 0.2:
                rung_at = now
                self.look_after_sender()
                self.ring()
            time.sleep(POLL_S)
        return True

    def problem(self) -> str:
        """Return why the studio takes nothing of this run, "" where it does."""
        return read_json(self.folder / PROBLEM).get("message", "")

    def settle(self) -> bool:
        """Have what was logged at the studio; tell whether it is. Nobody waits for a studio that is
        known to be away."""
        return self.wait(SETTLE_S, unless_away=True)

    def flush(self, seconds: float) -> None:
        """Wait until everything is at the studio. Raises StudioAway."""
        if not self.wait(seconds):
            told = f"{self.settings.url} has not taken everything within {seconds:g} s."
            raise StudioAway(f"{self.problem() or told} {self.rest()}")

    def rest(self) -> str:
        """Return how much waits, where, and how it will be sent."""
        count = count_unsent(self.writer.folder) + len(self.writer._held)
        how = "The sender goes on; `studio sync` sends it too." if self.is_being_sent() else (
            "`studio sync` sends it."
        )  # fmt: skip
        return f"{count:,} entries of the run {self.run_id} wait in {self.folder}. {how}"

    def open_console(self) -> None:
        """Keep from now on what this script prints."""
        self.console = open_console(self.folder)

    def stop_console(self) -> None:
        """Let this script print as before."""
        if self.console is not None and self.pid == os.getpid():
            self.console.stop()
            self.console = None

    def end(self, fields: dict[str, Any], *, seconds: float | None = None) -> None:
        """Write the end of the run, after the files of its `outputs`; wait a bounded time until all
        is sent. Ctrl-C ends the waiting."""
        seconds = EXIT_WAIT_S if seconds is None else seconds
        try:
            self.stop_console()
        except KeyboardInterrupt:
            seconds = 0.0
        if self.is_owner:
            self.collect_outputs()
            fields = fields and fields | {"ended_ms": time.time_ns() // 1_000_000}
            self.write({"op": "end", "fields": fields})
        elif fields:
            self.write({"op": "change", "fields": fields})
        self.finish(seconds)

    def collect_outputs(self) -> None:
        """Have the files of the folder uploaded that were written since the run began."""
        if self.outputs and os.path.isdir(self.outputs):
            name = os.path.basename(os.path.normpath(self.outputs))
            self.write({"op": "folder", "folder": self.outputs, "name": name})

    def finish(self, seconds: float) -> None:
        """Wait until all is sent, at most so long; say what is left."""
        try:
            is_sent = self.wait(seconds)
        except KeyboardInterrupt:
            is_sent = self.writer.is_sent()
        if not is_sent:
            complain(" ".join(filter(None, (self.problem(), self.rest()))))

    def close(self) -> None:
        """Write no more. What is left is cleared up here where all is sent, else by the sender."""
        is_sent = self.writer.is_sent()
        self.pid = 0
        self.writer.close()
        if is_sent:
            remove_stream(self.writer.folder)
            if (self.folder / "ended").exists():
                remove_outbox(self.folder)
