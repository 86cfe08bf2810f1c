"""The stock `mlflow` client logs through an outage: everything is there afterwards, once."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.outages.studio import Studio
from tests.outages.test_sqlite_locked import locked
from tests.when_used import WhenUsed

mlflow = WhenUsed("mlflow")
entities = WhenUsed("mlflow.entities")

LOGGERS, STEPS = 8, 30
LOCKED_S = 14.0  # longer than writers wait


@pytest.fixture(scope="module")
def studio(tmp_path_factory) -> Iterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("mlflow") / "data")
    studio.start()
    yield studio
    studio.kill()


def log_all(client: Any, number: int, run_ids: list[str], errors: list[Exception]) -> None:
    """Make a run and log all that a training does, point by point."""
    try:
        run_id = client.create_run("0").info.run_id
        for step in range(STEPS):
            client.log_metric(run_id, "loss", number + step / 100, step=step, timestamp=step)
            client.log_param(run_id, f"p{step}", step)
            client.set_tag(run_id, f"t{step}", step)
            if step % 10 == 0:
                batch = [entities.Metric("acc", 0.5, step, step + at) for at in range(10)]
                client.log_batch(run_id, batch, [entities.Param(f"b{step}", "x")])
            time.sleep(0.02)
        client.set_terminated(run_id)
        run_ids.append(run_id)
    except Exception as error:
        errors.append(error)


def test_everything_is_there_once_after_the_lock(studio):
    client = mlflow.MlflowClient(studio.url)
    run_ids: list[str] = []
    errors: list[Exception] = []
    work = [(client, at, run_ids, errors) for at in range(LOGGERS)]
    threads = [threading.Thread(target=log_all, args=args) for args in work]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    with locked(studio):
        time.sleep(LOCKED_S)
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(run_ids)) == len(client.search_runs(["0"])) == LOGGERS
    for run_id in run_ids:
        run = client.get_run(run_id)
        assert run.info.status == "FINISHED"
        assert set(run.data.params) == {f"p{at}" for at in range(STEPS)} | {"b0", "b10", "b20"}
        assert {f"t{at}" for at in range(STEPS)} <= set(run.data.tags)
        steps = [point.step for point in client.get_metric_history(run_id, "loss")]
        assert steps == list(range(STEPS))
        assert len(client.get_metric_history(run_id, "acc")) == STEPS
