"""Processes of Python that need not load other people's modules anew: forks of one that has them.

To load Django and NumPy, or `http.client`, is most of the processor time of many a start. All of
the studio and its client, settings first, is loaded by the fork. To others it looks like a process
of its own: it has the command line, the variables and the folder that it is given.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from studio.bootstrap import BASE_DIR

# What the server and the commands load, as far as that needs no settings.
OF_SERVERS = (
    "celery.app.base",
    "celery.beat",
    "celery.fixups.django",
    "celery.worker.worker",
    "cryptography.x509",
    "csp.middleware",
    "django.contrib.admindocs.views",
    "django.contrib.auth.hashers",
    "django.contrib.messages.storage.base",
    "django.core.management",
    "django.core.wsgi",
    "django.db.backends.sqlite3.schema",
    "django.db.migrations.loader",
    "django.forms",
    "django.test",
    "granian.server.mp",
    "isal.igzip",
    "jinja2",
    "jmespath",
    "jwt",
    "kombu.pidbox",
    "lucide",
    "markdown_it",
    "msgspec.json",
    "nh3",
    "numpy",
    "packaging.requirements",
    "psycopg",
    "pygments.formatters.html",
    "pygments.lexers.python",
    "re2",
    "requests",
    "rest_framework.fields",
    "statistics",
    "tomllib",
    "uritemplate",
    "whitenoise.middleware",
    "xml.etree.ElementTree",
    "yaml",
)
# What the client loads: of the standard library alone, for its other packages are loaded when they
# are needed.
OF_CLIENTS = (
    "argparse",
    "concurrent.futures.thread",
    "dataclasses",
    "email.message",
    "email.parser",
    "fcntl",
    "hashlib",
    "http.client",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "platform",
    "queue",
    "random",
    "shutil",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "typing",
    "urllib.parse",
    "uuid",
    "zipfile",
)
# Its commands, and the packages that most of them use.
OF_COMMANDS = (*OF_CLIENTS, "click", "jmespath", "rich.console", "rich.table")
STREAMS = ("stdin", "stdout", "stderr")
# Room for the command line of a fork.
ROOM = " " * 4096


class Loaded:
    """The process that forks, started at first use. One that has died is started again: all tests
    that come would fail."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        self.modules = modules
        self.lock = threading.Lock()
        self.requests: socket.socket | None = None

    def fork(self, request: dict[str, Any], files: list[int]) -> tuple[int, int]:
        """Return the number of a fork that has these files, and a handle to it."""
        with self.lock:
            try:
                return self._ask(request, files)
            except ConnectionError:
                self.requests = None
                return self._ask(request, files)

    def _ask(self, request: dict[str, Any], files: list[int]) -> tuple[int, int]:
        self.requests = self.requests or start_loaded(self.modules)
        socket.send_fds(self.requests, [json.dumps(request).encode()], files)
        number, handles, *_ = socket.recv_fds(self.requests, 100, 1)
        if not handles:
            raise ConnectionError("the process that forks has ended")
        return int(number), handles[0]


loaded_process = cache(Loaded)


def start_loaded(modules: tuple[str, ...]) -> socket.socket:
    """Start a process that forks; return the socket on which it takes requests."""
    own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    program = str(Path(__file__).with_name("forking.py"))
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with other:
        subprocess.Popen(
            [sys.executable, program, str(other.fileno()), " ".join(modules), ROOM],
            cwd=BASE_DIR,
            env=variables,
            pass_fds=[other.fileno()],
            stdout=subprocess.DEVNULL,
        )
    return own


class Fork:
    """A process that is no child of this one, with what is used of `subprocess.Popen`. Text goes
    through its pipes."""

    def __init__(
        self,
        command: Sequence[str],
        modules: tuple[str, ...] = OF_CLIENTS,
        *,
        cwd: Path | str | None = None,
        env: Mapping[str, str] | None = None,
        start_new_session: bool = False,
        **streams: IO[Any] | int | None,
    ) -> None:
        self.args = command
        self.returncode: int | None = None
        self.stdin: IO[Any] | None = None
        self.stdout: IO[Any] | None = None
        self.stderr: IO[Any] | None = None
        self.ending, ended = os.pipe()
        request = {
            "command": list(command),
            "folder": str(cwd or os.getcwd()),
            "variables": dict(os.environ if env is None else env),
            "has_session": start_new_session,
        }
        given = [self._end_of(number, streams.get(name)) for number, name in enumerate(STREAMS)]
        self.pid, self.handle = loaded_process(modules).fork(request, [*given, ended])
        for file, name in zip(given, STREAMS, strict=True):
            if streams.get(name) in (subprocess.PIPE, subprocess.DEVNULL):
                os.close(file)
        os.close(ended)

    def _end_of(self, number: int, stream: IO[Any] | int | None) -> int:
        """Return the file that the fork gets for a stream; keep the other end of a pipe."""
        if stream is None:
            return number
        if stream == subprocess.DEVNULL:
            return os.open(os.devnull, os.O_RDWR)
        if stream != subprocess.PIPE:
            return stream if isinstance(stream, int) else stream.fileno()
        reader, writer = os.pipe()
        if number == 0:
            self.stdin = open(writer, "w")  # noqa: SIM115  (closed by `communicate`)
            return reader
        setattr(self, STREAMS[number], open(reader))  # noqa: SIM115  (closed by `communicate`)
        return writer

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return the exit code. Raises TimeoutExpired."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self.ending], [], [], timeout)[0]:
            self.returncode = int(os.read(self.ending, 100))
            os.close(self.ending)
            os.close(self.handle)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self.handle, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def communicate(
        self, text: str = "", timeout: float | None = None
    ) -> tuple[str | None, str | None]:
        """Write into the pipe of stdin, read those of stdout and stderr to their ends, wait for its
        end. Raises TimeoutExpired."""
        texts: dict[str, str] = {}

        def write(file: IO[Any]) -> None:
            with suppress(BrokenPipeError), file:
                file.write(text)

        def read(name: str, file: IO[Any]) -> None:
            with file:
                texts[name] = file.read()

        threads = []
        if self.stdin is not None and not self.stdin.closed:
            threads.append(threading.Thread(target=write, args=(self.stdin,), daemon=True))
        for name, file in (("stdout", self.stdout), ("stderr", self.stderr)):
            if file is not None:
                threads.append(threading.Thread(target=read, args=(name, file), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout)
            if thread.is_alive():
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
        self.wait(timeout)
        return texts.get("stdout"), texts.get("stderr")


def run_fork(
    command: Sequence[str],
    modules: tuple[str, ...] = OF_CLIENTS,
    *,
    timeout: float,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a fork to its end; return its exit code and what it wrote."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    fork = Fork(command, modules, **options)
    try:
        out, err = fork.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        fork.kill()
        raise
    return subprocess.CompletedProcess(list(command), fork.wait(), out, err)
