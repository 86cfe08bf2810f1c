"""The data folder is taken away from a running studio, and brought back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outages.studio import FORM, HTML, MLFLOW, Studio

TOKEN = "a" * 32
OWN_FORM = FORM | {"Cookie": f"csrftoken={TOKEN}"}
CHANGE = f"description=why&csrfmiddlewaretoken={TOKEN}".encode()
LARGE = b"x" * 70_000
BYTES = {"Content-Type": "application/octet-stream"}

ASKED = {
    "page": ("/w/default/experiments", None, HTML, "GET"),
    "part": ("/w/default/run-rows", None, {"HX-Request": "true"}, "GET"),
    "form": ("/w/default/runs/{run}/change", CHANGE, OWN_FORM | HTML, "POST"),
    "api": ("/api/v1/experiments", None, {"Accept": "*/*"}, "GET"),
    "api write": ("/api/v1/runs", {"experiment_name": "new"}, None, "POST"),
    "api upload": ("/api/v1/runs/{run}/files/a.bin", LARGE, BYTES, "PUT"),
    "api log": ("/api/v1/runs/{run}/logs?path=a.log&offset=0", b"line\n", BYTES, "PATCH"),
    "mlflow": (f"{MLFLOW}experiments/search?max_results=5", None, {"Accept": "*/*"}, "GET"),
    "mlflow write": (f"{MLFLOW}experiments/create", {"name": "newer"}, None, "POST"),
    "mlflow hot": (f"{MLFLOW}runs/log-metric",
                   {"run_id": "{run}", "key": "m", "value": 1.0, "timestamp": 1}, None, "POST"),
    "mlflow upload": ("/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/a.bin", LARGE, BYTES,
                      "PUT"),
}  # fmt: skip
FORMATS = {
    "page": "<!doctype html>", "form": "<!doctype html>", "part": '"status":503',
    "api": '"code":"unavailable"', "mlflow": '"TEMPORARILY_UNAVAILABLE"',
}  # fmt: skip


@pytest.fixture(scope="module")
def studio(tmp_path_factory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("folder")
    studio = Studio(folder / "data", log=folder / "server.log")
    studio.start()
    yield studio
    studio.kill()


@pytest.fixture(scope="module")
def run(studio) -> str:
    """A run from before, which both server processes have heard of."""
    run = studio.make_run()
    for _ in range(20):
        for door in ("page", "api", "mlflow hot"):
            assert ask(studio, door, run).status == 200, door
    return run


def ask(studio: Studio, door: str, run: str):
    path, body, headers, method = ASKED[door]
    if isinstance(body, dict):
        body = {key: run if value == "{run}" else value for key, value in body.items()}
    return studio.ask(path.format(run=run), body, headers, method)


@pytest.fixture
def away(studio, run) -> Iterator[Path]:
    """The data folder is not in its place; the path of that."""
    place = studio.database.parent
    aside = place.with_name("aside")
    place.rename(aside)
    yield place
    shutil.rmtree(place, ignore_errors=True)
    aside.rename(place)


@pytest.mark.parametrize("door", ASKED)
def test_every_door_says_that_the_folder_is_gone(studio, run, away, door):
    answer = ask(studio, door, run)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2"), answer.text[:600]
    assert "deleted or moved" in answer.text
    assert FORMATS[door.split()[0]] in answer.text
    assert str(away) not in answer.text


def test_nothing_is_begun_anew_in_an_empty_folder(studio, run, away):
    away.mkdir()
    for door in ASKED:
        assert ask(studio, door, run).status == 503, door
    assert not studio.database.exists()


def test_probes_tell_it_and_the_log_has_no_traceback(studio, run, away):
    ready = studio.ask("/readyz")
    assert (ready.status, ready.json["database"]) == (503, "away")
    assert studio.ask("/healthz").status == 200
    assert "Traceback" not in studio.log.read_text()


def test_the_studio_goes_on_when_the_folder_is_back(studio, run):
    for door in ASKED:
        assert ask(studio, door, run).status in (200, 201, 204), door
    path = f"{MLFLOW}metrics/get-history?run_id={run}&metric_key=m"
    assert len(studio.ask(path).json["metrics"]) == 1
