"""`manage.py monitor RUN`: watches this machine for a run, until the run ends."""

import json
import os
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from django.core.management.base import BaseCommand, CommandError, CommandParser

from runs.management.machine import Machine
from runs.tracking.clock import now_ms

BASE = "/api/2.0/mlflow/runs/"
GOES_ON = frozenset({"RUNNING", "SCHEDULED"})
MAX_POINTS_SENT, MAX_POINTS_KEPT = 1000, 100_000
PATIENCE_S = 30


class Command(BaseCommand):
    """Samples go over the MLflow protocol, so the machine need not be the studio's own. While the
    studio does not answer, samples are kept and sent later."""

    help = "Log CPU, memory, disk, network and GPU of this machine to a run until it ends."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        address = os.environ.get("MLFLOW_TRACKING_URI") or "http://127.0.0.1:8000"
        parser.add_argument("run", help="id of the run")
        parser.add_argument("--url", default=address, help="address of the studio (%(default)s)")
        parser.add_argument("--every", type=float, default=10.0, help="seconds between samples")
        parser.add_argument("--disk", default=".", help="a path on the disk to watch")

    def handle(self, *args: object, **options: Any) -> None:
        if not options["url"].startswith(("http://", "https://")):
            raise CommandError("--url begins with http:// or https://.")
        if options["every"] <= 0:
            raise CommandError("--every is a number of seconds above 0.")
        if not os.path.exists(options["disk"]):
            raise CommandError(f"--disk names no path that there is: {options['disk']}.")
        try:
            watch = Watch(options["url"].rstrip("/"), options["run"], Machine(options["disk"]))
        except (urllib.error.URLError, TimeoutError) as error:
            raise CommandError(f"{options['url']} does not answer: {error}.") from error
        try:
            while watch.tick():
                time.sleep(options["every"])
        except KeyboardInterrupt:
            pass
        self.stdout.write(f"{watch.sent:,} values logged to {options['run']}.")


class Watch:
    """A machine that is watched for a run at the studio at `url`."""

    def __init__(self, url: str, run_id: str, machine: Machine) -> None:
        self.url, self.run_id, self.machine = url, run_id, machine
        self.waiting: list[dict[str, Any]] = []
        self.sent = 0
        self.step = self._next_step(self._read_run())

    def tick(self) -> bool:
        """Log a sample; tell whether the run goes on."""
        ms = now_ms()
        self.waiting += [
            {"key": key, "value": value, "timestamp": ms, "step": self.step}
            for key, value in self.machine.sample().items()
        ]
        self.waiting = self.waiting[-MAX_POINTS_KEPT:]
        self.step += 1
        try:
            self._send()
            return self._read_run()["info"]["status"] in GOES_ON
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
        """Raises CommandError for what the studio refuses, URLError where it does not answer."""
        headers = {"Content-Type": "application/json"}
        if token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + BASE + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise urllib.error.URLError(str(error)) from error
            raise CommandError(f"The studio has refused: {_message_of(error)}") from error


def _message_of(error: urllib.error.HTTPError) -> str:
    """What an answer says; a proxy's need not be in the protocol's form."""
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return str(error)
