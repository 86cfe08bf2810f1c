"""Starts the processes of the table `PROCESSES`, keeps them alive, and ends them all.

One supervisor of a data folder is the first: it alone runs what runs once per folder, the queue and
the worker with its clock. Any other runs a server only, and takes over when the first has ended.
"""

import fcntl
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TextIO

from studio.sdk.supervisor.hidden_variables import is_secret
from studio.up import checks
from studio.up.children import REFUSED, Child
from studio.up.errors import StartError
from studio.up.options import Options
from studio.up.processes import PROCESSES, SECONDS_TO_END, Phase, Process
from studio.up.welcome import welcome

LONG_START_S = 60.0
LOOK_EVERY_S = 2.0


class Supervisor:
    """The parent of all processes of one `manage.py up`."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.environment = environment(options)
        self.children: list[Child] = []
        self.stop_asked = 0
        self.first_lock: TextIO | None = None

    def run(self) -> int:
        """Start everything, watch it until a signal asks to stop; return the exit code."""
        checks.check_folder(self.options.data_dir)
        wake_up = self.listen_to_signals()
        with checks.hold_port(self.options.host, self.options.port):
            try:
                self.start()
                while not self.stop_asked:
                    self.look_after_children()
                    select.select([wake_up], [], [], self.seconds_to_wait())
                    drain(wake_up)
            finally:
                self.stop()
        return 0

    def listen_to_signals(self) -> int:
        """Make signals end the wait; return the file descriptor that becomes readable."""
        wake_up, wake = os.pipe()
        for descriptor in (wake_up, wake):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        return wake_up

    def ask_to_stop(self, *_: object) -> None:
        self.stop_asked += 1

    def start(self) -> None:
        """Start the queue, the server, the worker, the node, the demo."""
        self.become_first()
        self.start_phase(Phase.QUEUE)
        self.start_phase(Phase.STUDIO)
        if self.stop_asked:
            return
        print(welcome(self.options), flush=True)
        self.start_phase(Phase.NODE)
        self.start_phase(Phase.DEMO)

    def start_phase(self, phase: Phase) -> None:
        for process in PROCESSES:
            if process.phase is phase and not self.stop_asked:
                self.add(process)

    def become_first(self) -> bool:
        """Try to become the one that runs what runs once per data folder; tell whether it is so."""
        lock = open(self.options.data_dir / "up.lock", "w")  # noqa: SIM115  (held until the end)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self.first_lock = lock
        return True

    def add(self, process: Process) -> None:
        """Start a process if this supervisor is to run it, and wait until it is ready."""
        if process.once_per_folder and self.first_lock is None:
            return
        command = process.command(self.options)
        if command is None:
            return
        known = self.environment if process.has_secrets else without_secrets(self.environment)
        variables = {**known, **process.environment}
        child = Child(process, command, variables, process.first_words(self.options))
        self.children.append(child)
        child.start()
        if process.is_ready is not None:
            self.wait_until_ready(child, process.is_ready)

    def wait_until_ready(self, child: Child, is_ready: Callable[[Options], bool]) -> None:
        """Wait for a process, without limit: a large database takes its time to be brought up to
        date. Exit where the process has said itself why it does not start."""
        say_at = time.monotonic() + LONG_START_S
        while not self.stop_asked and not is_ready(self.options):
            if not child.is_alive:
                if child.has_refused:
                    sys.exit(REFUSED)
                ended = f"({child.how_it_ended})"
                raise StartError(f"The {child.name} ended {ended} before it was ready.")
            if time.monotonic() > say_at:
                say(f"The {child.name} does not answer yet. Ctrl-C ends the start.")
                say_at += LONG_START_S
            time.sleep(0.02)

    def look_after_children(self) -> None:
        """Restart what has died, when its pause is over; take over where the first has ended."""
        for child in list(self.children):
            if child.is_alive:
                continue
            if not child.kind.is_restarted:
                self.children.remove(child)
            elif child.restart_at is None:
                child.kill_leftovers()
                pause_s = child.plan_restart()
                ended = f"The {child.name} ended ({child.how_it_ended})."
                say(f"{ended} It starts again in {pause_s:.0f} s.")
            if child.restart_at is not None and child.restart_at <= time.monotonic():
                child.start()
        if self.first_lock is None and self.become_first():
            for process in PROCESSES:
                if process.once_per_folder:
                    self.add(process)

    def seconds_to_wait(self) -> float:
        times = [child.restart_at for child in self.children if child.restart_at is not None]
        soonest = min(times, default=float("inf")) - time.monotonic()
        return max(0.0, min(soonest, LOOK_EVERY_S))

    def stop(self) -> None:
        """Ask all children to end; by force those that take too long, or at a second Ctrl-C."""
        asked = self.stop_asked
        for phase in sorted(Phase, reverse=True):
            group = [child for child in self.children if child.kind.phase is phase]
            for child in group:
                child.ask_to_end()
            deadline = time.monotonic() + SECONDS_TO_END[phase]
            while any(child.is_alive for child in group):
                if time.monotonic() > deadline or self.stop_asked > asked:
                    break
                time.sleep(0.01)
            for child in group:
                child.kill()


def environment(options: Options) -> dict[str, str]:
    """Return the environment of the children: this process's, and what the options say."""
    is_private = checks.is_private(options)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA_DIR": str(options.data_dir),
        "STUDIO_ALLOWED_HOSTS": ",".join(checks.answered_hosts(options)),
        "STUDIO_OPEN": (os.environ.get("STUDIO_OPEN") or "1") if is_private else "0",
        "STUDIO_SUPERVISED": "1",
    }


def without_secrets(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that may reach the scripts of users: none of the studio's own."""
    return {name: value for name, value in variables.items() if not is_secret(name)}


def drain(descriptor: int) -> None:
    with suppress(BlockingIOError):
        os.read(descriptor, 1024)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
