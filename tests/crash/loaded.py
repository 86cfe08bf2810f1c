"""Servers that need not load other people's packages anew: forks of a process that has them.

To load Django, NumPy and the others is most of the processor time of a start. All of the studio,
its settings first, is loaded by the fork, which begins where `python -m studio.front` does.
"""

import json
import os
import select
import socket
import subprocess
import sys
from functools import cache
from typing import IO

from studio.bootstrap import BASE_DIR

# What the server loads of them, as far as that needs no settings.
MODULES = (
    "celery.app.base",
    "celery.beat",
    "cryptography.x509",
    "django.core.management",
    "django.core.wsgi",
    "django.db.migrations.loader",
    "django.forms",
    "django.test",
    "granian.server.mp",
    "jinja2",
    "jwt",
    "kombu.pidbox",
    "markdown_it",
    "numpy",
    "packaging.requirements",
    "pygments.formatters.html",
    "requests",
    "yaml",
)
PROGRAM = """
import gc, importlib, json, os, runpy, signal, socket, sys
requests = socket.socket(fileno=int(sys.argv[1]))
for name in sys.argv[2:]:
    importlib.import_module(name)
gc.freeze()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
is_fork = False
while not is_fork:
    data, files, *_ = socket.recv_fds(requests, 1 << 20, 1)
    if not data:
        sys.exit()
    pid = os.fork()
    is_fork = pid == 0
    if not is_fork:
        requests.send(str(pid).encode())
    else:
        os.dup2(files[0], 2)
    os.close(files[0])
requests.close()
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
os.setsid()
words, variables = json.loads(data)
os.environ.clear()
os.environ.update(variables)
sys.argv = words
runpy.run_module("studio.front", run_name="__main__", alter_sys=True)
"""


class Fork:
    """A process that is no child of this one, with what is used of `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return None while it runs."""
        return 0 if select.select([self.handle], [], [], 0)[0] else None

    def wait(self) -> None:
        """Wait for its end."""
        select.select([self.handle], [], [])
        os.close(self.handle)


@cache
def loaded_process() -> socket.socket:
    """Start the process that forks; return the socket on which it takes requests."""
    own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with other:
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(other.fileno()), *MODULES],
            cwd=BASE_DIR,
            pass_fds=[other.fileno()],
        )
    return own


def start_server(command: list[str], variables: dict[str, str], stderr: IO[bytes] | None) -> Fork:
    """Start a server by its command line, in a process group of its own."""
    requests = loaded_process()
    number = stderr.fileno() if stderr else 2
    words = command[command.index("studio.front") :]
    socket.send_fds(requests, [json.dumps([words, variables]).encode()], [number])
    return Fork(int(requests.recv(100)))
