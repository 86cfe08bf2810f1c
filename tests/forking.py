"""The program that `tests/forks.py` starts: it loads modules, and forks for each request.

A request is JSON with the standard streams of the fork and a pipe. The answer is the number of the
fork with a handle (pidfd); its exit code comes through the pipe.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import types
from contextlib import suppress
from typing import Any

STREAMS = 3


def serve(requests: socket.socket) -> dict[str, Any]:
    """Fork for each request until nobody asks any more; return the request, in a fork alone."""
    reports: dict[int, int] = {}
    ends, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready = select.select([requests, ends], [], [])[0]
        if ends in ready:
            os.read(ends, 1000)
            report(reports)
        if requests not in ready:
            continue
        data, files, *_ = socket.recv_fds(requests, 1 << 20, STREAMS + 1)
        if not data:
            sys.exit()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, file in enumerate(files[:STREAMS]):
                os.dup2(file, number)
            for file in (*files, *reports.values(), ends, told):
                os.close(file)
            requests.close()
            return json.loads(data)
        for file in files[:STREAMS]:
            os.close(file)
        reports[pid] = files[STREAMS]
        # Before its end can be seen: afterwards its number may be that of another process.
        handle = os.pidfd_open(pid)
        socket.send_fds(requests, [str(pid).encode()], [handle])
        os.close(handle)


def report(reports: dict[int, int]) -> None:
    """Tell the exit code of each fork that has ended."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with suppress(BrokenPipeError), open(reports.pop(pid), "wb") as file:
                file.write(str(os.waitstatus_to_exitcode(status)).encode())


def show_command(command: list[str]) -> None:
    """Show a command line in /proc, in the room that this program's own has taken."""
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    text = b"".join(word.encode() + b"\0" for word in command)[: end - start - 1]
    ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)


def become(request: dict[str, Any], own: list[str]) -> None:
    """Be what the command line names: `-m` and a module, `-c` and a text, or a file."""
    command = request["command"]
    show_command(command)
    os.environ.clear()
    os.environ.update(request["variables"])
    os.chdir(request["folder"])
    if request["has_session"]:
        os.setsid()
    kind, *words = command[1:]
    first = {"-m": os.getcwd(), "-c": ""}.get(kind, os.path.dirname(kind))
    more = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    sys.path[:] = [first, *more, *own]
    if kind == "-m":
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = [kind, *words[1:]]
        sys.modules["__main__"] = main = types.ModuleType("__main__")
        exec(compile(words[0], "<string>", "exec"), main.__dict__)
    else:
        sys.argv = command[1:]
        runpy.run_path(kind, run_name="__main__")


if __name__ == "__main__":
    own_path = sys.path[1:]
    sys.path[0] = os.getcwd()
    for name in sys.argv[2].split():
        importlib.import_module(name)
    gc.freeze()
    become(serve(socket.socket(fileno=int(sys.argv[1]))), own_path)
