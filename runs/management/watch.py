"""A machine watched for a run: a client of the MLflow protocol without code of the server."""

import json
import os
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from runs.management.machine import Machine

BASE = "/api/2.0/mlflow/runs/"
ACTIVE = frozenset({"RUNNING", "SCHEDULED"})
MAX_POINTS_SENT, MAX_POINTS_KEPT = 1000, 100_000
TIMEOUT_S = 30


class Refused(Exception):
    """The studio has refused a request; the message says why."""


class Watch:
    """A machine that is watched for a run at the studio at `url`."""

    def __init__(self, url: str, run_id: str, machine: Machine) -> None:
        self.url, self.run_id, self.machine = url, run_id, machine
        self.waiting: list[dict[str, Any]] = []
        self.sent = 0
        self.step = self._next_step(self._read_run())

    def tick(self) -> bool:
        """Log a sample; tell whether the run goes on."""
        ms = time.time_ns() // 1_000_000
        self.waiting += [
            {"key": key, "value": value, "timestamp": ms, "step": self.step}
            for key, value in self.machine.sample().items()
        ]
        self.waiting = self.waiting[-MAX_POINTS_KEPT:]
        self.step += 1
        try:
            self._send()
            return self._read_run()["info"]["status"] in ACTIVE
        except (urllib.error.URLError, TimeoutError):
            return True

    def _send(self) -> None:
        while self.waiting:
            part = self.waiting[:MAX_POINTS_SENT]
            self._ask("log-batch", {"run_id": self.run_id, "metrics": part})
            del self.waiting[: len(part)]
            self.sent += len(part)

    def _read_run(self) -> dict[str, Any]:
        return self._ask(f"get?run_id={quote(self.run_id, safe='')}")["run"]

    @staticmethod
    def _next_step(run: dict[str, Any]) -> int:
        """A monitor that is started again goes on behind the last one's steps."""
        metrics = run["data"].get("metrics", [])
        steps = [one["step"] for one in metrics if one["key"].startswith("system/")]
        return max(map(int, steps), default=-1) + 1

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Raises Refused for what the studio refuses, URLError where it does not answer."""
        headers = {"Content-Type": "application/json"}
        if token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + BASE + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise urllib.error.URLError(str(error)) from error
            raise Refused(f"The studio has refused: {_message_of(error)}") from error


def _message_of(error: urllib.error.HTTPError) -> str:
    """Return the message of an error; that of a proxy need not be in the protocol's form."""
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return str(error)
