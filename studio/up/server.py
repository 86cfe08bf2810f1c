"""The web server: its command line, its address, and whether it answers yet."""

import os
import socket
import sys

from studio.up.checks import ANY_ADDRESS, allowed_hosts, is_private
from studio.up.options import Options

MIB = 2**20
# The most that glibc allows itself when it has seen large blocks freed. With less, the kernel takes
# back the arrays of each chart, and clears the same memory again for the next one.
MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 * MIB), "MALLOC_TRIM_THRESHOLD_": str(64 * MIB)}


def server_command(options: Options) -> list[str]:
    """Return the command line of the server, which keeps its own processes alive."""
    switches = {
        "--host": options.host,
        "--port": str(options.port),
        "--workers": str(options.workers or default_workers()),
    }
    words = [word for pair in switches.items() for word in pair]
    return [sys.executable, "-m", "studio.front", *words]


def words_of_first_start(options: Options) -> list[str]:
    """Return what is added at the start of the studio: the server brings the database up to date,
    collects the static files, and refuses what only the database knows."""
    words = ["--prepare"]
    if not is_private(options):
        words.append("--require-user")
    if options.demo:
        words.append("--require-empty")
    return words


def default_workers() -> int:
    """One process per core with PostgreSQL. SQLite has one writer at a time: a second process lets
    readers be answered while it writes, more only wait for each other."""
    is_sqlite = os.environ.get("DATABASE_URL", "sqlite:").startswith("sqlite")
    cores = os.cpu_count() or 1
    return min(cores, 2) if is_sqlite else cores


def public_url(options: Options) -> str:
    """The address to open in a browser."""
    host = options.host
    if host in ANY_ADDRESS:
        host = public_name()
    elif ":" in host:
        host = f"[{host.strip('[]')}]"
    return f"http://{host}:{options.port}"


def public_name() -> str:
    """The first allowed host, as a name that can be asked for."""
    return next((name.lstrip(".") for name in allowed_hosts()), "localhost")


def answers(options: Options) -> bool:
    """Ask `/healthz` once."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host.strip("[]"))
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((host, options.port), timeout=5) as connection:
            connection.sendall(request)
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
