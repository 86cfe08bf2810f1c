"""A run and the processes beside its script: pools of workers by fork, spawn and forkserver."""

import pickle

import pytest

from studio.sdk import Experiment, Run
from studio.sdk.authentication import TokenAuthentication
from studio.sdk.workspace import Workspace
from tests.waiting import wait_for

live = pytest.mark.django_db(transaction=True, serialized_rollback=True)

# A data loader as those of PyTorch: workers hold the data set, and the run in it.
LOADER = """
import multiprocessing, threading, time
from studio.sdk import Experiment, Run, Workspace

class DataSet:
    def __init__(self, run): self.run = run
    def __getitem__(self, index):
        self.run.log("own", index)
        Run.get_context().log("found", index)
        return index

def work(data, indices, results):
    for index in indices: results.put(data[index])

def load(data, kind):
    context = multiprocessing.get_context(kind)
    results = context.Queue()
    workers = [context.Process(target=work, args=(data, range(n, 200, 4), results), daemon=True)
               for n in range(4)]
    for worker in workers: worker.start()
    got = sorted(results.get(timeout=240) for _ in range(200))
    for worker in workers: worker.terminate() if kind == "fork" else worker.join()
    return got

if __name__ == "__main__":
    run = Experiment(Workspace.from_config(), "loader").start_logging()
    stop = threading.Event()
    def chatter():
        number = 0
        while not stop.is_set():
            run.log("thread", number); number += 1; time.sleep(0.001)
    thread = threading.Thread(target=chatter); thread.start()
    for epoch in range(2): assert load(DataSet(run), KIND) == list(range(200))
    stop.set(); thread.join()
    run.complete()
    print(run.id)
"""


@live
@pytest.mark.parametrize("kind", ["fork", "spawn", "forkserver"])
def test_the_workers_of_a_data_loader_log_to_the_run(space, scripts, kind):
    out, err = scripts.run_file(f"KIND = {kind!r}\n" + LOADER)
    assert err == ""
    run = Run.get(space, out.strip())

    def counts() -> dict[str, int]:
        return {one["name"]: one["n"] for one in run._ask("GET", "/metrics")["items"]}

    wait_for(lambda: counts().get("own") == counts().get("found") == 400, "every value")
    found = run.get_metrics()
    for name in ("own", "found"):
        assert sorted(found[name]) == sorted([*map(float, range(200))] * 2)
    assert found["thread"] == [float(i) for i in range(len(found["thread"]))]
    assert run.status == "Completed"


@live
def test_the_workers_of_a_pool_find_the_studio_of_a_config_file(space, scripts):
    script = """
import multiprocessing, os
from studio.sdk import Experiment, Run, Workspace

def square(number):
    Run.get_context().log("square", number * number)
    return number * number

if __name__ == "__main__":
    space = Workspace(workspace_name="default", url=os.environ.pop("STUDIO_URL"))
    run = Experiment(space, "pool").start_logging()
    os.chdir("/")
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert sum(pool.map(square, range(30))) == sum(n * n for n in range(30))
    run.complete()
    print(run.id)
"""
    out, err = scripts.run_file(script)
    assert err == ""
    run = Run.get(space, out.strip())
    wait_for(lambda: len(run.get_metrics().get("square", [])) == 30, "every value")
    assert sorted(run.get_metrics()["square"]) == [float(n * n) for n in range(30)]


@live
def test_a_run_that_is_pickled_has_no_token_in_it(space):
    token = "studio_" + "x" * 40
    made = Workspace(workspace_name="default", auth=TokenAuthentication(token), url=space.url)
    run = Experiment(space, "digits").start_logging()
    run.complete()
    data = pickle.dumps(Run(Experiment(made, "digits", _create_in_cloud=False), run.id))
    assert token.encode() not in data
    copy = pickle.loads(data)
    assert (copy.id, copy._workspace.url) == (run.id, space.url)
    assert copy.get_status() == "Completed"
