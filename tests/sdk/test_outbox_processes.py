"""Several processes that log to one run: children, workers, another script."""

import pytest

from studio.sdk import Run
from tests.sdk.lab import run_row
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.mark.both_databases
def test_forked_and_spawned_children_log_to_the_same_run(space, scripts):
    script = """
import multiprocessing as mp
def work(number, run_id):
    run = Run(Experiment(space, "digits"), run_id)
    for i in range(100):
        run.log(f"worker {number}", i)
if __name__ == "__main__":
    run = start()
    run.log("main", 1)
    def inherited(number):
        for i in range(100):
            run.log(f"forked {number}", i)
    workers = [mp.get_context("fork").Process(target=inherited, args=(n,)) for n in range(3)]
    workers += [mp.get_context("fork").Process(target=work, args=(9, run.id))]
    for worker in workers: worker.start()
    for i in range(100): run.log("main", i)
    for worker in workers: worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    print(run.id)
"""
    out, err = scripts.run(script)
    assert err == ""
    run_id = out.strip()
    expected = {f"forked {n}" for n in range(3)} | {"main", "worker 9"}

    def all_there():
        found = Run.get(space, run_id).get_metrics()
        return set(found) == expected and all(len(found[name]) >= 100 for name in found)

    wait_for(all_there, "every value to be there")
    assert run_row(run_id).status == "Completed"


def test_a_process_beside_the_script_starts_a_sender_where_there_is_none(space, scripts):
    script = """
run = start()
run.log("x", 1)
while not (run._box.folder / "bell").exists(): time.sleep(0.01)
def beside(number):
    if (pid := os.fork()) == 0:
        run.log("x", number)
        print("own" if run._box.sender else "none", flush=True)
        sys.exit()
    os.waitpid(pid, 0)
beside(2)
run._box.sender.kill(); run._box.sender.wait()
beside(3)
run.complete()
print(run.id)
"""
    out, err = scripts.run(script)
    *senders, run_id = out.split()
    assert (senders, err) == (["none", "own"], "")
    assert sorted(Run.get(space, run_id).get_metrics()["x"]) == [1.0, 2.0, 3.0]


@pytest.mark.both_databases
def test_two_processes_log_to_one_run(space, scripts):
    first, _ = scripts.run("run = start(); run.log('x', 1); print(run.id); run.flush()")
    run_id = first.strip()
    scripts.run(f"run = Run(Experiment(space, 'digits'), '{run_id}'); run.log('x', 2)")
    assert sorted(Run.get(space, run_id).get_metrics()["x"]) == [1.0, 2.0]
    assert run_row(run_id).status == "Completed"
