"""The user's processes, and everything that comes of them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from studio.sdk.supervisor.trees import die_with_parent, end_tree
from studio.sdk.supervisor.waking import Waker


class UserProcesses:
    """Commands, each in a session of its own. What one prints goes to a file, so that nobody has to
    read along and nothing is lost when the supervisor ends."""

    def __init__(self) -> None:
        self.waker = Waker()
        self.waker.on_signal(signal.SIGCHLD)
        self.all: list[subprocess.Popen[bytes]] = []
        self.failed: int | None = None

    def start(
        self, command: list[str], *, folder: Path, variables: dict[str, str], output: Path
    ) -> int:
        """Start one; return its process id. Raises OSError where the program is not there or cannot
        be run."""
        with open(output, "ab") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.all.append(process)
        return process.pid

    @property
    def codes(self) -> list[int | None]:
        """The exit codes (minus the signal that ended it), None for what still runs."""
        return [process.returncode for process in self.all]

    @property
    def code(self) -> int | None:
        """The code of the first that failed; 0 once all have ended well, None while they run."""
        if self.failed is None:
            self.failed = next((code for code in self.codes if code), None)
        if self.failed is not None:
            return self.failed
        return None if None in self.codes else 0

    def wait(self, until: float | None) -> int | None:
        """Wait until one ends, for `wake`, or to a time of the monotonic clock; return `code`."""
        self.reap()
        if self.code is None:
            seconds = None if until is None else max(0.0, until - time.monotonic())
            self.waker.wait(seconds)
            self.reap()
        return self.code

    def wake(self) -> None:
        """End a `wait`."""
        self.waker.wake()

    def end(self, grace_s: float) -> bool:
        """End the whole tree; return whether all of it is gone."""
        return end_tree([process.pid for process in self.all], grace_s, self.reap)

    def reap(self, see_end: Callable[[int], None] = lambda pid: None) -> bool:
        """Take in all children that have ended, also those that were left to us; call `see_end`
        with the id of each before. Return whether there is no child any more."""
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return True
            if found is None:
                return False
            see_end(found.si_pid)
            own = [process for process in self.all if process.pid == found.si_pid]
            if own:
                own[0].poll()
            else:
                os.waitpid(found.si_pid, 0)


def count_oom_kills() -> int:
    """Return how many processes the kernel of this machine has killed for memory (proc(5))."""
    try:
        with open("/proc/vmstat") as file:
            lines = dict(line.split() for line in file)
    except OSError:
        return 0
    return int(lines.get("oom_kill", 0))
