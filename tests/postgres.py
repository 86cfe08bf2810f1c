"""A private PostgreSQL that lives as long as the tests: on a unix socket, without fsync."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from studio.bootstrap import BASE_DIR
from studio.up.orphans import die_with_parent
from tests.up.processes import clean_environment
from tests.waiting import LONGEST_WAIT_S

# The variable with the name of a database to copy, which takes less than to make its tables.
TEMPLATE = "STUDIO_TEST_TEMPLATE"

# PostgreSQL does not run as root; one of these does it then.
STAND_INS = ("postgres", "nobody")
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "logging_collector": "off",
    "log_min_messages": "panic",
}


def find_programs() -> Path | None:
    """Return the folder with initdb and postgres: that on PATH, else the newest of Debian's."""
    if (found := shutil.which("initdb")) and shutil.which("postgres"):
        return Path(found).resolve().parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


class Cluster:
    """A PostgreSQL in a folder of its own, which can be stopped and started again."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="studio-pg-"))
        self.user = stand_in()
        self.server: subprocess.Popen[bytes] | None = None
        if self.user:
            shutil.chown(self.folder, self.user)

    @property
    def url(self) -> str:
        """Its DATABASE_URL."""
        return f"postgres://studio@{quote(str(self.folder), safe='')}/postgres"

    def start(self) -> None:
        """Start it where it is not running, the first time on new files; return when it answers."""
        if self.server is not None:
            return
        if not (self.folder / "data").exists():
            make_cluster(self.programs, self.folder, self.user)
        self.server = start(self.programs, self.folder, self.user)
        wait_until_ready(self.server, self.folder)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends its connections in order, SIGQUIT at once."""
        if self.server is not None:
            self.server.send_signal(how)
            self.server.wait()
            self.server = None

    def remove(self) -> None:
        """Stop it and remove its files."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running_cluster(programs: Path) -> Iterator[str]:
    """Make a cluster, start it, yield its DATABASE_URL, stop it and remove it."""
    cluster = Cluster(programs)
    try:
        cluster.start()
        yield cluster.url
    finally:
        cluster.remove()


def stand_in() -> str | None:
    """Return the user to run as where this is root, else None."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in STAND_INS if name in known)


def make_cluster(programs: Path, folder: Path, user: str | None) -> None:
    """Sort text as most servers do, in English: what relies on the order of bytes then shows."""
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "studio", "-A", "trust"]
    command += ["--no-sync", "-E", "UTF8", "--locale=C"]
    english = ["--locale-provider=icu", "--icu-locale=en-US"]
    for extra in (english, []):
        made = subprocess.run(
            [*command, *extra], user=user, cwd=folder, capture_output=True, text=True, check=False
        )
        if made.returncode == 0:
            return
        shutil.rmtree(folder / "data", ignore_errors=True)
    raise RuntimeError(f"initdb failed: {made.stderr}")


def start(programs: Path, folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    # Its group goes with its user: without, it could not read its own files.
    group = pwd.getpwnam(user).pw_gid if user else None
    return subprocess.Popen(command, user=user, group=group, cwd=folder, preexec_fn=die_with_parent)


def wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_S
    while True:
        try:
            psycopg.connect(host=str(folder), user="studio", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """Make a database with the tables of an empty studio beside PostgreSQL's `url`, a copy of the
    template where one is named; yield its DATABASE_URL, and drop it."""
    name, template = f"studio_{uuid4().hex[:12]}", os.environ.get(TEMPLATE)
    made = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")
            )
        if not template:
            migrate(made)
        yield made
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def migrate(url: str) -> None:
    """Make the tables of an empty studio by a command, as it does for people."""
    with tempfile.TemporaryDirectory(prefix="studio-migrating-") as folder:
        subprocess.run(
            [sys.executable, "manage.py", "token", "list"],
            cwd=BASE_DIR,
            env=clean_environment(DATABASE_URL=url, STUDIO_DATA_DIR=folder),
            check=True,
            stdout=subprocess.DEVNULL,
        )
