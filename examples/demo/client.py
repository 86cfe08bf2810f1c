"""A tiny client of the MLflow protocol, with nothing but the standard library.

Your own scripts use `mlflow` itself; the demo is free of it so that it needs no installation.
"""

import json
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

BATCH = 400
LONGEST_WAIT_S = 1.0


class Stopped(Exception):
    """The demo is asked to end before its trainings have."""


class Studio:
    """One tracking server."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.stop = threading.Event()
        self.making = threading.Lock()

    def send(self, method: str, path: str, body: bytes = b"") -> dict:
        kind = "application/json" if method == "POST" else "application/octet-stream"
        request = Request(f"{self.url}/api/2.0/{path}", data=body or None, method=method)
        request.add_header("Content-Type", kind)
        with urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")

    def post(self, path: str, **fields: object) -> dict:
        return self.send("POST", f"mlflow/{path}", json.dumps(fields).encode())

    def experiment(self, name: str, note: str) -> str:
        """Return the id of the experiment, made if there is none of this name."""
        query = urlencode({"experiment_name": name})
        with self.making:
            try:
                found = self.send("GET", f"mlflow/experiments/get-by-name?{query}")
                return found["experiment"]["experiment_id"]
            except HTTPError as error:
                if error.code != 404:
                    raise
            tags = pairs({"mlflow.note.content": note})
            return self.post("experiments/create", name=name, tags=tags)["experiment_id"]

    @contextmanager
    def run(self, experiment: str, name: str, params: dict, tags: dict) -> Iterator["Run"]:
        """Log one run; an exception makes it a failed one, with the traceback in its log.

        Raises Stopped where the demo has been asked to end.
        """
        if self.stop.is_set():
            raise Stopped
        run = Run(self, experiment, name, params, tags)
        status = "FINISHED"
        try:
            yield run
        except Stopped:
            status = "KILLED"
        except Exception:
            status = "FAILED"
            run.say(traceback.format_exc())
        run.finish(status)


class Run:
    """One training: numbers go out in batches, its log as a file."""

    def __init__(
        self, studio: Studio, experiment: str, name: str, params: dict, tags: dict
    ) -> None:
        self.studio = studio
        self.points: list[dict] = []
        self.lines: list[str] = []
        self.sent_at = time.monotonic()
        info = studio.post(
            "runs/create",
            experiment_id=experiment,
            run_name=name,
            start_time=now_ms(),
            tags=pairs({"mlflow.user": "demo", "mlflow.source.type": "LOCAL", **tags}),
        )["run"]["info"]
        self.run_id = info["run_id"]
        self.folder = info["artifact_uri"].removeprefix("mlflow-artifacts:").strip("/")
        studio.post("runs/log-batch", run_id=self.run_id, params=pairs(params))

    def log(self, step: int, values: dict[str, float]) -> None:
        """Keep the numbers of a step, and send what is kept now and then."""
        if self.studio.stop.is_set():
            raise Stopped
        for name, value in values.items():
            point = {"key": name, "value": float(value), "step": step}
            self.points.append({**point, "timestamp": now_ms()})
        if len(self.points) >= BATCH or time.monotonic() - self.sent_at > LONGEST_WAIT_S:
            self.flush()

    def flush(self) -> None:
        if self.points:
            self.studio.post("runs/log-batch", run_id=self.run_id, metrics=self.points)
        self.points = []
        self.sent_at = time.monotonic()

    def say(self, line: str) -> None:
        self.lines.append(f"{time.strftime('%H:%M:%S')} {line.rstrip()}\n")

    def upload(self, path: str, content: bytes) -> None:
        place = quote(f"{self.folder}/{path}")
        self.studio.send("PUT", f"mlflow-artifacts/artifacts/{place}", content)

    def upload_log(self) -> None:
        self.upload("user_logs/std_log.txt", "".join(self.lines).encode())

    def finish(self, status: str) -> None:
        self.flush()
        self.say(f"The run ends: {status}.")
        self.upload_log()
        self.studio.post("runs/update", run_id=self.run_id, status=status, end_time=now_ms())


def pairs(values: dict) -> list[dict[str, str]]:
    return [{"key": key, "value": str(value)} for key, value in values.items()]


def now_ms() -> int:
    return time.time_ns() // 1_000_000
