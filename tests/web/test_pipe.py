"""The program that keeps what a script prints: fetched from a studio, run beside real scripts."""

import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from urllib.request import urlopen

import pytest

from runs.artifacts.queries import get_file, read_file
from runs.tracking.models import Run
from runs.tracking.services import set_tags
from runs.web.pipe_program import TAG, Log, Studio
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LOG = "user_logs/std_log.txt"


@pytest.fixture
def studio_url(live_server, settings) -> str:
    settings.STUDIO_OPEN = True
    return f"{live_server.url}/w/default"


@pytest.fixture
def program(studio_url, tmp_path) -> Path:
    """The program as a machine without the client gets it."""
    with urlopen(f"{studio_url}/pipe.py") as answer:
        (tmp_path / "pipe.py").write_bytes(answer.read())
    return tmp_path / "pipe.py"


def run(program: Path, *words: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-I", str(program), *words]
    return subprocess.run(command, capture_output=True, timeout=300, check=False, **options)


def script(folder: Path, text: str) -> str:
    (folder / "train.py").write_text(textwrap.dedent(text))
    return str(folder / "train.py")


def log_of(one: Run) -> bytes:
    return b"".join(read_file(get_file(one, LOG)))


@pytest.mark.both_databases
def test_a_script_that_fails_gets_a_run_with_its_log_and_keeps_its_exit_status(program, tmp_path):
    path = script(tmp_path, "print('epoch 1')\nraise ValueError('loss is nan')\n")
    done = run(program, "--experiment", "piped", sys.executable, path)
    one = Run.objects.get(experiment__name="piped")
    assert (done.returncode, one.status, one.status_reason) == (1, "Failed", "Exit status 1")
    assert log_of(one) == done.stdout
    assert b"epoch 1" in done.stdout
    assert b"ValueError: loss is nan" in done.stdout
    assert not get_file(one, LOG).growing
    assert f"/runs/{one.run_id}".encode() in done.stderr


def test_a_script_killed_by_a_signal_says_so(program, tmp_path):
    path = script(tmp_path, "import os\nprint('before', flush=True)\nos.kill(os.getpid(), 9)\n")
    done = run(program, sys.executable, path)
    one = Run.objects.get()
    assert (done.returncode, one.status_reason) == (137, "Killed by signal 9")
    assert log_of(one) == b"before\n"


@pytest.mark.both_databases
def test_a_run_is_found_by_the_mark_of_its_log(studio):
    run, other = make_run(experiment=make_experiment("theirs")), make_run()
    set_tags(run=run, tags={TAG: "be1fbb3a581d"})
    set_tags(run=other, tags={TAG: "another"})
    query = {"filter": f"tags.{TAG} = 'be1fbb3a581d'", "children": 1, "sort": "created", "limit": 1}
    found = studio.get("/api/v1/runs", query).json()["items"]
    assert [one["run_id"] for one in found] == [run.run_id]


def test_the_log_goes_to_the_run_that_mlflow_has_started(program, studio_url, tmp_path):
    path = script(
        tmp_path,
        """
        import mlflow
        mlflow.set_experiment("theirs")
        with mlflow.start_run():
            mlflow.log_metric("m", 1)
            print("hello")
        """,
    )
    environment = {**os.environ, "MLFLOW_TRACKING_URI": studio_url}
    done = run(program, sys.executable, path, env=environment)
    one = Run.objects.get()
    assert (done.returncode, one.experiment.name, one.status) == (0, "theirs", "Completed")
    assert b"hello" in log_of(one)


def test_the_log_keeps_the_run_that_is_made_while_another_is_looked_for(studio_url):
    looked, go_on = threading.Event(), threading.Event()

    class SlowStudio(Studio):
        def find(self, mark: str) -> str:
            found = super().find(mark)
            looked.set()
            go_on.wait()
            return found

    one, log = make_run(), Log(SlowStudio(studio_url), "", "be1fbb3a581d")
    log.write(b"epoch 1\n")
    looked.wait()
    log.run_id = one.run_id
    go_on.set()

    assert log.finish() == 0
    assert log_of(one) == b"epoch 1\n"


def test_what_comes_through_a_pipe_is_kept_and_passed_on(program):
    data = b"".join(b"line %d\n" % number for number in range(50_000))
    done = run(program, "--name", "piped", input=data)
    one = Run.objects.get(name="piped")
    assert (done.stdout, log_of(one), one.status) == (data, data, "Completed")


def test_a_script_runs_on_where_no_studio_answers(program, tmp_path):
    path = script(tmp_path, "print('all well')\n")
    done = run(program, "--url", "http://127.0.0.1:1/w/default", sys.executable, path)
    assert (done.returncode, done.stdout) == (0, b"all well\n")
    assert b"did not take the log" in done.stderr


def test_a_failed_run_without_a_log_says_how_to_get_one(studio):
    run_id = studio.post("/api/v1/runs", {"experiment": 0}, content_type="application/json").json()[
        "run_id"
    ]
    studio.patch(f"/api/v1/runs/{run_id}", {"status": "Failed"}, content_type="application/json")
    for tab in ("details", "outputs"):
        page = studio.get(f"/w/default/runs/{run_id}/{tab}").content.decode()
        assert "This run has no log" in page
        assert "curl -s http://testserver/w/default/pipe.py | python3 - python3 train.py" in page


@pytest.mark.both_databases
def test_the_tag_by_which_a_run_is_found_is_not_shown(studio):
    run = make_run(run_id="kept")
    set_tags(run=run, tags={TAG: "be1fbb3a581d", "team": "vision"})
    page = studio.get("/w/default/runs/kept/outputs").content.decode()
    assert "vision" in page
    assert TAG not in page
