"""What schemathesis makes of the description: no request is answered with a 5xx or off the schema.

For each operation requests are made up from the description, half of them about what exists.
They are the same ones every time.
"""

import json
import os
import shutil
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings

from runs.api.description import build_description
from runs.artifacts.logs.appending import append_log
from runs.artifacts.snapshots.services import save_snapshot
from runs.compute.clusters import create_cluster
from runs.compute.nodes import register_node
from runs.compute.submitting import Work, submit
from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import Scalar, String, Table
from runs.table.saved_views import save_view
from runs.workspaces.permissions import Role
from tests.artifacts.zips import make_zip
from tests.factories import make_experiment, make_run
from tests.shared_folder import folder_for
from tests.when_used import WhenUsed

pytestmark = pytest.mark.both_databases

schemathesis = WhenUsed("schemathesis")
of_core = WhenUsed("schemathesis.core")
of_all = WhenUsed("schemathesis.checks")
of_openapi = WhenUsed("schemathesis.specs.openapi.checks")
EXAMPLES = 10
PARTS = ("path_parameters", "headers", "cookies", "query", "media_type", "multipart_content_types")
LOG = "logs/train.log"
BYTES = "$bytes"


@pytest.fixture
def known(db, settings, tmp_path, known_of_file, files_of_file) -> dict[str, Any]:
    """An open studio with something of every kind in it, and what its parameters are then."""
    settings.STUDIO_OPEN = True
    settings.FILES_DIR = tmp_path / "studio" / "files"
    shutil.copytree(files_of_file.parent, settings.FILES_DIR.parent)
    return known_of_file


@pytest.fixture(scope="module")
def files_of_file(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("schema") / "files"


@pytest.fixture(scope="module")
def known_of_file(make_for_file, files_of_file) -> dict[str, Any]:
    with override_settings(FILES_DIR=files_of_file):
        return make_for_file(make_something_of_every_kind)


def make_something_of_every_kind() -> dict[str, Any]:
    """Return the values of parameters that name something."""
    experiment = make_experiment("digits", tags={"team": "vision"})
    run = make_run(experiment, params={"lr": "0.1"}, tags={"team": "vision"})
    table = Table(name="loss", value={"x": [1, 2.5], "y": ["a", None]})
    values = [Scalar(name="loss", value="NaN"), String(name="loss", value="low"), table]
    log_metrics(workspace=run.workspace, run_id=run.run_id, values=values)
    append_log(run=run, path=LOG, offset=0, data=b"one\ntwo\n")
    save_snapshot(run=run, chunks=[make_zip({LOG: "of the snapshot"})])
    base = make_run(experiment, run_id="base")
    save_snapshot(run=base, chunks=[make_zip({LOG: "of another snapshot"})])
    place = {"workspace": run.workspace, "user": None, "role": Role.OWNER, "experiment": None}
    view = save_view(**place, name="Best", query="q=a")
    cluster = create_cluster(workspace=run.workspace, name="loss")
    node = register_node(cluster=cluster, name="n1")
    submit(experiment=experiment, cluster=cluster, work=Work(["python"]), name="waits")
    return {
        "incarnation": node.incarnation,
        "cluster": "loss",
        "run_id": run.run_id,
        "run": [run.run_id],
        "number": experiment.number,
        "view_id": view.id,
        "path": LOG,
        "key": "team",
        "name": "loss",
        "after": "",
        "filter": "metrics.loss > 0",
        "sort": "-metrics.loss",
        "experiment": [0],
        "experiment_name": ["digits"],
        "parent": run.run_id,
        "base": base.run_id,
    }


def steer(case: Any, known: dict[str, Any]) -> None:
    """Let about half of the parameters name something that is there."""
    for place in (case.path_parameters, case.query):
        for name in list(place or {}):
            if name in known and zlib.crc32(f"{name}{place[name]!r}".encode(errors="replace")) % 2:
                place[name] = known[name]


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request ends its connection; here all requests are inside the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def from_this_machine(environ: dict[str, Any], start_response: Any) -> Any:
    """The application, as one on this machine asks it."""
    return application()(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)


@cache
def application() -> Any:
    return get_wsgi_application()


@cache
def description() -> dict[str, Any]:
    return build_description("/api/v1")


def labels() -> list[str]:
    """Name every operation of the description, as schemathesis does."""
    paths = description()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


@cache
def operations() -> dict[str, Any]:
    """Return schemathesis's operations by their names."""
    schema = schemathesis.openapi.from_dict(description())
    schema.app = from_this_machine
    found = [one.ok() for one in schema.get_all_operations()]
    return {operation.label: operation for operation in found}


def checks() -> tuple[Any, ...]:
    return (
        of_all.not_a_server_error,
        of_openapi.status_code_conformance,
        of_openapi.content_type_conformance,
        of_openapi.response_headers_conformance,
        of_openapi.response_schema_conformance,
    )


def draw(label: str) -> list[dict[str, Any]]:
    """Let schemathesis make up requests to an operation; return what each is made of."""
    requests = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operations()[label].as_strategy())
    def keep(case: Any) -> None:
        parts = {name: getattr(case, name) for name in PARTS}
        if not isinstance(case.body, of_core.NotSet):
            # The bytes of a file come as a text that has them.
            parts["body"] = getattr(case.body, "data", case.body)
        requests.append(parts)

    keep()
    return requests


def requests_to(label: str, folder: Path) -> list[dict[str, Any]]:
    """Return the requests to an operation, which the processes of both passes draw once."""
    kept = folder / f"{sha256(label.encode()).hexdigest()}.json"
    if not kept.exists():
        written = kept.with_suffix(f".{os.getpid()}")
        written.write_text(json.dumps(draw(label), default=as_json))
        written.replace(kept)
    return json.loads(kept.read_text(), object_hook=from_json)


def as_json(value: Any) -> dict[str, str]:
    """Return what JSON does not know: headers, and bytes."""
    return {BYTES: b64encode(value).decode()} if isinstance(value, bytes) else dict(value)


def from_json(value: dict[str, Any]) -> Any:
    return b64decode(value[BYTES]) if set(value) == {BYTES} else value


@pytest.fixture(scope="session")
def drawn(tmp_path_factory) -> Path:
    """Where the requests are kept."""
    return folder_for("schema-requests", tmp_path_factory)


@pytest.mark.parametrize("label", labels())
def test_no_answer_is_off_the_schema(label, known, one_connection, drawn):
    operation = operations()[label]
    for parts in requests_to(label, drawn):
        case = operation.Case(**parts)
        steer(case, known)
        case.call_and_validate(checks=checks())


def test_every_operation_is_asked():
    assert list(operations()) == labels()
    assert len(labels()) > 50
