"""What every executor does, whatever places its supervisors."""

import os
import subprocess
from collections.abc import Callable, Iterator

import pytest

from studio.sdk.executors.base import Executor, Order, State
from studio.sdk.executors.local import LocalExecutor
from studio.sdk.executors.slurm import SlurmExecutor
from studio.sdk.supervisor.waking import Waker
from tests.sdk.lab import WAIT_AT_GATE, Studio
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SLOTS = 3


class Placed:
    """An executor, and orders for it as the studio gives them."""

    def __init__(self, lab: Studio, executor: Executor, order: Callable[[], Order]) -> None:
        self.lab, self.executor, self.order = lab, executor, order

    def state(self, handle: str) -> State | None:
        return next((one.state for one in self.executor.poll() if one.handle == handle), None)

    def wait_for(self, handle: str, *states: State | None) -> None:
        wait_for(lambda: self.state(handle) in states, f"{handle} to be {states}")


def local(lab: Studio, tmp_path) -> Placed:
    node = lab.api.ask("POST", "clusters/lab/nodes", body={"name": "n1", "slots": SLOTS})
    facts = {"url": lab.url, "workspace": "default", "node": "n1"}
    executor = LocalExecutor(tmp_path, tmp_path / "environments", SLOTS, facts, Waker())

    def order() -> Order:
        address = f"clusters/lab/nodes/{node['incarnation']}/claim"
        job = lab.api.ask("POST", address, body={})
        return Order(job["run_id"], job["fence"], job.pop("token"), job=job)

    return Placed(lab, executor, order)


def slurm(lab: Studio, tmp_path) -> Placed:
    node = lab.api.ask("POST", "clusters/lab/nodes", body={"name": "login", "slots": SLOTS})
    executor = SlurmExecutor(SLOTS, {"url": lab.url, "workspace": "default"}, "lab")

    def order() -> Order:
        address = f"clusters/lab/nodes/{node['incarnation']}/placements"
        answer = lab.api.ask("POST", address, body={"told": [], "room": 1})
        return Order(**answer["wanted"][0])

    return Placed(lab, executor, order)


@pytest.fixture(params=[local, pytest.param(slurm, marks=pytest.mark.slurm)])
def placed(request, live_server, settings, tmp_path) -> Iterator[Placed]:
    settings.STUDIO_OPEN = True
    make = request.param
    if make is slurm:
        request.getfixturevalue("slurm")
    placed = make(Studio(live_server.url, "slurm" if make is slurm else "nodes"), tmp_path)
    yield placed
    placed.executor.close()
    if make is slurm:
        subprocess.run(["scancel", "--quiet", f"--user={os.getuid()}"], check=False)


def submit(placed: Placed, rest: str = "import time; time.sleep(600)", **fields) -> str:
    script = f"print('on', flush=True)\n{rest}"
    return placed.lab.submit(command=["python", "-c", script], **fields)


def test_an_attempt_is_placed_once_runs_and_ends(placed, tmp_path):
    gate = tmp_path / "gate"
    run_id = submit(placed, WAIT_AT_GATE, variables={"GATE": str(gate)})
    order = placed.order()
    handle = placed.executor.submit(order)
    assert placed.executor.submit(order) == handle
    placed.wait_for(handle, State.RUNNING)
    assert [one.run_id for one in placed.executor.poll() if one.handle == handle] == [run_id]
    assert placed.executor.capacity() == SLOTS - 1
    assert placed.executor.expected_start(handle) is None
    gate.touch()
    assert placed.lab.wait(run_id)["status"] == "Completed"
    placed.wait_for(handle, State.ENDED, None)
    assert placed.executor.capacity() == SLOTS


def test_a_canceled_attempt_ends(placed):
    run_id = submit(placed)
    handle = placed.executor.submit(placed.order())
    placed.lab.wait(run_id, "Running")
    placed.executor.cancel(handle)
    run = placed.lab.wait(run_id)
    assert run["status"] == "Failed"
    assert run["status_reason"] in ("node stopped", "signal SIGTERM")
    placed.wait_for(handle, State.ENDED, None)
    placed.executor.cancel(handle)


def test_several_attempts_are_told_apart(placed):
    run_ids = {submit(placed), submit(placed)}
    handles = {placed.executor.submit(placed.order()) for _ in run_ids}
    told = placed.executor.poll()
    assert {one.handle for one in told if one.state != State.ENDED} == handles
    assert {one.run_id for one in told if one.state != State.ENDED} == run_ids
    assert placed.executor.capacity() == SLOTS - 2
    for handle in handles:
        placed.executor.cancel(handle)
    for handle in handles:
        placed.wait_for(handle, State.ENDED, None)


def test_a_supervisor_that_fails_is_told_at_once_and_why_is_on_stderr(
    live_server, settings, tmp_path, capfd
):
    settings.STUDIO_OPEN = True
    placed = local(Studio(live_server.url), tmp_path)
    run_id = submit(placed)
    order = placed.order()
    folder = tmp_path / f"attempt-{run_id}-{order.fence}-0"
    folder.mkdir()
    (folder / "work").write_text("in the way of the working folder")
    placed.wait_for(placed.executor.submit(order), State.ENDED, None)
    run = placed.lab.run(run_id)
    assert (run["status"], run["status_reason"]) == ("Failed", "node lost: supervisor failed")
    assert "FileExistsError" in capfd.readouterr().err
    placed.executor.close()
