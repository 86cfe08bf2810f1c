"""Real processes: `manage.py up` and its children, looked at from outside."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from contextlib import suppress
from pathlib import Path

import psutil

from studio.bootstrap import BASE_DIR
from tests.forks import OF_SERVERS, run_fork
from tests.waiting import LONGEST_WAIT_S as LONGEST_WAIT_S
from tests.waiting import wait_for as wait_for

# The sockets that keep the latest ports. Older ones are in use by now, or no longer.
_kept: deque[socket.socket] = deque(maxlen=200)


def free_port() -> int:
    """Return a port that the system gives to nobody else, also while its server is not running. A
    server that shares addresses (SO_REUSEADDR) may listen on it."""
    keeper = socket.socket()
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        keeper.setsockopt(socket.SOL_SOCKET, option, 1)
    keeper.bind(("127.0.0.1", 0))
    _kept.append(keeper)
    return keeper.getsockname()[1]


def clean_environment(**extra: str) -> dict[str, str]:
    """The environment without anything a developer may have set for the studio."""
    ours = ("STUDIO_", "DJANGO_", "DATABASE_URL", "REDIS_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **extra}


class Up:
    """One `manage.py up`: its output by lines, its processes, its address."""

    def __init__(self, data_dir: Path, *words: str, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        command = [sys.executable, "manage.py", "up", "--data-dir", str(data_dir)]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *words],
            cwd=BASE_DIR,
            env=clean_environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self.unread: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line)
            self.unread.put(line)

    def wait_until_said(self, words: str) -> str:
        """Return the next line with `words`."""
        deadline = time.monotonic() + LONGEST_WAIT_S
        while time.monotonic() < deadline:
            try:
                line = self.unread.get(timeout=0.1)
            except queue.Empty:
                assert self.process.poll() is None, "".join(self.lines)
                continue
            if words in line:
                return line
        raise AssertionError(f"{words!r} was not said:\n" + "".join(self.lines))

    def wait_until_ready(self) -> "Up":
        self.wait_until_said("is ready at")
        return self

    def get(self, path: str) -> int | None:
        """Return the status of an answer, None where nobody answers. Redirects count as such."""
        opener = urllib.request.build_opener(NoRedirect)
        try:
            address = f"http://127.0.0.1:{self.port}{path}"
            return opener.open(address, timeout=LONGEST_WAIT_S).status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process | None:
        """Return the direct child whose command line has `word`."""
        for process in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                if any(word in part for part in process.cmdline()):
                    return process
        return None

    def kill(self) -> None:
        """Kill the supervisor and all that has outlived it: the runs of a node that is killed go
        on."""
        self.process.kill()
        self.process.wait()
        word = str(self.data_dir)
        while left := [one for one in psutil.process_iter() if has_word(one, word)]:
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=LONGEST_WAIT_S)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


def refusal(*words: str, **environment: str) -> tuple[int, str]:
    """Run a command that is expected to refuse; return its exit code and what it says."""
    done = run_fork(
        [sys.executable, "manage.py", *words],
        OF_SERVERS,
        timeout=LONGEST_WAIT_S,
        cwd=BASE_DIR,
        env=clean_environment(**environment),
    )
    return done.returncode, done.stdout + done.stderr


def has_word(process: psutil.Process, word: str) -> bool:
    """Tell whether a process names a folder in its command line or works in it."""
    try:
        places = [*process.cmdline(), process.cwd()]
    except psutil.Error:
        return False
    return any(f"{place}/".startswith(f"{word}/") for place in places)


def gone(processes: list[psutil.Process]) -> bool:
    """Tell whether all of them have ended (a zombie has)."""
    return not any(map(is_alive, processes))


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
