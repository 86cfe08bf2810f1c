"""One process that is kept alive: started, restarted when it dies, ended."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from studio.up.options import BASE_DIR
from studio.up.orphans import die_with_parent
from studio.up.processes import Process

# The exit code of a process that has said in a line why it does not start.
REFUSED = 2
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0


class Child:
    """A process in a group of its own, so that Ctrl-C reaches the supervisor alone.

    It is restarted at once the first time, then after 1, 2, 4 … 30 seconds. After a minute without
    an end the pauses begin anew.
    """

    def __init__(
        self,
        kind: Process,
        command: Sequence[str],
        environment: Mapping[str, str],
        first_words: Sequence[str] = (),
    ) -> None:
        self.kind = kind
        self.command = list(command)
        self.first_words = list(first_words)
        self.environment = dict(environment)
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.pause_s = 0.0
        self.restart_at: float | None = None

    def start(self) -> None:
        """Start the process. The kernel ends it when this one ends."""
        parent = os.getpid()
        self.started_at = time.monotonic()
        self.restart_at = None
        self.process = subprocess.Popen(
            self.command + self.first_words,
            cwd=BASE_DIR,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent),
        )
        self.first_words = []

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def has_refused(self) -> bool:
        return self.process is not None and self.process.returncode == REFUSED

    @property
    def how_it_ended(self) -> str:
        """In words, for the log: `exit code 1`, `signal SIGKILL`."""
        code = self.process.returncode if self.process else None
        if code is not None and code < 0:
            return f"signal {signal.Signals(-code).name}"
        return f"exit code {code}"

    def plan_restart(self) -> float:
        """Decide when a process that has just died starts again; return the pause in seconds."""
        if time.monotonic() - self.started_at > STEADY_AFTER_S:
            self.pause_s = 0.0
        pause_s = self.pause_s
        self.restart_at = time.monotonic() + pause_s
        self.pause_s = min(max(1.0, pause_s * 2), LONGEST_PAUSE_S)
        return pause_s

    def ask_to_end(self) -> None:
        """Send TERM to the process; it ends its own children."""
        if self.process is not None and self.is_alive:
            self.process.terminate()

    def kill(self) -> None:
        """Kill the process and its children, if it is still there."""
        if self.is_alive:
            self.kill_leftovers()

    def kill_leftovers(self) -> None:
        """Kill what is left of the group: to be called as soon as the process is seen dead, while
        the number of the group cannot yet be another's."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
