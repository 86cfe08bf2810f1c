"""A real studio in a process of its own, and ways to talk to it and to the views directly."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START_S = 60.0


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of an open studio with a data folder and a database of its own."""
    folder = tempfile.mkdtemp(prefix="studio-mlflow-")
    with own_database(os.environ.get("DATABASE_URL", "")) as database_url:
        environment = {**os.environ, "STUDIO_DATA_DIR": folder, "STUDIO_OPEN": "1"}
        environment |= {"DJANGO_SETTINGS_MODULE": "studio.settings", "DATABASE_URL": database_url}
        manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(manage, cwd=ROOT, env=environment, check=True)
        port = free_port()
        server = subprocess.Popen(server_command(port), cwd=ROOT, env=environment)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_healthy(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """Yield the address of a database for one server: a new one beside PostgreSQL's `url`."""
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"studio_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def server_command(port: int) -> list[str]:
    flags = ["--interface", "wsgi", "--http", "1", "--host", "127.0.0.1", "--port", str(port)]
    flags += ["--workers", "1", "--blocking-threads", "8", "--log-level", "error", "--no-ws"]
    return [sys.executable, "-m", "granian", *flags, "studio.wsgi:application"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_healthy(url: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + LONGEST_START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{url}/health", timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError("the studio did not start")
