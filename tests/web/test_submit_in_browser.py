"""Submitting with mouse and keyboard: a folder dropped, run to its end on a real node; clones."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runs.artifacts.snapshots.models import SnapshotFile
from runs.artifacts.snapshots.services import save_snapshot
from runs.compute.clusters import create_cluster, find_or_create_local, update_cluster
from runs.compute.submitting import Work, submit
from runs.tracking.models import Run
from tests.artifacts.git_server import make_repository, serve
from tests.artifacts.zips import make_zip
from tests.factories import default_workspace, make_experiment, make_run
from tests.web.browser import until
from tests.web.nodes import BASE_DIR, start_node

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SUBMIT = "/w/default/submit"
SCRIPT = """import sys
from parts import words
print(words.HELLO, *sys.argv[1:])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a module of its own, and data that its ignore file leaves out."""
    project = tmp_path / "project"
    (project / "parts").mkdir(parents=True)
    (project / "train.py").write_text(SCRIPT)
    (project / "parts" / "words.py").write_text('HELLO = "hello from the node"\n')
    (project / "data.csv").write_text("1,2\n" * 1000)
    (project / ".amlignore").write_text("*.csv\n")
    return project


def drop(tab: Any, path: Path) -> None:
    """Drag a file or folder of this machine into the zone for code."""
    box = tab.locator("[data-drop]").bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    devtools = tab.context.new_cdp_session(tab)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})


def says(tab: Any, selector: str, words: str) -> None:
    tab.locator(selector, has_text=words).first.wait_for()


def test_a_dropped_folder_is_submitted_and_runs_to_its_end(tab, live_server, folder, tmp_path):
    with start_node(live_server.url, tmp_path / "node"):
        tab.goto(SUBMIT)
        drop(tab, folder)
        says(tab, "[data-drop-words]", "project · 3 files")
        says(tab, "[data-drop-words]", ".amlignore leaves out 1")
        assert tab.input_value("[name=script]") == "train.py"
        tab.fill("[data-name]", "--lr")
        tab.keyboard.press("Enter")
        tab.keyboard.type("0.1")
        tab.fill("[name=experiment_name]", "digits")
        says(tab, "[data-checks]", "train.py is in the code")
        tab.click("[data-run-button]")
        tab.wait_for_url("**/runs/*")
        says(tab, ".runhead .status", "Completed")
    run = Run.objects.get()
    assert (run.status, run.experiment.name) == ("Completed", "digits")
    tab.goto(f"/w/default/runs/{run.run_id}/outputs")
    says(tab, "[data-log]", "hello from the node --lr 0.1")


def test_a_renamed_cluster_is_chosen_where_it_is_the_only_one(tab):
    update_cluster(cluster=find_or_create_local(default_workspace()), name="laptop")
    tab.goto(SUBMIT)
    until(tab, "document.querySelector('[name=cluster]').value === 'laptop'")


def test_a_draft_follows_its_cluster_to_another_name(tab):
    gpu = create_cluster(workspace=default_workspace(), name="gpu")
    tab.goto(f"{SUBMIT}?target=gpu")
    until(tab, "document.querySelector('[name=cluster]').value === 'gpu'")
    update_cluster(cluster=gpu, name="big")
    for address in (SUBMIT, f"{SUBMIT}?target=gpu"):
        tab.goto(address)
        until(tab, "document.querySelector('[name=cluster]').value === 'big'")
        assert tab.locator("[name=cluster] option").all_inner_texts() == ["big", "local"]


def test_any_experiment_is_found_by_a_part_of_its_name(tab):
    for number in range(25):
        make_experiment(f"vision/resnet-{number}")
    make_run(make_experiment("text/bert"))
    tab.goto(SUBMIT)
    tab.click("[name=experiment_name]")
    says(tab, "#experiment-names", "more. Type a part of the name to find them.")
    assert tab.inner_text("#experiment-names [role=option] >> nth=0") == "text/bert"
    tab.keyboard.type("net-7")
    until(tab, "document.querySelectorAll('#experiment-names [role=option]').length === 1")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    assert tab.input_value("[name=experiment_name]") == "vision/resnet-7"
    assert tab.locator("#experiment-names").is_hidden()
    says(tab, "[data-checks]", "Kept in vision/resnet-7")
    tab.fill("[name=experiment_name]", "vision/new")
    says(tab, "#experiment-names", "Run makes the new experiment vision/new.")
    assert not Run.objects.filter(experiment__name__startswith="vision").exists()


def test_nothing_is_red_before_anything_was_typed(tab):
    tab.goto(SUBMIT)
    says(tab, "[data-checks] .canceled", "Name a script or a command")
    says(tab, "[data-checks] .canceled", "Name an experiment")
    assert tab.locator("[data-checks] .failed").count() == 0
    says(tab, "#submit-code", 'script="train.py"')


def test_the_code_of_a_sweep_makes_a_parent_with_children(tab, live_server, folder, tmp_path):
    tab.goto(SUBMIT)
    tab.fill("[name=script]", "train.py")
    tab.fill("[name=experiment_name]", "digits")
    tab.fill("[data-name]", "--lr")
    tab.fill("[data-value]", "0.1, 0.01")
    says(tab, "#submit-code", "submit_child")
    places = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", tab.inner_text("#submit-code")],
        cwd=folder,
        env=os.environ | places | {"STUDIO_URL": live_server.url, "PYTHONPATH": str(BASE_DIR)},
        check=True,
        timeout=300,
    )
    parent = Run.objects.get(parent=None)
    assert (parent.experiment.name, parent.status) == ("digits", "Completed")
    commands = sorted(run.job.command for run in parent.children.all())
    assert commands == [["python", "train.py", "--lr", lr] for lr in ("0.01", "0.1")]


def test_a_chosen_folder_and_a_dropped_zip_are_kept_alike(tab, folder, tmp_path):
    tab.goto(SUBMIT)
    tab.set_input_files("[data-folder]", str(folder))
    says(tab, "[data-drop-words]", "project · 3 files")
    kept = {".amlignore", "train.py", "parts/words.py"}
    assert set(SnapshotFile.objects.values_list("path", flat=True)) == kept
    zipped = tmp_path / "code.zip"
    zipped.write_bytes(make_zip({"main.py": "print(1)\n"}))
    drop(tab, zipped)
    says(tab, "[data-drop-words]", "code.zip · 1 file")
    assert tab.input_value("[name=script]") == "main.py"
    tab.click("[data-choose=none]")
    says(tab, "[data-drop-words]", "Drop a folder or a zip here.")


def test_code_is_fetched_from_a_git_server_that_the_studio_may_ask(tab, settings, tmp_path):
    make_repository(tmp_path / "git", {"train.py": SCRIPT, "note.txt": "hello"})
    tab.goto(SUBMIT)
    assert tab.locator("[data-git]").count() == 0
    with serve(tmp_path / "git") as address:
        settings.STUDIO_GIT_SERVERS = [address]
        tab.reload()
        tab.fill("[data-git-address]", f"{address}/code.git")
        tab.click("[data-git-fetch]")
        says(tab, "[data-drop-words]", "code.git · 2 files")
    assert tab.input_value("[name=script]") == "train.py"


def test_what_is_refused_is_said_beside_its_field_and_nothing_typed_is_lost(tab):
    tab.goto(SUBMIT)
    tab.click("[data-mode=command]")
    tab.fill("[name=command]", "python -c 'print(1)'")
    tab.fill("[name=retries]", "500")
    tab.click("[data-run-button]")
    says(tab, "[data-error=retries]", "between 0 and 100")
    says(tab, "[data-error=experiment_name]", "must not be empty")
    assert tab.input_value("[name=command]") == "python -c 'print(1)'"
    assert not Run.objects.exists()
    # Chromium itself complains of the answer.
    assert [trouble for trouble in tab.troubles if "400" not in trouble] == []
    tab.troubles.clear()
    tab.reload()
    assert tab.input_value("[name=command]") == "python -c 'print(1)'"
    assert tab.input_value("[name=retries]") == "500"
    tab.click("[data-start-over]")
    until(tab, "document.querySelector('[name=retries]')?.value === '0'")


def test_several_values_make_a_sweep_with_code_beside_it(tab):
    tab.goto(SUBMIT)
    tab.fill("[name=script]", "train.py")
    tab.fill("[data-name]", "--lr")
    tab.fill("[data-value]", "0.1, 0.01, 0.001")
    tab.fill("[name=experiment_name]", "digits")
    tab.fill("[name=parallel]", "2")
    assert tab.inner_text("[data-run-button]") == "Run 3 runs"
    tab.click("[data-code-tab=cli]")
    assert "for lr in 0.1 0.01 0.001; do" in tab.inner_text("#submit-code")
    tab.keyboard.press("ArrowRight")
    assert '"parallel": 2' in tab.inner_text("#submit-code")
    tab.click("[data-run-button]")
    tab.wait_for_url("**/runs/*")
    parent = Run.objects.get(kind="sweep")
    assert sorted(child.name for child in parent.children.all()) == [
        "lr=0.001",
        "lr=0.01",
        "lr=0.1",
    ]


def test_a_clone_keeps_slurm_options_variables_and_environments(tab):
    slurm = create_cluster(workspace=default_workspace(), name="hpc", kind="slurm")
    facts = {
        "options": {"partition": "gpu"}, "variables": {"SEED": "1"},
        "environment": {"python": "python3.12", "pip": ["numpy"]},
    }  # fmt: skip
    work = Work(["python", "train.py"], **facts)
    run = submit(experiment=make_experiment("digits"), cluster=slurm, work=work, name="first")
    tab.goto(f"{SUBMIT}?from={run.run_id}")
    says(tab, "[data-origin]", "keeps partition=gpu, variable SEED")
    chosen = "document.querySelector('[name=environment_kind]').selectedOptions[0].text"
    assert tab.evaluate(chosen) == "As before: python python3.12, pip numpy"
    tab.click("[data-run-button]")
    tab.wait_for_url("**/runs/*")
    job = Run.objects.exclude(pk=run.pk).get().job
    assert {name: getattr(job, name) for name in facts} == facts


def test_a_clone_of_a_run_in_an_image_shows_its_name(tab):
    work = Work(["python", "-c", "1"], environment={"docker": "trainer:2"})
    local = find_or_create_local(default_workspace())
    run = submit(experiment=make_experiment("digits"), cluster=local, work=work, name="first")
    tab.goto(f"{SUBMIT}?from={run.run_id}")
    assert tab.input_value("[name=docker]") == "trainer:2"
    tab.fill("[name=docker]", "trainer:3")
    tab.click("[data-run-button]")
    tab.wait_for_url("**/runs/*")
    assert Run.objects.exclude(pk=run.pk).get().job.environment == {"docker": "trainer:3"}


def test_a_clone_opens_filled_and_marks_what_is_changed(tab):
    work = Work(["python", "train.py", "--lr", "0.1", "--amp"], script="train.py", max_seconds=600)
    local = find_or_create_local(default_workspace())
    run = submit(experiment=make_experiment("digits"), cluster=local, work=work, name="first")
    save_snapshot(run=run, chunks=[make_zip({"train.py": SCRIPT})])
    tab.goto(f"/w/default/runs/{run.run_id}")
    tab.click("text=Clone")
    tab.wait_for_url(f"**{SUBMIT}?from=*")
    says(tab, "[data-origin]", "from first")
    says(tab, "[data-drop-words]", "Snapshot of first · 1 file")
    values = "[...document.querySelectorAll('[data-arguments] input')].map((field) => field.value)"
    assert tab.evaluate(values) == ["--lr", "0.1", "--amp", ""]
    assert tab.input_value("[name=minutes]") == "10"
    assert tab.locator(".is-changed").count() == 0
    tab.fill("[data-value] >> nth=0", "0.2")
    says(tab, "[data-origin]", "1 field changed")
    assert tab.get_attribute(".is-changed", "data-field") == "arguments"
    tab.click("[data-run-button]")
    tab.wait_for_url("**/runs/*")
    fresh = Run.objects.exclude(pk=run.pk).get()
    assert fresh.job.command == ["python", "train.py", "--lr", "0.2", "--amp"]
    assert fresh.source_snapshot.snapshot_id == run.source_snapshot.snapshot_id
