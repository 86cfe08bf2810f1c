"""Submitting a folder by the client, to real nodes."""

import pytest

from studio.sdk import (
    ComputeTarget,
    Environment,
    Experiment,
    Run,
    RunConfiguration,
    ScriptRunConfig,
    Workspace,
)
from studio.sdk.exceptions import (
    ActivityFailedException,
    ComputeTargetException,
    NotSupported,
    SnapshotException,
    UserErrorException,
)
from studio.sdk.submitting import job_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TRAIN = """
import os, sys, mylib
print("alpha", sys.argv[2], mylib.word, os.environ["COLOUR"])
os.makedirs("outputs", exist_ok=True)
open("outputs/model.txt", "w").write("weights")
sys.exit(int(sys.argv[3]))
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "code"
    (place / "data").mkdir(parents=True)
    (place / "train.py").write_text(TRAIN)
    (place / "mylib.py").write_text("word = 'imported'")
    (place / "data" / "huge.bin").write_text("no code")
    (place / ".amlignore").write_text("# not code\ndata/\n*.log\n!keep.log\n")
    (place / "x.log").write_text("x")
    (place / "keep.log").write_text("x")
    return place


def config_for(folder, code: int = 0, **options) -> ScriptRunConfig:
    config = ScriptRunConfig(
        source_directory=str(folder),
        script="train.py",
        arguments=["--alpha", 0.5, code],
        compute_target="lab",
        **options,
    )
    config.run_config.environment_variables = {"COLOUR": "red"}
    return config


@pytest.mark.both_databases
def test_a_folder_is_submitted_run_and_watched(lab, start_node, folder, space, capfd):
    experiment = Experiment(Workspace.from_config(), "digits")
    run = experiment.submit(config_for(folder), tags={"try": 1})
    assert run.get_status() == "Queued"
    start_node()
    details = run.wait_for_completion(show_output=True)
    assert details["status"] == "Completed"
    assert details["runDefinition"]["script"] == "train.py"
    shown = capfd.readouterr().out
    log = lab.log(run.id)
    assert log == "alpha 0.5 imported red\n"
    assert f"Web View: {run.get_portal_url()}" in shown
    assert shown.count(log) == 1
    assert "outputs/model.txt" in run.get_file_names()
    tree = run._ask("GET", "/snapshot")
    assert [file["path"] for file in tree["files"]] == [
        ".amlignore",
        "keep.log",
        "mylib.py",
        "train.py",
    ]


def test_a_run_that_fails_raises_where_it_is_waited_for(lab, start_node, folder, space):
    start_node()
    run = Experiment(space, "digits").submit(config_for(folder, code=3))
    with pytest.raises(ActivityFailedException, match="exit code 3"):
        run.wait_for_completion()
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"


@pytest.mark.both_databases
def test_a_run_that_waits_is_canceled(lab, folder, space):
    run = Experiment(space, "digits").submit(config_for(folder))
    assert [one.id for one in Run.list_by_compute(ComputeTarget(space, "lab"))] == [run.id]
    run.cancel()
    assert run.get_status() == "Canceled"


def test_what_cannot_be_submitted_says_why(lab, folder, space, tmp_path):
    experiment = Experiment(space, "digits")
    with pytest.raises(UserErrorException, match=r"There is no other\.py"):
        experiment.submit(ScriptRunConfig(source_directory=str(folder), script="other.py"))
    with pytest.raises(UserErrorException, match="either script or command"):
        ScriptRunConfig(source_directory=".", script="a.py", command="b")
    with pytest.raises(ComputeTargetException):
        config = config_for(folder)
        config.run_config.target = "nowhere"
        experiment.submit(config)
    with pytest.raises(ComputeTargetException, match="no cluster 'nowhere'"):
        ComputeTarget(space, "nowhere")
    with pytest.raises(NotSupported, match="from_docker_image"):
        Environment.from_dockerfile("x", "Dockerfile")
    many = tmp_path / "many"
    many.mkdir()
    for index in range(2001):
        (many / f"{index}.txt").touch()
    with pytest.raises(SnapshotException, match=r"\.amlignore"):
        experiment.submit(ScriptRunConfig(source_directory=str(many), command="true"))


def test_a_configuration_is_saved_and_loaded(tmp_path):
    config = RunConfiguration(script="train.py", arguments=["--lr", 0.1])
    config.target = "gpu"
    config.environment.python.user_managed_dependencies = True
    config.environment.python.interpreter_path = "/opt/python"
    config.environment_variables = {"A": 1}
    config.save(str(tmp_path), "gpu")
    loaded = RunConfiguration.load(str(tmp_path), "gpu")
    job = job_of(ScriptRunConfig(source_directory=".", run_config=loaded))
    assert job == {
        "cluster": "gpu",
        "command": ["python", "train.py", "--lr", "0.1"],
        "script": "train.py",
        "environment": {"python": "/opt/python"},
        "variables": {"A": "1"},
    }
    RunConfiguration.delete(str(tmp_path), "gpu")
    with pytest.raises(UserErrorException, match=r"no gpu\.runconfig"):
        RunConfiguration.load(str(tmp_path), "gpu")
