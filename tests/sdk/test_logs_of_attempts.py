"""The logs that a supervisor writes about a run: all of Azure ML's names, with what really was."""

import re

import pytest

from runs.compute.models import Job
from tests.sdk.lab import WAIT_AT_GATE, run_row
from tests.sdk.test_several_processes import paths_of

SECRETS = (
    "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "DATABASE_URL", "SECRET_KEY", "STUDIO_SECRET_KEY",
    "DJANGO_SECRET_KEY", "CELERY_BROKER_URL",
)  # fmt: skip
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_run_has_all_of_its_logs(lab, start_node):
    start_node("worker 7")
    script = (
        "import pathlib\n"
        "pathlib.Path('outputs').mkdir()\n"
        "pathlib.Path('outputs/model.txt').write_text('weights')\n"
        "print('hello')\n"
    )
    run_id = lab.submit(script)
    assert lab.wait(run_id)["status"] == "Completed"
    node = "worker_7"
    assert paths_of(lab, run_id) == {
        f"azureml-logs/55_azureml-execution-{node}.txt",
        f"azureml-logs/65_job_prep-{node}.txt",
        "azureml-logs/70_driver_log.txt",
        f"azureml-logs/75_job_post-{node}.txt",
        "azureml-logs/process_info.json",
        "azureml-logs/process_status.json",
        "logs/azureml/110_azureml.log",
        "logs/azureml/job_prep_azureml.log",
        "logs/azureml/job_release_azureml.log",
        f"logs/azureml/sidecar/{node}/start_cms.txt",
        f"logs/azureml/sidecar/{node}/prep_cmd.txt",
        f"logs/azureml/sidecar/{node}/release_cmd.txt",
        "outputs/model.txt",
    }
    prepared = lab.log(run_id, f"azureml-logs/65_job_prep-{node}.txt")
    assert "1 files, " in prepared and "Environment: " in prepared
    assert prepared == lab.log(run_id, f"logs/azureml/sidecar/{node}/prep_cmd.txt")
    released = lab.log(run_id, f"azureml-logs/75_job_post-{node}.txt")
    assert "Rank 0: exit code 0" in released
    assert "Log azureml-logs/70_driver_log.txt: 6 bytes sent." in released
    assert "Uploaded 1 files." in released
    requests = lab.log(run_id, "logs/azureml/job_prep_azureml.log")
    assert "snapshot/zip: 200" in requests
    uploads = lab.log(run_id, "logs/azureml/job_release_azureml.log")
    assert "files/outputs/model.txt: 200" in uploads


def test_a_run_without_snapshot_and_outputs_has_the_same_logs(lab, start_node):
    start_node()
    run_id = lab.submit(command=["python", "-c", "print(1)"])
    assert lab.wait(run_id)["status"] == "Completed"
    assert len(paths_of(lab, run_id)) == 12
    assert "has no snapshot" in lab.log(run_id, "azureml-logs/65_job_prep-n1.txt")


def test_outputs_and_logs_arrive_while_the_script_runs(lab, start_node):
    start_node()
    script = (
        "import pathlib, time\n"
        "for folder in ('outputs', 'logs'): pathlib.Path(folder).mkdir()\n"
        "pathlib.Path('outputs/model.txt').write_text('weights')\n"
        "log = open('logs/train.log', 'w')\n"
        "for at in range(6000):\n"
        "    print(at, file=log, flush=True); time.sleep(0.1)\n"
    )
    run_id = lab.submit(script)
    lab.wait(run_id, "Running")
    lab.until(lambda: {"outputs/model.txt", "logs/train.log"} <= paths_of(lab, run_id))
    before = lab.log(run_id, "logs/train.log")
    lab.until(lambda: len(lab.log(run_id, "logs/train.log")) > len(before))
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    lab.wait(run_id)


def test_a_log_that_is_written_anew_ends_with_its_last_content(lab, start_node, tmp_path):
    start_node(GATE=str(tmp_path / "gate"))
    # Longer than from one look at the files to the next.
    script = (
        "import pathlib\n"
        "pathlib.Path('logs').mkdir()\n"
        "log = pathlib.Path('logs/state.txt')\n"
        f"log.write_text('a long first text')\n{WAIT_AT_GATE}"
        "log.write_text('short'); time.sleep(6)\n"
        "log.write_text('the last')\n"
    )
    run_id = lab.submit(script)
    lab.until(lambda: "logs/state.txt" in paths_of(lab, run_id))
    lab.until(lambda: lab.log(run_id, "logs/state.txt") == "a long first text")
    (tmp_path / "gate").touch()
    assert lab.wait(run_id)["status"] == "Completed"
    assert lab.log(run_id, "logs/state.txt") == "the last"


def test_the_process_has_no_secret_of_the_studio_or_the_node(lab, start_node):
    secrets = dict.fromkeys(SECRETS, "hidden")
    start_node(**secrets, REDIS_URL="redis://hidden@127.0.0.1:1", MY_OWN="visible")
    run_id = lab.submit("import os\nfor name in os.environ: print(name, os.environ[name])")
    assert lab.wait(run_id)["status"] == "Completed"
    log = lab.log(run_id)
    assert "hidden" not in log
    assert "MY_OWN visible" in log


TRIED_TWICE = """
import os, pathlib, sys, time
root = pathlib.Path(os.environ['MARKS'])
attempt = len([*root.glob('?')]) + 1
(root / str(attempt)).touch()
word = 'first' if attempt == 1 else 'second, which says much more'
for at in range(3):
    print('same beginning' if at == 0 else f'{word} {at}', flush=True)
pathlib.Path('logs').mkdir()
with open('logs/train.log', 'w') as log:
    print('same beginning', file=log)
    print(word, file=log)
state = pathlib.Path('logs/state.txt')
state.write_text(f'{word}: a long first text')
while not (root / f'{attempt} has sent it').exists(): time.sleep(0.02)
state.write_text(f'{word}: last')
sys.exit(2 if attempt == 1 else 0)
"""


def start_again_at_once(lab, run_id: str) -> None:
    """Take away the pause before the next attempt of a run."""
    waiting = Job.objects.filter(run__run_id=run_id, not_before_ms__gt=0)
    lab.until(lambda: waiting.update(not_before_ms=0))


def test_a_second_attempt_keeps_the_logs_of_the_first_and_mixes_nothing(lab, start_node, tmp_path):
    marks = tmp_path / "marks"
    marks.mkdir()
    start_node(MARKS=str(marks))
    run_id = lab.submit(TRIED_TWICE, retries=1)
    line = "\n--- attempt 2 on node n1 ---\n"
    second = "second, which says much more"

    def wait_for_state(text: str) -> None:
        lab.until(lambda: "logs/state.txt" in paths_of(lab, run_id))
        lab.until(lambda: f"{text}: a long first text" in lab.log(run_id, "logs/state.txt"))

    wait_for_state("first")
    (marks / "1 has sent it").touch()
    start_again_at_once(lab, run_id)
    wait_for_state(second)
    (marks / "2 has sent it").touch()
    assert lab.wait(run_id)["status"] == "Completed"
    assert lab.log(run_id) == (
        f"same beginning\nfirst 1\nfirst 2\n{line}same beginning\n{second} 1\n{second} 2\n"
    )
    assert lab.log(run_id, "logs/train.log") == (
        f"same beginning\nfirst\n{line}same beginning\n{second}\n"
    )
    assert lab.log(run_id, "logs/state.txt").startswith(f"first: last{line}")
    assert lab.log(run_id, "logs/state.attempt-2.txt") == f"{second}: last"
    execution = lab.log(run_id, "azureml-logs/55_azureml-execution-n1.txt")
    assert "Attempt 1 of" in execution.partition(line)[0]
    assert "Attempt 2 of" in execution.partition(line)[2]
    requests = lab.log(run_id, "logs/azureml/job_prep_azureml.log")
    assert requests.count("snapshot/zip: 200") == 2


KILLS_ITS_SUPERVISOR = """
import os, pathlib, signal, sys, time
root = pathlib.Path(os.environ['MARKS'])
attempt = len(list(root.iterdir())) + 1
(root / str(attempt)).touch()
print('same beginning')
print('try', attempt, flush=True)
if attempt == 1: sys.exit(2)
if attempt == 2:
    time.sleep(2)
    print('not sent yet', flush=True)
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
"""


def test_an_attempt_whose_supervisor_was_killed_is_in_the_log_once(lab, start_node, tmp_path):
    marks = tmp_path / "marks"
    marks.mkdir()
    start_node(MARKS=str(marks))
    run_id = lab.submit(KILLS_ITS_SUPERVISOR, retries=2)
    for _ in range(2):
        start_again_at_once(lab, run_id)
    assert lab.wait(run_id)["status"] == "Completed"
    parts = re.split(r"\n--- attempt (\d+) on node n1 ---\n", lab.log(run_id))
    assert parts[::2] == [
        "same beginning\ntry 1\n",
        "same beginning\ntry 2\nnot sent yet\n",
        "same beginning\ntry 3\n",
    ]
    assert [int(number) for number in parts[1::2]] == [
        attempt.fence for attempt in run_row(run_id).job.attempts.order_by("fence")
    ][1:]
