"""At no time two copies of a run: machines that stand still past their lease, supervisors that do,
and many nodes that race and are killed.

The script of these runs appends to one file when it starts, while it goes on and when it ends.
"""

import random
import signal
import time
from contextlib import suppress

import psutil
import pytest
from django.db import connection

from runs.compute.models import Attempt, Job
from studio.sdk.supervisor.guard import read_mark
from tests.faults.processes import COPY, end_lease, kill, marks, user_process, with_variable, words
from tests.up.processes import gone
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.both_databases,
]
FINAL = ("Completed", "Failed", "Canceled")


def submit_copy(lab, path, seconds: float, **fields) -> str:
    command = ["python", "-c", COPY, str(path), str(seconds)]
    return lab.submit(command=command, **fields)


def give_up(run_id: str) -> None:
    """End the lease of a run, and let it be tried again at once."""
    end_lease(run_id)
    Job.objects.filter(run__run_id=run_id).update(not_before_ms=0)


def test_a_machine_that_stood_still_past_its_lease_is_fenced(lab, nodes, tmp_path):
    path = tmp_path / "marks"
    nodes.start("n1", slots=1)
    run_id = submit_copy(lab, path, 600, retries=1)
    first = user_process(run_id)
    wait_for(lambda: len(marks(path)) > 5, "the first copy to be under way")
    frozen = [one for one in nodes.processes("n1") if one.pid != first.pid]
    for one in [first, *frozen]:
        one.send_signal(signal.SIGSTOP)
    give_up(run_id)
    nodes.start("n2", slots=1)
    wait_for(lambda: len(words(path, "start")) == 2, "the second copy")
    for one in frozen:
        # One that stood still for long may have been killed by the guard that goes on before it.
        with suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGCONT)
    wait_for(lambda: gone([first]), "the end of the first copy")
    (tmp_path / "marks.stop").touch()
    assert lab.wait(run_id)["status"] == "Completed"
    lines = marks(path)
    second = lines[next(at for at, line in enumerate(lines) if at and line[2] == "start") :]
    assert str(first.pid) not in {pid for _, pid, _ in second}, "two copies at once"
    assert words(path, "stop") == [run_id]


def test_a_run_of_a_killed_machine_is_tried_again_on_another(lab, nodes, tmp_path):
    path = tmp_path / "marks"
    nodes.start("n1", slots=1)
    run_id = submit_copy(lab, path, 600, retries=1)
    lab.wait(run_id, "Running")
    wait_for(lambda: words(path, "start"), "the first copy")
    kill(nodes.processes("n1"))
    wait_for(lambda: not with_variable(run_id), "the end of the machine")
    nodes.start("n2", slots=1)
    give_up(run_id)
    wait_for(lambda: len(words(path, "start")) == 2, "the second copy")
    (tmp_path / "marks.stop").touch()
    assert lab.wait(run_id)["status"] == "Completed"
    attempts = Attempt.objects.filter(job__run__run_id=run_id).order_by("fence")
    assert [(one.node_name, one.cause) for one in attempts] == [
        ("n1", "node_lost"), ("n2", "completed"),
    ]  # fmt: skip
    assert words(path, "stop") == [run_id]


@pytest.mark.slow
def test_a_supervisor_that_stands_still_loses_its_process_before_its_lease(lab, nodes, tmp_path):
    """45 s of real time: the guard ends the copy before another node may start one."""
    path = tmp_path / "marks"
    nodes.start("n1", slots=1)
    run_id = submit_copy(lab, path, 600, retries=1)
    first = user_process(run_id)
    lab.wait(run_id, "Running")
    first.parent().send_signal(signal.SIGSTOP)
    nodes.start("n2", slots=1)
    wait_for(lambda: gone([first]), "the end of the first copy")
    wait_for(lambda: len(words(path, "start")) == 2, "the second copy")
    lines = marks(path)
    at = max(at for at, line in enumerate(lines) if line[2] == "start")
    assert str(first.pid) not in {pid for _, pid, _ in lines[at:]}, "two copies at once"
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    lab.wait(run_id)


@pytest.mark.parametrize(
    ("count", "runs", "seconds"),
    [(3, 18, 0.3), pytest.param(8, 200, 1.0, marks=pytest.mark.slow)],
)
def test_nodes_that_race_and_are_killed_start_nothing_twice(
    lab, nodes, server, tmp_path, count, runs, seconds
):
    """Every few seconds a machine is killed whole, or a node alone, and another one joins."""
    path, dice = tmp_path / "marks", random.Random(11)
    run_ids = [submit_copy(lab, path, seconds) for _ in range(runs)]
    names = [f"n{at}" for at in range(count)]
    for name in names:
        nodes.start(name, slots=1)
    kills = 0
    while kills < max(2, runs // 20):
        wait_for(lambda: len(words(path, "stop")) > kills * 8, "runs to end")  # noqa: B023
        kills += 1
        name = names.pop(dice.randrange(len(names)))
        found = nodes.processes(name)
        kill(found if kills % 2 else found[:1])
        names.append(f"m{kills}")
        nodes.start(names[-1], slots=1)
    wait_for(lambda: count_waiting() == 0, "the queue to be empty")
    wait_for(lambda: not with_variable(*run_ids), "the last copies to end")
    # In which a second copy of a run would start.
    time.sleep(1)
    wait_for_ends(nodes)
    statuses = {run_id: lab.run(run_id)["status"] for run_id in run_ids}
    assert set(statuses.values()) <= set(FINAL)
    started = words(path, "start")
    assert len(started) == len(set(started)), "started twice"
    assert Attempt.objects.count() == runs
    completed = [run_id for run_id, status in statuses.items() if status == "Completed"]
    # A machine may be killed between the end of a script and its telling.
    assert set(completed) <= set(words(path, "stop"))
    lost = runs - len(completed)
    print(f"\n{connection.vendor}: {runs} runs on {count} nodes, {kills} kills, {lost} lost")
    assert lost <= kills


def count_waiting() -> int:
    return Job.objects.filter(state="queued").count()


def wait_for_ends(nodes) -> None:
    """Wait until all attempts have told their ends whose supervisors live; end the leases of the
    others, whose machines are gone."""
    wait_for(lambda: not any(map(read_mark, nodes.folder.glob("*/*/attempt-*"))), "every end")
    held = Job.objects.filter(state="held")
    for run_id in list(held.values_list("run__run_id", flat=True)):
        end_lease(run_id)
    assert not Job.objects.exclude(state="ended").exists()
