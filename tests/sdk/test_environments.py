"""Environments of runs: built once, kept, and clear words where a node cannot make one."""

import pytest

from tests.sdk.test_several_processes import paths_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
BUILD_LOG = "azureml-logs/20_image_build_log.txt"


def test_ten_runs_that_ask_at_once_build_an_environment_once(lab, start_node, wheel, tmp_path):
    fields = {
        "command": ["python", "-c", "import tiny_word; print(tiny_word.word)"],
        "environment": {"pip": [str(wheel)]},
    }
    run_ids = [lab.submit(**fields) for _ in range(10)]
    start_node(slots=10)
    for run_id in run_ids:
        run = lab.wait(run_id)
        assert (run["status"], run["status_reason"]) == ("Completed", "")
        assert lab.log(run_id) == "installed\n"
    logs = [lab.log(one, BUILD_LOG) for one in run_ids if BUILD_LOG in paths_of(lab, one)]
    assert len([log for log in logs if "is built." in log]) == 1
    built = next(log for log in logs if "is built." in log)
    assert "tiny" in built and built.startswith("$ ")
    assert len(list((tmp_path / "n1" / "environments").glob("*/complete"))) == 1

    kept = lab.submit(**fields)
    assert lab.wait(kept)["status"] == "Completed"
    assert BUILD_LOG not in paths_of(lab, kept)


def test_a_failing_environment_says_why_and_is_tried_again(lab, start_node, tmp_path):
    broken = tmp_path / "broken-python"
    broken.write_text("#!/bin/sh\necho no room left\nexit 3\n")
    broken.chmod(0o700)
    start_node()
    for _ in range(2):
        run_id = lab.submit(command=["python"], environment={"python": str(broken), "pip": ["x"]})
        run = lab.wait(run_id)
        assert run["status_reason"] == "environment failed: no room left"
        assert lab.log(run_id, BUILD_LOG).endswith("no room left\n")


def test_a_build_ends_when_its_run_is_canceled(lab, start_node, tmp_path):
    slow = tmp_path / "slow-python"
    slow.write_text("#!/bin/sh\necho building\nexec sleep 300\n")
    slow.chmod(0o700)
    start_node()
    run_id = lab.submit(command=["python"], environment={"python": str(slow), "pip": ["x"]})
    lab.until(
        lambda: BUILD_LOG in paths_of(lab, run_id) and "building" in lab.log(run_id, BUILD_LOG)
    )
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    assert lab.wait(run_id)["status"] == "Canceled"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"conda": ["gdal", "proj"]}, "neither mamba nor conda is on this node, and only they "
         "install gdal, proj"),
        ({"docker": "tiny:1"}, "docker is not on this node"),
        ({"docker": ""}, "'' is no name of an image"),
        ({"docker": "tiny:1", "pip": ["x"]}, "packages cannot be added to an image"),
    ],
)  # fmt: skip
def test_what_a_node_cannot_make_it_names(lab, start_node, environment, words):
    start_node(PATH="/nowhere")
    run = lab.wait(lab.submit(command=["python"], environment=environment))
    assert run["status_reason"].startswith(f"environment failed: {words}")
