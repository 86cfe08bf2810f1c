"""Ways to ask the REST API without a server between."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from runs.workspaces.permissions import Role
from tests.factories import make_member, make_token


@dataclass
class Answer:
    """A status, the JSON of an answer, and its headers."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        return self.body["error"]["code"]

    @property
    def message(self) -> str:
        return self.body["error"]["message"]

    @property
    def field(self) -> str:
        return self.body["error"].get("field", "")


class Api:
    """Asks with JSON, reads JSON."""

    def __init__(self, token: str = "", prefix: str = "/api/v1") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = Client(headers=headers, raise_request_exception=False)
        self.prefix = prefix

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        data: bytes | None = None,
        kind: str = "application/json",
        query: dict[str, Any] | None = None,
        environ: dict[str, Any] | None = None,
        **headers: str,
    ) -> Answer:
        if data is None:
            data = b"" if body is None else json.dumps(body).encode()
        response = self.http.generic(
            method,
            f"{self.prefix}/{path}",
            data,
            kind,
            query_params=query or {},
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            **(environ or {}),
        )
        content = response.getvalue()
        if response.headers.get("Content-Type") == "application/json":
            content = json.loads(content) if content else None
        return Answer(response.status_code, content, response.headers)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Answer:
        return self.ask("GET", path, query=query, **headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.ask("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.ask("PATCH", path, body, **more)

    def delete(self, path: str) -> Answer:
        return self.ask("DELETE", path)

    def make_run(self, **fields: Any) -> str:
        answer = self.post("runs", {"experiment": 0, **fields})
        assert answer.status == 201, answer
        return answer.body["run_id"]


@pytest.fixture
def api(db, settings) -> Api:
    """The API, asked by the local owner of an open studio."""
    settings.STUDIO_OPEN = True
    return Api()


@pytest.fixture
def reader(db, settings) -> Api:
    """The API of a closed studio, asked by a member who may only read."""
    settings.STUDIO_OPEN = False
    return Api(make_token(make_member(Role.READER)))


@pytest.fixture
def contributor(db, settings) -> Api:
    """The same, asked by one who may write."""
    settings.STUDIO_OPEN = False
    return Api(make_token(make_member(Role.CONTRIBUTOR)))


@pytest.fixture
def nobody(db, settings) -> Api:
    """The same, asked by nobody known."""
    settings.STUDIO_OPEN = False
    return Api()


@pytest.fixture
def run_id(api: Api) -> str:
    """A run of the experiment Default."""
    return api.make_run()


@pytest.fixture
def log(api, run_id):
    """Log values to the run; the batch has an id where one is given."""

    def log(*values, batch=None):
        body = {"metrics": list(values)} | ({"id": batch} if batch else {})
        return api.post(f"runs/{run_id}/metrics", body)

    return log
