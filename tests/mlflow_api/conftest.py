"""A real studio in a process of its own, and ways to talk to it and to the views directly."""

import json
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.test import Client

from tests.forks import OF_SERVERS, Fork, run_fork
from tests.fresh_database import copy_fresh_database
from tests.postgres import fresh_database
from tests.up.processes import free_port
from tests.waiting import LONGEST_WAIT_S, wait_for

ROOT = Path(__file__).resolve().parents[2]
MANAGE = """
import sys
from django.core.management import execute_from_command_line
for command in sys.argv[1:]:
    execute_from_command_line(["manage.py", *command.split()])
"""


@dataclass(frozen=True)
class Server:
    """A running studio: where it answers, and what its commands need."""

    url: str
    environment: dict[str, str]

    def manage(self, *commands: str) -> list[str]:
        """Run commands of manage.py beside the server, in one process; return the lines that they
        print."""
        command = [sys.executable, "-c", MANAGE, *commands]
        options = {"timeout": LONGEST_WAIT_S, "cwd": ROOT, "env": self.environment}
        done = run_fork(command, OF_SERVERS, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A studio open to this machine, with a data folder and a database of its own."""
    with running_server(STUDIO_OPEN="1") as server:
        yield server


@pytest.fixture(scope="session")
def server_url(server: Server) -> str:
    """Where the open studio answers."""
    return server.url


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """Start a studio in a process of its own, and end it."""
    folder = tempfile.mkdtemp(prefix="studio-mlflow-")
    with own_database(os.environ.get("DATABASE_URL", ""), Path(folder)) as database_url:
        environment = {**os.environ, "STUDIO_DATA_DIR": folder, "DATABASE_URL": database_url}
        environment |= {"DJANGO_SETTINGS_MODULE": "studio.settings", **settings}
        port = free_port()
        server = Server(f"http://127.0.0.1:{port}", environment)
        process = Fork(server_command(port), OF_SERVERS, cwd=ROOT, env=environment)
        try:
            wait_for(lambda: is_healthy(server.url, process), "the studio to start")
            yield server
        finally:
            process.terminate()
            process.wait(timeout=LONGEST_WAIT_S)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_database(url: str, folder: Path) -> Iterator[str]:
    """Make an empty studio's database for one server: beside PostgreSQL's `url`, else in `folder`.
    Yield its DATABASE_URL, which is empty for the one in the folder."""
    if url.startswith("postgres"):
        with fresh_database(url) as made:
            yield made
        return
    copy_fresh_database(folder / "studio.sqlite3")
    yield ""


def server_command(port: int) -> list[str]:
    return [sys.executable, "-m", "studio.front", "--port", str(port), "--workers", "1"]


def is_healthy(url: str, server: Fork) -> bool:
    assert server.poll() is None, "the studio has ended"
    try:
        with urlopen(f"{url}/health", timeout=LONGEST_WAIT_S):
            return True
    except (URLError, ConnectionError):
        return False


@dataclass
class Answer:
    """A status and the JSON of an answer."""

    status: int
    body: Any

    @property
    def code(self) -> str:
        return self.body.get("error_code", "")

    @property
    def message(self) -> str:
        return self.body.get("message", "")


class Api:
    """Speaks the protocol to the views, without a server between."""

    def __init__(self, prefix: str = "/api/2.0/mlflow", token: str = "") -> None:
        self.prefix = prefix
        self.http = Client(headers={"Authorization": f"Bearer {token}"} if token else {})

    def post(self, path: str, body: Any = None, method: str = "POST") -> Answer:
        return self.send(path, json.dumps(body or {}).encode(), method=method)

    def get(self, path: str, /, **query: Any) -> Answer:
        return self.read(self.http.get(f"{self.prefix}/{path}", query))

    def send(
        self, path: str, data: bytes, kind: str = "application/json", method: str = "POST"
    ) -> Answer:
        url = f"{self.prefix}/{path}"
        return self.read(self.http.generic(method, url, data, content_type=kind))

    @staticmethod
    def read(response: Any) -> Answer:
        text = response.getvalue()
        assert response["Content-Type"] == "application/json", text[:300]
        return Answer(response.status_code, json.loads(text) if text else None)

    def make_experiment(self, name: str = "", **fields: Any) -> str:
        name = name or uuid.uuid4().hex
        return self.post("experiments/create", {"name": name, **fields}).body["experiment_id"]

    def make_run(self, experiment_id: str = "0", **fields: Any) -> dict[str, Any]:
        answer = self.post("runs/create", {"experiment_id": experiment_id, **fields})
        assert answer.status == 200, answer
        return answer.body["run"]

    def make_run_id(self, experiment_id: str = "0", **fields: Any) -> str:
        return self.make_run(experiment_id, **fields)["info"]["run_id"]

    def get_run(self, run_id: str) -> dict[str, Any]:
        return self.get("runs/get", run_id=run_id).body["run"]

    def get_tags(self, run_id: str) -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in self.get_run(run_id)["data"].get("tags", [])}

    def get_latest(self, run_id: str) -> dict[str, Any]:
        return {row["key"]: row for row in self.get_run(run_id)["data"].get("metrics", [])}


@pytest.fixture
def api(db, settings) -> Api:
    """The protocol, asked by the local owner of an open studio."""
    settings.STUDIO_OPEN = True
    return Api()


@pytest.fixture
def pages(api) -> Api:
    """The addresses that pages use."""
    return Api("/ajax-api/2.0/mlflow")
