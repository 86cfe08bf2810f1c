"""The trainings of `up --demo`, which log by the client."""

import json
import struct
import sys
import urllib.request
import zlib
from urllib.parse import quote

import numpy as np
import pytest

from examples.demo import png, slow, submitted, wave
from examples.demo.client import Stopped, Studio
from studio.bootstrap import BASE_DIR
from tests.forks import OF_SERVERS, run_fork
from tests.up.processes import Up, refusal
from tests.waiting import LONGEST_WAIT_S, wait_for


def test_a_training_leaves_curves_a_picture_and_a_log(running):
    studio, _ = running
    train(studio, "wave", ", steps=60")
    tanh, relu = runs(studio, "regression/wave", "params.hidden = '96,96'")
    assert {tanh["info"]["status"], relu["info"]["status"]} == {"FINISHED"}
    assert {metric["key"] for metric in tanh["data"]["metrics"]} == {
        *("train/loss", "val/loss", "val/rmse")
    }
    assert files(studio, tanh) == {"outputs", "source", "user_logs"}


def test_the_failing_training_fails_with_its_traceback(running):
    studio, _ = running
    train(studio, "diverging")
    (run,) = runs(studio, "regression/wave", "attributes.status = 'FAILED'")
    log = get(studio, f"/get-artifact?run_id={run['info']['run_id']}&path=user_logs/std_log.txt")
    assert b"FloatingPointError" in log and b"diverging.py" in log


def test_a_training_that_is_stopped_is_killed_and_the_next_one_does_not_begin(running):
    studio, _ = running
    demo = Studio(url_of(studio))
    with demo.run(demo.experiment("stopped", "note"), "one", {}, {}) as run:
        demo.stop.set()
        slow.learn(run, {"learning_rate": 0.01})
    with pytest.raises(Stopped):
        wave.train(demo)
    assert [run["info"]["status"] for run in runs(studio, "stopped")] == ["KILLED"]


def test_the_demo_is_refused_where_there_is_a_run(running, database, data_dir):
    environment = {"STUDIO_DATA_DIR": str(data_dir), **database}
    assert refusal("prepare", "--require-empty", **environment) == (0, "")
    studio, database = running
    demo = Studio(url_of(studio))
    with demo.run(demo.experiment("not-empty", "note"), "one", {}, {}):
        pass
    environment = {"STUDIO_DATA_DIR": str(studio.data_dir), **database}
    code, said = refusal("prepare", "--require-empty", **environment)
    assert code == 2
    assert said.startswith("The demo fills an empty studio, and this one has runs.")


def test_submitted_scripts_complete_fail_and_are_canceled(running, monkeypatch):
    demo = Studio(url_of(running[0]))
    for name in ("NODE_WAIT_S", "RUNS_FIRST_S"):
        monkeypatch.setattr(submitted, name, LONGEST_WAIT_S)
    submitted.submit_all(demo, slow_epochs=2)
    wanted = {"ridge": "Completed", "no labels": "Failed", "far too long": "Canceled"}
    wait_for(lambda: (found := statuses(demo)) | wanted == found, f"{wanted}", every_s=0.5)
    assert "search for alpha and lr" in statuses(demo)
    children = submitted.ask(demo, "GET", "runs?children=true&filter=tags.alpha%20%3D%20'10'")
    assert {run["tags"]["lr"] for run in children["items"]} == {"0.02", "0.05"}


def statuses(demo: Studio) -> dict[str, str]:
    runs = submitted.ask(demo, "GET", "runs?experiment_name=submitted%2Fridge")["items"]
    return {run["name"]: run["status"] for run in runs}


def test_a_picture_is_a_png_of_the_same_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 5, 3)).astype(np.uint8)
    file = png.encode(pixels)
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", file[16:24]) == (5, 3)
    start = file.index(b"IDAT") + 4
    size = struct.unpack(">I", file[start - 8 : start - 4])[0]
    rows = np.frombuffer(zlib.decompress(file[start : start + size]), np.uint8).reshape(3, 16)
    assert (rows[:, 1:].reshape(3, 5, 3) == pixels).all()


def train(studio: Up, name: str, more: str = "") -> None:
    """Run one training in a process of its own, as the demo does, with `more` arguments."""
    program = (
        f"from examples.demo import {name}; from examples.demo.client import Studio;"
        f"{name}.train(Studio({url_of(studio)!r}){more})"
    )
    done = run_fork(
        [sys.executable, "-c", program], OF_SERVERS, timeout=LONGEST_WAIT_S, cwd=BASE_DIR
    )
    assert done.returncode == 0, done.stderr


def url_of(studio: Up) -> str:
    return f"http://127.0.0.1:{studio.port}"


def get(studio: Up, path: str) -> bytes:
    with urllib.request.urlopen(url_of(studio) + path, timeout=LONGEST_WAIT_S) as answer:
        return answer.read()


def runs(studio: Up, experiment: str, condition: str = "") -> list[dict]:
    address = f"/api/2.0/mlflow/experiments/get-by-name?experiment_name={quote(experiment)}"
    number = json.loads(get(studio, address))["experiment"]["experiment_id"]
    body = json.dumps({"experiment_ids": [number], "filter": condition}).encode()
    request = urllib.request.Request(
        f"{url_of(studio)}/api/2.0/mlflow/runs/search", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=LONGEST_WAIT_S) as answer:
        return json.load(answer).get("runs", [])


def files(studio: Up, run: dict) -> set[str]:
    query = f"run_id={run['info']['run_id']}"
    answer = json.loads(get(studio, f"/api/2.0/mlflow/artifacts/list?{query}"))
    return {file["path"] for file in answer["files"]}
