"""The disk under the database is full: a small file system of its own, really full."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runs.database.outage_log import EVERY_S
from tests.outages.studio import FORM, HTML, MLFLOW, Studio

SIZE = "24m"


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory) -> Iterator[Path]:
    """A folder on a file system of 24 MiB."""
    place = tmp_path_factory.mktemp("disk")
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture(scope="module")
def studio(small_disk) -> Iterator[Studio]:
    studio = Studio(small_disk / "data", log=small_disk.parent / "full.log")
    studio.start()
    yield studio
    studio.kill()


def fill(disk: Path) -> Path:
    """Write zeros until nothing more fits; return the file to delete."""
    path = disk / "ballast"
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            os.sync()
    return path


@pytest.fixture(scope="module")
def full(studio, small_disk) -> Iterator[tuple[Studio, str, float]]:
    """The studio on the full disk, a run that it had before, and since when the disk is full."""
    run = studio.make_run()
    ballast, began = fill(small_disk), time.monotonic()
    # What SQLite's log has still room for is used up first.
    for at in range(2000):
        if studio.ask(f"{MLFLOW}runs/log-batch", points(run, at)).status != 200:
            break
    yield studio, run, began
    ballast.unlink(missing_ok=True)


def points(run: str, at: int, count: int = 1000) -> dict[str, object]:
    # Values that do not compress.
    metrics = [
        {"key": f"m{at}", "value": hash((at, i)) / 7.0, "timestamp": i * 977, "step": i}
        for i in range(count)
    ]
    return {"run_id": run, "metrics": metrics}


WRITES = {
    "page": ("/w/default/runs/{run}/change", b"description=" + b"x" * 60_000, FORM | HTML),
    "part": ("/w/default/runs/{run}/change", b"description=" + b"x" * 60_000,
             FORM | {"HX-Request": "true"}),
    "api": ("/api/v1/runs", {"experiment_name": "x" * 200, "description": "y" * 60_000}, None),
    "mlflow": (f"{MLFLOW}experiments/create", {"name": "x" * 400}, None),
    "mlflow hot": (f"{MLFLOW}runs/log-batch", None, None),
}  # fmt: skip


@pytest.mark.parametrize("door", WRITES)
def test_every_door_says_507_and_that_the_disk_is_full(full, door):
    studio, run, _ = full
    path, body, headers = WRITES[door]
    if isinstance(body, bytes):
        token = "a" * 32
        body += f"&csrfmiddlewaretoken={token}".encode()
        headers = headers | {"Cookie": f"csrftoken={token}"}
    answer = studio.ask(path.format(run=run), body or points(run, 99_999), headers)
    assert (answer.status, answer.headers["Retry-After"]) == (507, "30"), answer.text[:600]
    assert "disk is full" in answer.text


def test_readiness_says_that_the_disk_is_full_and_reads_go_on(full):
    studio, run, _ = full
    ready = studio.ask("/readyz")
    assert (ready.status, ready.json["database"]) == (503, "full")
    assert studio.ask("/healthz").status == 200
    for path in ("/w/default/experiments", f"/w/default/runs/{run}", f"/api/v1/runs/{run}"):
        assert studio.ask(path, headers={"Accept": "*/*"}).status == 200, path


def test_the_log_has_no_traceback(full):
    studio, run, began = full
    for _ in range(20):
        studio.ask(f"{MLFLOW}runs/log-batch", points(run, 99_999))
    assert "Traceback" not in studio.log.read_text()
    told = [line for line in studio.log_lines() if "disk is full" in line]
    assert len(told) <= 4 * (1 + (time.monotonic() - began) // EVERY_S)


def test_writes_go_on_when_there_is_space_again(full, small_disk):
    studio, run, _ = full
    (small_disk / "ballast").unlink(missing_ok=True)
    assert studio.ask(f"{MLFLOW}runs/log-batch", points(run, 100_000)).status == 200
    path = f"{MLFLOW}metrics/get-history?run_id={run}&metric_key=m100000"
    assert len(studio.ask(path).json["metrics"]) == 1000
