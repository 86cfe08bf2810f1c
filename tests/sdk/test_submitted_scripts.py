"""Scripts that the studio runs, and what they log with the client to their own runs."""

import pytest

from studio.sdk import Experiment, Run, RunConfiguration, ScriptRunConfig
from studio.sdk.exceptions import RunEnvironmentException
from tests.sdk.gate import BASE_DIR, PATIENT

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def run_script(lab, start_node, space, tmp_path):
    """Submit files of which `main.py` is run, wait, and return the run."""
    start_node(slots=4)

    def run_script(raise_on_error: bool = True, **files: str) -> Run:
        folder = tmp_path / "code"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.py").write_text(PATIENT + text)
        run_config = RunConfiguration()
        run_config.target = "lab"
        run_config.environment_variables = {"PYTHONPATH": str(BASE_DIR)}
        config = ScriptRunConfig(str(folder), "main.py", run_config=run_config)
        run = Experiment(space, "digits").submit(config)
        run.wait_for_completion(raise_on_error=raise_on_error)
        return run

    return run_script


def test_a_script_logs_to_the_run_that_submit_returned(run_script, space):
    script = """
from studio.sdk import Run
run = Run.get_context()
assert run is Run.get_context()
for i in range(2000):
    run.log("alpha", i / 10, step=i)
run.tag("seen", "yes")
run.log_row("row", x=1, y=2)
print(run.id, run.experiment.workspace.name, run.experiment.name)
run.complete()
print(run.get_metrics()["row"], run.get_status())
"""
    run = run_script(main=script)
    assert run._log_text("azureml-logs/70_driver_log.txt").splitlines() == [
        f"{run.id} default digits",
        "{'x': 1.0, 'y': 2.0} Running",
    ]
    assert run.get_metrics()["alpha"] == [i / 10 for i in range(2000)]
    assert run.get_tags() == {"seen": "yes"}
    assert run.status == "Completed"


def test_a_script_that_is_killed_while_it_logs_loses_nothing(run_script):
    script = """
import os
from studio.sdk import Run
run = Run.get_context()
for i in range(50000):
    run.log("x", i, step=i)
os.kill(os.getpid(), 9)
"""
    run = run_script(main=script, raise_on_error=False)
    assert (run.status, run._known["status_reason"]) == ("Failed", "signal SIGKILL")
    assert run._ask("GET", "/metrics")["items"][0]["n"] == 50000


def test_a_script_that_fails_shows_its_traceback_on_the_run(run_script):
    script = "from studio.sdk import Run\nRun.get_context().log('x', 1)\n1 / 0\n"
    run = run_script(main=script, raise_on_error=False)
    assert (run.status, run._known["status_reason"]) == ("Failed", "exit code 1")
    assert "ZeroDivisionError" in run._known["error"]


def test_a_parent_submits_children_which_know_it(run_script):
    parent = """
from studio.sdk import Run, RunConfiguration, ScriptRunConfig
import os
config = RunConfiguration()
config.target = "lab"
config.environment_variables = {"PYTHONPATH": os.environ["PYTHONPATH"]}
run = Run.get_context()
for fruit in ["Apple", "Banana", "Orange"]:
    run.log("Status", f"Launching {fruit}")
    run.submit_child(ScriptRunConfig(".", "child.py", ["--fruit", fruit], run_config=config))
with run.child_run(name="inner") as inner:
    inner.log("loss", 1)
for child in run.get_children():
    child.wait_for_completion()
"""
    child = """
import sys
from studio.sdk import Run
run = Run.get_context()
run.log("fruit", sys.argv[2])
run.parent.log("eaten", 1)
print(run.parent.id)
"""
    run = run_script(main=parent, child=child)
    children = list(run.get_children())
    assert [one.status for one in children] == ["Completed"] * 4
    assert {one.get_metrics().get("fruit") for one in children} == {
        "Apple", "Banana", "Orange", None,
    }  # fmt: skip
    found = run.get_metrics()
    assert found["Status"] == ["Launching Apple", "Launching Banana", "Launching Orange"]
    assert found["eaten"] == [1.0, 1.0, 1.0]


def test_without_a_studio_a_script_prints(monkeypatch, capsys):
    monkeypatch.delenv("STUDIO_RUN_ID", raising=False)
    run = Run.get_context()
    run.log("loss", 0.5)
    assert "Attempted to log scalar metric loss:\n0.5" in capsys.readouterr().out
    assert run is Run.get_context()
    assert run.id.startswith("OfflineRun")
    with pytest.raises(RunEnvironmentException, match="start_logging"):
        Run.get_context(allow_offline=False)
