"""A studio in processes of its own, over a database that a test takes away from it."""

import http.client
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.bootstrap import BASE_DIR
from tests.crash.server import LONGEST_START_S, Server
from tests.forks import OF_SERVERS, run_fork
from tests.fresh_database import copy_fresh_database
from tests.up.processes import clean_environment

HTML = {"Accept": "text/html"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
MLFLOW = "/api/2.0/mlflow/"


@dataclass(frozen=True)
class Answer:
    """What was answered, and after how long."""

    status: int
    headers: Any
    content: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class Studio(Server):
    """A server on the database at `url`, "" for a SQLite file in `folder`; its log is kept."""

    def __init__(
        self, folder: Path, url: str = "", log: Path | None = None, **variables: str
    ) -> None:
        self.database = folder / "studio.sqlite3"
        self.is_on_sqlite = not url
        url = url or f"sqlite:///{self.database}"
        folder.mkdir(exist_ok=True)
        super().__init__(
            log=log or folder.parent / "server.log",
            **{"DATABASE_URL": url, "STUDIO_DATA_DIR": str(folder), "STUDIO_OPEN": "1"} | variables,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.options.port}"

    def start(self) -> float:
        """Make the tables, then start the server; return after how many seconds it answers."""
        self.make_tables()
        return super().start()

    def make_tables(self) -> None:
        """Make the tables of an empty studio, by a command as for people."""
        if self.is_on_sqlite:
            copy_fresh_database(self.database)
            return
        command = [sys.executable, "manage.py", "token", "list"]
        variables = clean_environment(**self.variables)
        done = run_fork(command, OF_SERVERS, timeout=LONGEST_START_S, cwd=BASE_DIR, env=variables)
        assert done.returncode == 0, done.stderr

    def ask(self, path: str, body: Any = None, headers: Any = None, method: str = "") -> Answer:
        """Ask once, over a connection of its own."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.options.port, timeout=120)
        sent = json.dumps(body).encode() if isinstance(body, dict) else body
        headers = headers or (JSON if isinstance(body, dict) else {})
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, sent, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return Answer(answer.status, answer.headers, content, time.monotonic() - began)

    def make_run(self) -> str:
        """Make a run in the experiment `Default`; return its id."""
        made = self.ask(f"{MLFLOW}runs/create", {"experiment_id": "0"})
        assert made.status == 200, made.text
        return made.json["run"]["info"]["run_id"]

    def log_lines(self) -> list[str]:
        """What its processes have written to standard error so far."""
        return self.log.read_text().splitlines()
