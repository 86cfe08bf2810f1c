"""A server of the S3 protocol on loopback: moto's."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.up.processes import free_port
from tests.waiting import LONGEST_WAIT_S, wait_for


@contextmanager
def running_s3() -> Iterator[str]:
    """Start it, yield its address, end it."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: is_open(port, server), "moto's server")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=LONGEST_WAIT_S)


def is_open(port: int, server: subprocess.Popen) -> bool:
    assert server.poll() is None, "moto's server has ended"
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
