"""Runs of several processes, on one node and on two, with real processes."""

import shutil

import pytest

STATUS = "azureml-logs/process_status.json"
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

# Rank 0 hears from all others over a socket: only right variables let them meet.
MEET = """
import os, socket, sys, time
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
names = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "NODE_RANK")
print(*(os.environ[name] for name in names), flush=True)
place = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
if rank == 0:
    server = socket.create_server(place)
    met = sorted(server.accept()[0].recv(10).decode() for _ in range(world - 1))
    print("met", *met, flush=True)
else:
    while True:
        try:
            way = socket.create_connection(place)
        except ConnectionRefusedError:
            time.sleep(0.05)
            continue
        # Who tries while nobody listens there may get the port for its own end, and meet itself.
        if way.getsockname() != way.getpeername():
            way.sendall(str(rank).encode())
            break
        way.close()
"""


def read_json(lab, run_id: str, path: str) -> dict:
    return lab.api.ask("GET", f"runs/{run_id}/files/{path}")


def paths_of(lab, run_id: str) -> set[str]:
    query = {"recursive": "true"}
    found = lab.api.ask("GET", f"runs/{run_id}/files", query=query)["items"]
    return {one["path"] for one in found}


def test_processes_of_one_node_meet_and_have_logs_of_their_own(lab, start_node):
    start_node()
    run_id = lab.submit(MEET, processes_per_node=3, communicator="torch")
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    logs = [lab.log(run_id, f"azureml-logs/70_driver_log_{rank}.txt") for rank in range(3)]
    assert logs == ["0 0 3 3 0\nmet 1 2\n", "1 1 3 3 0\n", "2 2 3 3 0\n"]
    info = read_json(lab, run_id, "azureml-logs/process_info.json")
    assert [info[rank]["local_rank"] for rank in "012"] == [0, 1, 2]
    assert len({info[rank]["pid"] for rank in "012"}) == 3
    status = read_json(lab, run_id, STATUS)
    assert status == {rank: {"status": "completed", "exit_code": 0} for rank in "012"}


@pytest.mark.both_databases
def test_two_nodes_with_two_processes_each_run_as_one(lab, start_node):
    start_node("a"), start_node("b")
    run_id = lab.submit(MEET, nodes=2, processes_per_node=2, communicator="torch")
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    first = lab.log(run_id, "azureml-logs/70_driver_log_0.txt")
    assert first == "0 0 4 2 0\nmet 1 2 3\n"
    assert lab.log(run_id, "azureml-logs/70_driver_log_3.txt") == "3 1 4 2 1\n"

    whole = read_json(lab, run_id, "azureml-logs/overall/process_info.json")
    assert sorted(one["node_rank"] for one in whole.values()) == [0, 0, 1, 1]
    nodes = {one["node"] for one in whole.values()}
    assert nodes == {"a", "b"}
    paths = paths_of(lab, run_id)
    for rank in (0, 1):
        name = f"{whole[str(rank * 2)]['node']}-{rank}"
        assert {
            f"azureml-logs/55_azureml-execution-{name}.txt",
            f"azureml-logs/65_job_prep-{name}.txt",
            f"azureml-logs/75_job_post-{name}.txt",
            f"azureml-logs/{name}/process_info.json",
            f"azureml-logs/{name}/process_status.json",
            f"logs/azureml/sidecar/{name}/start_cms.txt",
            f"logs/azureml/{name}/110_azureml.log",
        } <= paths
    assert "All 2 nodes are prepared" in lab.log(run_id, "azureml-logs/overall/execution.txt")


def test_one_process_that_fails_ends_the_others(lab, start_node):
    start_node()
    script = (
        "import os, sys, time\nif os.environ['RANK'] == '1':\n    sys.exit(7)\ntime.sleep(600)\n"
    )
    run_id = lab.submit(script, processes_per_node=2)
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Failed", "exit code 7")
    status = read_json(lab, run_id, STATUS)
    assert status["1"] == {"status": "failed", "exit_code": 7}
    assert status["0"]["status"] == "failed"


@pytest.mark.both_databases
def test_one_node_that_fails_ends_the_others(lab, start_node):
    start_node("a"), start_node("b")
    script = (
        "import os, sys, time\n"
        "if os.environ['NODE_RANK'] == '1':\n"
        "    sys.exit(7)\n"
        "time.sleep(600)\n"
    )
    run_id = lab.submit(script, nodes=2)
    run = lab.wait(run_id)
    assert run["status"] == "Failed"
    assert run["status_reason"].startswith("exit code 7 on ")
    assert run["status_reason"].endswith(" (node 1)")


def test_mpi_needs_mpirun(lab, start_node):
    start_node(PATH="/nowhere")
    run = lab.wait(lab.submit("print(1)", processes_per_node=2, communicator="mpi"))
    assert run["status_reason"].startswith("environment failed: mpirun is not installed")


@pytest.mark.skipif(shutil.which("mpirun") is None, reason="no MPI on this machine")
def test_mpirun_starts_the_processes(lab, start_node):
    start_node()
    run_id = lab.submit(MEET, processes_per_node=2, communicator="mpi")
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    assert lab.log(run_id, "azureml-logs/70_driver_log_0.txt") == "0 0 2 2 0\nmet 1\n"
    assert " -n 2 " in lab.log(run_id, "azureml-logs/70_mpi_log.txt").splitlines()[0]


def test_the_processes_of_a_run_are_told_apart_in_its_status_while_it_runs(lab, start_node):
    start_node()
    script = "import os, time\ntime.sleep(600 if os.environ['RANK'] == '0' else 0)"
    run_id = lab.submit(script, processes_per_node=2)
    lab.wait(run_id, "Running")

    def states() -> list[str]:
        if STATUS not in paths_of(lab, run_id):
            return []
        return [one["status"] for one in read_json(lab, run_id, STATUS).values()]

    lab.until(lambda: states() == ["running", "completed"])
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    assert lab.wait(run_id)["status"] == "Canceled"
