"""Starts the studio's processes, keeps them alive, and ends them all.

One supervisor of a data folder is the first: it runs the broker, the worker and the clock beside
its server. Any other runs a server only, and takes over when the first has ended.
"""

import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TextIO

from studio.up import broker, checks, server
from studio.up.children import Child
from studio.up.errors import StartError
from studio.up.options import BASE_DIR, Options
from studio.up.welcome import welcome

LONGEST_START_S = 90.0
LOOK_EVERY_S = 2.0
# Who ends together, in which order, and how many seconds they get: the demo still finds its
# server, server and worker their queue.
STOP_ORDER = ((("demo",), 2.0), (("server", "worker"), 10.0), (("queue",), 2.0))


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
        """Start the queue, then the server on a prepared database, then the worker."""
        self.become_first()
        self.prepare()
        web = Child("server", server.server_command(self.options), self.environment)
        self.add(web)
        self.wait_until_ready(web)
        if self.stop_asked:
            return
        if self.first_lock:
            self.add_worker()
        print(welcome(self.options), flush=True)
        if self.options.demo:
            self.start_demo()

    def become_first(self) -> bool:
        """Try to become the one that runs the broker of this data folder; start it if so."""
        lock = open(self.options.data_dir / "up.lock", "w")  # noqa: SIM115  (held until the end)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self.first_lock = lock
        if os.environ.get("REDIS_URL"):
            return True
        program = broker.find_server()
        broker.record_broker(self.options.data_dir, program)
        if program:
            command = broker.server_command(program, self.options.data_dir)
            self.add(Child("queue", command, self.environment))
        return True

    def prepare(self) -> None:
        """Migrate, collect static files, and let Django refuse what only it can know."""
        command = [sys.executable, str(BASE_DIR / "manage.py"), "prepare"]
        if not checks.is_private(self.options):
            command.append("--require-user")
        if self.options.demo:
            command.append("--require-empty")
        # In a group of its own: Ctrl-C does not tear a migration apart.
        done = subprocess.run(command, env=self.environment, start_new_session=True, check=False)
        if done.returncode:
            sys.exit(max(1, done.returncode))

    def wait_until_ready(self, web: Child) -> None:
        deadline = time.monotonic() + LONGEST_START_S
        while not self.stop_asked and not server.answers(self.options):
            if not web.is_alive:
                raise StartError(f"The server ended ({web.how_it_ended}) before it was ready.")
            if time.monotonic() > deadline:
                raise StartError(f"The server did not answer within {LONGEST_START_S:.0f} s.")
            time.sleep(0.02)

    def add(self, child: Child) -> None:
        self.children.append(child)
        child.start()

    def add_worker(self) -> None:
        """Start the Celery worker with the clock inside; threads, because jobs are processes."""
        schedule = str(self.options.data_dir / "clock")
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "studio.celery", "worker"]
        command += ["--pool", "threads", "--concurrency", "4", "--clock", schedule]
        command += ["--without-gossip", "--without-mingle", "--loglevel", "warning"]
        # Django's checks would load every page into it.
        self.add(Child("worker", command, {**self.environment, "CELERY_SKIP_CHECKS": "true"}))

    def start_demo(self) -> None:
        """Run the trainings of the demo; they are not restarted."""
        url = server.public_url(self.options)
        command = [sys.executable, "-m", "examples.demo", url]
        self.add(Child("demo", command, self.environment, is_restarted=False))

    def look_after_children(self) -> None:
        """Restart what has died, when its pause is over; take over where the first has ended."""
        for child in list(self.children):
            if child.is_alive:
                continue
            if not child.is_restarted:
                self.children.remove(child)
            elif child.restart_at is None:
                child.kill_leftovers()
                pause_s = child.plan_restart()
                ended = f"The {child.name} ended ({child.how_it_ended})."
                say(f"{ended} It starts again in {pause_s:.0f} s.")
            if child.restart_at is not None and child.restart_at <= time.monotonic():
                child.start()
        if self.first_lock is None and self.become_first():
            self.add_worker()

    def seconds_to_wait(self) -> float:
        times = [child.restart_at for child in self.children if child.restart_at is not None]
        soonest = min(times, default=float("inf")) - time.monotonic()
        return max(0.0, min(soonest, LOOK_EVERY_S))

    def stop(self) -> None:
        """Ask all children to end; by force those that take too long, or at a second Ctrl-C."""
        asked = self.stop_asked
        for names, seconds in STOP_ORDER:
            group = [child for child in self.children if child.name in names]
            for child in group:
                child.ask_to_end()
            deadline = time.monotonic() + seconds
            while any(child.is_alive for child in group):
                if time.monotonic() > deadline or self.stop_asked > asked:
                    break
                time.sleep(0.01)
            for child in group:
                child.kill()


def environment(options: Options) -> dict[str, str]:
    """What the children are told beside what this process was told."""
    is_private = checks.is_private(options)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA_DIR": str(options.data_dir),
        "STUDIO_ALLOWED_HOSTS": ",".join(checks.answered_hosts(options)),
        "STUDIO_OPEN": (os.environ.get("STUDIO_OPEN") or "1") if is_private else "0",
        "STUDIO_SUPERVISED": "1",
    }


def drain(descriptor: int) -> None:
    with suppress(BlockingIOError):
        os.read(descriptor, 1024)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
