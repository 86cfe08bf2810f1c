"""Commands of `manage.py` that need not load other people's packages anew: forks of a process that
has them. All of the studio, `manage.py` first, is loaded by the fork."""

import json
import socket
import subprocess
import sys
from functools import cache
from tempfile import TemporaryFile

from studio.bootstrap import BASE_DIR
from tests.crash.loaded import MODULES

PROGRAM = """
import gc, importlib, json, os, runpy, socket, sys
requests = socket.socket(fileno=int(sys.argv[1]))
for name in sys.argv[2:]:
    importlib.import_module(name)
gc.freeze()
is_fork = False
while not is_fork:
    data, files, *_ = socket.recv_fds(requests, 1 << 20, 2)
    if not data:
        sys.exit()
    pid = os.fork()
    is_fork = pid == 0
    if is_fork:
        os.dup2(files[0], 1)
        os.dup2(files[1], 2)
    for file in files:
        os.close(file)
    if not is_fork:
        requests.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
requests.close()
words, variables = json.loads(data)
os.environ.clear()
os.environ.update(variables)
sys.argv = ["manage.py", *words]
sys.path[0] = os.getcwd()
runpy.run_path("manage.py", run_name="__main__")
"""


@cache
def loaded_process() -> socket.socket:
    """Start the process that forks; return the socket on which it takes requests."""
    own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with other:
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(other.fileno()), *MODULES, "psycopg"],
            cwd=BASE_DIR,
            pass_fds=[other.fileno()],
        )
    return own


def run_command(
    words: tuple[str, ...], variables: dict[str, str], longest_s: float
) -> tuple[int, str]:
    """Run a command to its end; return its exit code and what it says."""
    requests = loaded_process()
    requests.settimeout(longest_s)
    with TemporaryFile() as stdout, TemporaryFile() as stderr:
        numbers = [stdout.fileno(), stderr.fileno()]
        socket.send_fds(requests, [json.dumps([words, variables]).encode()], numbers)
        code = int(requests.recv(100))
        said = b""
        for file in (stdout, stderr):
            file.seek(0)
            said += file.read()
    return code, said.decode()
