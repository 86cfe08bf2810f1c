"""The client's Workspace, Experiment and Run against a live studio: finding, reading, noting."""

import json

import pytest

from studio.sdk import Experiment, Run, Workspace
from studio.sdk.exceptions import (
    Conflict,
    NotFound,
    StudioAway,
    UserErrorException,
    WorkspaceException,
)
from studio.sdk.run import get_run
from studio.sdk.run_parts.facts import split_command

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_config_files_are_found_in_folders_above(space, tmp_path, monkeypatch):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    space.write_config(str(tmp_path))
    monkeypatch.delenv("STUDIO_URL")
    monkeypatch.chdir(inner)
    found = Workspace.from_config()
    assert (found.name, found.url) == (space.name, space.url)


def test_a_config_file_of_azure_ml_names_the_workspace(space, tmp_path):
    folder = tmp_path / ".azureml"
    folder.mkdir()
    facts = {"subscription_id": "s", "resource_group": "g", "workspace_name": "default"}
    (folder / "config.json").write_text(json.dumps(facts))
    assert Workspace.from_config(str(tmp_path)).name == "default"


def test_without_any_setting_from_config_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("STUDIO_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserErrorException, match="studio folder attach"):
        Workspace.from_config()


def test_a_workspace_that_is_not_there_is_refused(space):
    with pytest.raises(WorkspaceException, match="has no workspace 'nowhere'"):
        Workspace.get("nowhere")


def test_an_experiment_of_one_name_is_made_once(space):
    first = Experiment(workspace=space, name="digits")
    again = Experiment(workspace=space, name="digits")
    assert first.id == again.id
    assert first == again
    with pytest.raises(UserErrorException, match="letters, digits, _ and -"):
        Experiment(space, "no such name")


def test_an_experiment_is_tagged_archived_and_reactivated(space):
    experiment = Experiment(space, "digits")
    experiment.set_tags({"team": "vision", "old": "1"})
    experiment.remove_tags(["old"])
    experiment.archive()
    assert experiment.archived_time is not None
    assert [one.name for one in Experiment.list(space, experiment_name="digits")] == []
    assert Experiment.list(space, view_type="ArchivedOnly", tags="team")[0].name == "digits"
    experiment.reactivate()
    assert Experiment.list(space, tags={"team": "vision"})[0].tags == {"team": "vision"}


def test_a_run_is_found_by_its_id(space):
    experiment = Experiment(space, "digits")
    run = experiment.start_logging(name="first")
    for same in (Run(experiment, run.id), Run.get(space, run.id), get_run(experiment, run.id)):
        assert (same.id, same.display_name, same.get_status()) == (run.id, "first", "Running")
        assert same.experiment.workspace.name == "default"
    with pytest.raises(NotFound):
        space.get_run("nowhere")
    run.complete()


def test_tags_change_and_properties_do_not(space):
    run = Experiment(space, "digits").start_logging()
    run.tag("quality", "great run")
    run.tag("quality", "fantastic run")
    run.tag("worth another look")
    assert run.get_tags() == {"quality": "fantastic run", "worth another look": None}
    run.add_properties({"author": "azureml-user"})
    with pytest.raises(Conflict):
        run.add_properties({"author": "different-user"})
    assert run.get_properties()["author"] == "azureml-user"
    run.remove_tags(["quality"])
    assert run.get_tags() == {"worth another look": None}
    run.complete()


def test_runs_are_found_by_tags_and_properties(space):
    experiment = Experiment(space, "digits")
    wanted, other = experiment.start_logging(), experiment.start_logging()
    wanted.add_properties({"author": "azureml-user"})
    wanted.set_tags({"quality": "it's `good`", "worth another look": None})
    other.tag("quality", "poor")
    for run in (wanted, other):
        run.complete()

    def found(**facts):
        return [run.id for run in experiment.get_runs(**facts)]

    assert found() == [other.id, wanted.id]
    assert found(properties={"author": "azureml-user"}) == [wanted.id]
    assert found(tags={"quality": "it's `good`"}) == [wanted.id]
    assert found(tags="worth another look") == [wanted.id]
    assert found(tags="quality", status="Completed", type="interactive") == [other.id, wanted.id]
    assert found(filter="tags.quality = 'poor'") == [other.id]


def test_details_have_azure_mls_names(space):
    run = Experiment(space, "digits").start_logging()
    run.fail(error_details="The loss is NaN", error_code="Diverged")
    details = run.get_details()
    assert details["status"] == "Failed"
    assert details["error"]["error"]["message"] == "The loss is NaN"
    assert details["endTimeUtc"].endswith("Z")
    assert {"runId", "target", "startTimeUtc", "properties", "runDefinition", "logFiles"} <= set(
        details
    )
    assert run.get_detailed_status() == {"status": "Failed", "details": "Diverged"}
    assert run.get_portal_url() == f"{space.url}/runs/{run.id}"


def test_children_are_made_in_one_request_and_found_in_the_tree(space):
    run = Experiment(space, "digits").start_logging()
    folds = run.create_children(tag_key="fold", tag_values=[1, 2, 3])
    assert [fold.tags for fold in folds] == [{"fold": "1"}, {"fold": "2"}, {"fold": "3"}]
    with folds[0].child_run(name="grandchild") as deep:
        assert deep.parent.id == folds[0].id
    assert len(list(run.get_children())) == 3
    assert len(list(run.get_children(recursive=True))) == 4
    assert [one.id for one in run.get_children(tags={"fold": "2"})] == [folds[1].id]
    assert [one.id for one in run.get_children(recursive=True, status="Completed")] == [deep.id]
    with pytest.raises(UserErrorException, match="Give either"):
        run.create_children(count=3, tag_key="fold", tag_values=[1])
    run.complete()


def test_files_go_up_and_come_down(space, tmp_path):
    run = Experiment(space, "digits").start_logging()
    folder = tmp_path / "model"
    (folder / "deep").mkdir(parents=True)
    (folder / "a b.txt").write_bytes(b"weights")
    (folder / "deep" / "c.txt").write_bytes(b"more")
    run.upload_folder("outputs/model", str(folder))
    run.upload_file("notes.txt", str(folder / "a b.txt"))
    assert sorted(name for name in run.get_file_names() if not name.startswith("source/")) == [
        "notes.txt",
        "outputs/model/a b.txt",
        "outputs/model/deep/c.txt",
    ]
    target = tmp_path / "back"
    run.download_files(prefix="outputs/model", output_directory=str(target), append_prefix=False)
    assert (target / "a b.txt").read_bytes() == b"weights"
    run.download_file("outputs/model/deep/c.txt", str(tmp_path / "x" / "y.txt"))
    assert (tmp_path / "x" / "y.txt").read_bytes() == b"more"
    with pytest.raises(UserErrorException, match="no file 'nothing'"):
        run.download_file("nothing", str(tmp_path / "z"))
    assert not (tmp_path / "z").exists()
    run.complete()


def test_a_studio_that_is_away_is_one_kind_of_error():
    connection = Workspace(workspace_name="default", url="http://127.0.0.1:9")._connection
    with pytest.raises(StudioAway, match="does not answer"):
        connection.ask("GET", "runs", patience_s=0)


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (["python", "train.py", "--lr", "0.1"], ("train.py", ["--lr", "0.1"])),
        ("/usr/bin/python3.12 'my train.py' a", ("my train.py", ["a"])),
        (["python", "-m", "train"], ("", [])),
        (["sh", "-c", "make"], ("", [])),
        ("python 'open", ("", [])),
        ([], ("", [])),
    ],
)
def test_the_script_of_a_command(command, found):
    assert split_command(command) == found
