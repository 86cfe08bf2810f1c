"""The protocol calls that prepare and check the cases; what is timed goes through `load`."""

from typing import Any

import msgspec

from tests.bench.wire import API, Connection, Endpoint

HISTORY_PAGE = 25_000


class Refused(Exception):
    """A server answered a call of the preparation with something other than 200."""


class Api:
    """MLflow's REST on one connection, as Python calls. Raises `Refused`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.connection = Connection(endpoint)

    def post(self, name: str, /, **body: Any) -> dict:
        return self._read(name, self.endpoint.post(API + name, body))

    def get(self, name: str, /, **query: Any) -> dict:
        return self._read(name, self.endpoint.get(API + name, query))

    def create_experiment(self, name: str) -> str:
        return self.post("experiments/create", name=name)["experiment_id"]

    def create_run(self, experiment_id: str, name: str, started_ms: int = 1_790_000_000_000) -> str:
        body = {"experiment_id": experiment_id, "run_name": name, "start_time": started_ms}
        return self.post("runs/create", **body)["run"]["info"]["run_id"]

    def latest(self, run_id: str) -> dict[str, dict]:
        """The latest point of each metric of a run."""
        data = self.get("runs/get", run_id=run_id)["run"]["data"]
        return {point["key"]: point for point in data.get("metrics", [])}

    def history(self, run_id: str, key: str) -> list[dict]:
        """All points of a metric, page by page."""
        points: list[dict] = []
        query: dict[str, Any] = {"run_id": run_id, "metric_key": key, "max_results": HISTORY_PAGE}
        while True:
            page = self.get("metrics/get-history", **query)
            points += page.get("metrics", [])
            if not page.get("next_page_token"):
                return points
            query["page_token"] = page["next_page_token"]

    def _read(self, name: str, request: bytes) -> dict:
        status, body = self.connection.exchange(request)
        if status != 200:
            raise Refused(f"{name}: {status} {body[:300].decode(errors='replace')}")
        return msgspec.json.decode(body)
