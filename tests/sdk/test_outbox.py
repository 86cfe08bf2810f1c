"""Logging that cannot hurt a training: real scripts and senders against a live studio."""

import os
import signal
import socket
import time

import pytest

from runs.tracking.models import Run as RunRow
from studio.sdk import Run, connection
from tests.factories import make_token, make_user
from tests.sdk.lab import run_row
from tests.waiting import LONGEST_WAIT_S, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def status_of(run_id: str) -> str:
    return run_row(run_id).status


def is_over(run_id: str) -> bool:
    """Tell whether a run has ended; one that the studio does not have has not."""
    rows = RunRow.objects.filter(run_id=run_id)
    return rows.filter(status__in=("Completed", "Failed", "Canceled")).exists()


@pytest.mark.both_databases
def test_what_was_logged_is_read_back(space, scripts):
    script = """
run = start()
for i in range(1000):
    run.log("loss", i / 1000)
assert run.get_metrics()["loss"] == [i / 1000 for i in range(1000)]
run.complete()
print(run.id, run.get_status())
"""
    out, err = scripts.run(script)
    assert out.split()[1] == "Completed"
    assert err == ""
    assert scripts.outboxes() == []


def test_a_script_that_ends_well_completes_its_run(space, scripts):
    out, _ = scripts.run("run = start(); run.log('a', 1); print(run.id)")
    assert status_of(out.strip()) == "Completed"


@pytest.mark.both_databases
def test_an_uncaught_exception_fails_the_run_with_its_traceback(space, scripts):
    out, err = scripts.run("run = start(); print(run.id); 1 / 0", code=1)
    # A script waits 10 s at most for what it has logged; the sender goes on.
    wait_for(lambda: is_over(out.strip()), "the end of the run")
    details = Run.get(space, out.strip()).get_details()
    assert details["status"] == "Failed"
    assert "ZeroDivisionError" in details["error"]["error"]["message"]
    assert "ZeroDivisionError" in err


def test_an_exception_in_a_thread_fails_the_run(space, scripts):
    script = """
import threading
run = start()
thread = threading.Thread(target=lambda: {}["missing"])
thread.start(); thread.join()
run.log("after", 1)
print(run.id)
"""
    out, err = scripts.run(script)
    run = Run.get(space, out.strip())
    assert run.status == "Failed"
    assert "KeyError: 'missing'" in run._known["error"]
    assert run.get_metrics() == {"after": 1.0}
    assert "KeyError" in err


@pytest.mark.both_databases
def test_a_script_that_is_killed_loses_nothing_and_its_run_fails(space, scripts):
    script = """
run = start()
print(run.id, flush=True)
for i in range(20000):
    run.log("x", i, step=i)
print("logged", flush=True)
time.sleep(600)
"""
    process = scripts.start(script)
    run_id = process.stdout.readline().strip()
    assert process.stdout.readline() == "logged\n"
    process.kill()
    process.wait()
    wait_for(lambda: is_over(run_id), "the end of the run")
    run = Run.get(space, run_id)
    assert (run.status, run._known["status_reason"]) == ("Failed", "process gone")
    assert run.get_metrics()["x"] == [float(i) for i in range(20000)]
    wait_for(lambda: scripts.outboxes() == [], "the outbox to be sent")


@pytest.mark.both_databases
def test_a_studio_that_is_away_is_waited_for_by_the_sender_alone(space, scripts, gate):
    gate.shut()
    script = """
from studio.sdk.connection import Connection
from studio.sdk.outbox import opening, outbox
run = start(name="offline")
# Nothing asks the studio any more. What waits for it but at the end, waits longer than the test.
Connection.open = None
outbox.SETTLE_S, opening.EXIT_WAIT_S = 600.0, 1.0
run.tag("quality", "good")
run.add_properties({"author": "ada"})
for i in range(500):
    run.log("x", i)
open("kept.txt", "w").write("weights")
run.upload_file("outputs/kept.txt", "kept.txt")
print(run.id)
"""
    out, err = scripts.run(script, is_patient=False)
    run_id = out.strip()
    assert f"The run {run_id} is kept here" in err
    assert "entries of the run" in err and "studio sync" in err
    assert len(err.strip().splitlines()) == 2
    gate.open()
    wait_for(lambda: is_over(run_id), "the end of the run")
    run = Run.get(space, run_id)
    assert (run.status, run.display_name) == ("Completed", "offline")
    assert run.get_metrics() == {"x": [float(i) for i in range(500)]}
    assert run.get_tags() == {"quality": "good"}
    assert run.get_properties()["author"] == "ada"
    assert "outputs/kept.txt" in run.get_file_names()


@pytest.mark.both_databases
def test_a_killed_sender_is_replaced_and_nothing_is_doubled(space, scripts, gate):
    script = """
run = start()
print(run.id, flush=True)
for part in range(8):
    for i in range(1000):
        run.log("x", part * 1000 + i)
    run._box.sender.kill()
    run._box.look_after_sender()
    time.sleep(0.1)
open("logged", "w").close()
run.complete()
"""
    process = scripts.start(script)
    run_id = process.stdout.readline().strip()
    # No longer: on a busy machine each request at the end might be cut off.
    while not (scripts.work / "logged").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.3)
        gate.shut()
        time.sleep(0.05)
        gate.open()
    wait_for(lambda: is_over(run_id), "the end of the run")
    assert Run.get(space, run_id).get_metrics()["x"] == [float(i) for i in range(8000)]


@pytest.mark.parametrize("head", ["run = start()\nif run:", "with start() as run:"])
def test_ctrl_c_ends_the_run_as_canceled(space, scripts, head):
    script = f"""
{head}
    print(run.id, flush=True)
    while True:
        run.log("x", 1)
        time.sleep(0.01)
"""
    process = scripts.start(script)
    run_id = process.stdout.readline().strip()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LONGEST_WAIT_S)
    assert status_of(run_id) == "Canceled"


@pytest.mark.both_databases
def test_values_that_the_studio_refuses_do_not_hold_up_the_others(space, scripts):
    script = """
run = start()
run.log("x", 1)
run.log("x", 2, step=7)
run.log("x", 3, step=8)
run._box.write({"kind": "scalar", "name": "", "value": 1})
run.log("y", 4)
print(run.id)
"""
    out, _ = scripts.run(script)
    run = Run.get(space, out.strip())
    assert run.get_metrics() == {"x": [1.0, 2.0, 3.0], "y": 4.0}
    assert run.tags["studio.refused"] == "1 values"
    assert "logs/studio/refused_values.jsonl" in run.get_file_names()


@pytest.mark.both_databases
def test_numbers_of_every_kind_are_kept(space, scripts):
    script = """
import numpy as np
run = start()
for value in (1, 2.5, True, np.float16(0.5), np.float32(0.25), np.int8(-3), np.uint64(7),
              np.float64("nan"), float("inf"), float("-inf"), np.array(4.0), np.array([5.0])):
    run.log("x", value)
run.log("message", "Hello from run!")
for wrong in ([1], {"a": 1}, np.zeros(3)):
    try:
        run.log("y", wrong)
    except Exception as error:
        print(type(error).__name__)
print(run.id)
"""
    out, _ = scripts.run(script)
    *errors, run_id = out.split()
    assert errors == ["UserErrorException"] * 3
    found = Run.get(space, run_id).get_metrics()
    inf = float("inf")
    assert found["message"] == "Hello from run!"
    assert found["x"][:7] == [1.0, 2.5, 1.0, 0.5, 0.25, -3.0, 7.0]
    assert str(found["x"][7]) == "nan"
    assert found["x"][8:] == [inf, -inf, 4.0, 5.0]


def test_a_name_that_the_studio_does_not_know_is_written_differently(space, scripts):
    out, err = scripts.run("run = start(); run.log('a%b', 1); run.log('a%b', 2); print(run.id)")
    assert Run.get(space, out.strip()).get_metrics() == {"a_b": [1.0, 2.0]}
    assert err.count("is logged as 'a_b'") == 1


def test_a_clock_that_is_set_back_keeps_the_order(space, scripts):
    script = """
import studio.sdk.run_parts.logging as logging
run = start()
now = time.time_ns
logging._time_ns = lambda: now() - 3_600_000_000_000
for i in range(10): run.log("x", i)
logging._time_ns = lambda: now() - 7_200_000_000_000
for i in range(10, 20): run.log("x", i)
logging._time_ns = now
print(run.id)
"""
    out, _ = scripts.run(script)
    points = Run.get(space, out.strip())._pages("values", "x")
    assert sorted((point["step"], point["value"]) for point in points) == [
        (i, float(i)) for i in range(20)
    ]


def test_outputs_are_collected_by_a_clock_that_is_set_back(space, scripts, tmp_path):
    old = tmp_path / "work" / "outputs" / "old"
    old.parent.mkdir(parents=True)
    for name in ("old", "changed"):
        old.with_name(name).write_text("of an earlier run")
    script = """
run = start()
for name in ("new", "changed"):
    with open(f"outputs/{name}", "w") as file: file.write("weights")
    os.utime(f"outputs/{name}", (1e9, 1e9))
run.complete()
print(run.id)
"""
    out, _ = scripts.run(script)
    names = Run.get(space, out.strip()).get_file_names()
    assert {one for one in names if one.startswith("outputs/")} == {
        "outputs/changed",
        "outputs/new",
    }


def test_a_studio_that_says_nothing_does_not_hold_up_the_start(space, scripts):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        script = """
from studio.sdk import experiment, starting
# Whatever else waits for an answer waits far longer.
experiment.START_SILENCE_S = starting.START_SILENCE_S = 0.5
began = time.monotonic()
run = start()
run.log("x", 1)
print(time.monotonic() - began, flush=True)
os._exit(0)
"""
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        out, err = scripts.run(script, is_patient=False, STUDIO_URL=url)
    assert float(out) < connection.TIMEOUT_S
    assert "is kept here" in err


def test_a_folder_that_cannot_be_written_to_is_replaced_by_another(space, scripts, tmp_path):
    readable = tmp_path / "readable"
    readable.write_text("no folder")
    other = tmp_path / "tmp"
    other.mkdir()
    out, err = scripts.run(
        "run = start(); run.log('x', 1); print(run._box.folder, run.id)",
        STUDIO_OUTBOX=str(readable),
        TMPDIR=str(other),
    )
    folder, run_id = out.split()
    assert folder.startswith(str(other))
    assert err == ""
    assert Run.get(space, run_id).get_metrics() == {"x": 1.0}


def test_nothing_is_written_to_the_outbox_but_by_its_owner(space, scripts):
    out, _ = scripts.run("run = start(); print(run._box.folder); run.log('x', 1)")
    assert not os.path.exists(out.strip())
    assert oct((scripts.state / "studio" / "outbox").stat().st_mode & 0o777) == "0o700"


def test_the_token_is_not_in_the_outbox_nor_in_a_command_line(space, scripts):
    script = """
run = start()
run.log("x", 1)
import glob
box = run._box
words = open(f"/proc/{box.sender.pid}/cmdline").read()
paths = glob.glob(str(box.folder) + "/**", recursive=True)
texts = []
for path in filter(os.path.isfile, paths):
    # The sender removes some meanwhile.
    try: texts.append(open(path, errors="replace").read())
    except FileNotFoundError: pass
print(len(texts), any(os.environ["STUDIO_TOKEN"] in text for text in [words, *texts]))
run.complete()
"""
    out, _ = scripts.run(script, STUDIO_TOKEN=make_token(make_user(is_superuser=True)))
    count, is_there = out.split()
    assert int(count) > 3
    assert is_there == "False"


def test_what_is_logged_after_the_end_is_kept_too(space, scripts):
    script = """
run = start()
same = Run(run.experiment, run.id)
same.log("x", 1)
run.complete()
same.log("x", 2)
run.log("x", 3)
print(run.id)
"""
    out, err = scripts.run(script)
    assert err == ""
    run = Run.get(space, out.strip())
    assert (run.status, run.get_metrics()) == ("Completed", {"x": [1.0, 2.0, 3.0]})
