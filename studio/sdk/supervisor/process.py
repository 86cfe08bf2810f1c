"""The user's process, and everything that comes of it."""

import os
import signal
import subprocess
import time
from pathlib import Path

from studio.sdk.supervisor.trees import die_with_parent, end_tree
from studio.sdk.supervisor.waking import Waker


class UserProcess:
    """A command in a session of its own. What it prints goes to a file, so that nobody has to read
    along and nothing is lost when the supervisor ends."""

    def __init__(
        self, command: list[str], *, folder: Path, variables: dict[str, str], output: Path
    ) -> None:
        """Start it. Raises OSError where the program is not there or cannot be run."""
        self.waker = Waker()
        self.waker.on_signal(signal.SIGCHLD)
        with open(output, "ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait(self, until: float | None) -> int | None:
        """Wait for its end, for `wake`, or until a time of the monotonic clock; return its exit
        code (minus the signal that ended it), None where it still runs."""
        self.reap()
        if self.process.returncode is None:
            seconds = None if until is None else max(0.0, until - time.monotonic())
            self.waker.wait(seconds)
            self.reap()
        return self.process.returncode

    def wake(self) -> None:
        """End a `wait`."""
        self.waker.wake()

    def end(self, grace_s: float) -> bool:
        """End the whole tree; return whether all of it is gone."""
        return end_tree(self.process.pid, grace_s, self.reap)

    def reap(self) -> None:
        """Take in all children that have ended, also those that were left to us."""
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None:
                return
            if found.si_pid == self.process.pid:
                self.process.poll()
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
