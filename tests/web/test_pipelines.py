"""The Pipelines page: which runs it lists, what finds them, their steps and where they failed."""

import pytest

from runs.artifacts.logs.appending import append_log
from runs.compute.clusters import find_or_create_local
from runs.compute.submitting import Work
from runs.compute.sweep_plans import Argument, SweepPlan
from runs.compute.sweeps import submit_sweep
from runs.table.pipelines import list_pipelines, read_steps
from runs.tracking.models import Run
from runs.tracking.runs import update_run
from runs.tracking.services import archive_runs, delete_runs
from tests.factories import default_workspace, make_experiment, make_run, make_workspace

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PIPELINES = "/w/default/pipelines"
TRACEBACK = b"""one
Traceback (most recent call last):
  File "train.py", line 1, in <module>
ValueError: no rows
"""


def make_pipeline(name: str = "nightly", statuses=("Completed", "Running"), **fields) -> Run:
    """A run with a step of each status."""
    parent = make_run(fields.pop("experiment", None), name=name, **fields)
    for at, status in enumerate(statuses):
        step = make_run(parent.experiment, name=f"step-{at}", parent=parent)
        if status != "Running":
            update_run(run=step, status=status)
    return parent


def names(**search) -> list[str]:
    return [row.run.name for row in list_pipelines(default_workspace(), **search).rows]


def test_only_runs_with_steps_are_pipelines_the_newest_first():
    make_run(name="alone")
    make_pipeline("older")
    make_pipeline("newer")
    assert names() == ["newer", "older"]


def test_steps_are_counted_by_how_they_stand():
    make_pipeline(statuses=("Completed", "Failed", "Canceled", "Running", "Completed"))
    (row,) = list_pipelines(default_workspace()).rows
    assert (row.steps, row.completed, row.failed, row.canceled, row.active) == (5, 2, 1, 1, 1)
    assert (row.done, row.waiting) == (4, 0)


@pytest.mark.parametrize(
    "text", ["NIGHT", "blue", "team", "some note", "vision/res", "ANA", "night blue ana"]
)
def test_a_word_of_name_tag_description_experiment_or_submitter_finds_it(text):
    make_pipeline(
        "nightly",
        experiment=make_experiment("vision/resnet"),
        tags={"team": "blue"},
        description="some notes",
        submitted_by="ana",
    )
    make_pipeline("other")
    assert names(text=text) == ["nightly"]


def test_every_word_has_to_stand_there_and_is_no_pattern():
    make_pipeline("nightly", tags={"team": "blue"})
    assert names(text="nightly red") == []
    assert names(text="%") == names(text="_") == []


def test_what_is_deleted_archived_or_elsewhere_is_not_listed():
    delete_runs(runs=[make_pipeline("deleted")])
    archive_runs(runs=[make_pipeline("archived")])
    make_pipeline("elsewhere", experiment=make_experiment("e", make_workspace("other")))
    assert names() == []


def test_pages_follow_each_other():
    for number in range(5):
        make_pipeline(f"p{number}", statuses=("Running",))
    page = list_pipelines(default_workspace(), limit=3)
    assert [row.run.name for row in page.rows] == ["p4", "p3", "p2"]
    assert names(after=page.after, limit=3) == ["p1", "p0"]
    assert list_pipelines(default_workspace(), after=page.after, limit=3).after is None


def test_steps_are_a_tree_and_the_first_failed_one_tells_why():
    parent = make_pipeline(statuses=("Completed", "Failed", "Failed"))
    first = parent.children.get(name="step-0")
    make_run(parent.experiment, name="below", parent=first)
    failed = parent.children.get(name="step-1")
    append_log(run=failed, path="logs/std_log.txt", offset=0, data=TRACEBACK)
    steps = read_steps(parent).steps
    told = [(step.run.name, step.depth) for step in steps]
    assert told == [("step-0", 0), ("below", 1), ("step-1", 0), ("step-2", 0)]
    assert steps[2].failure.message == "ValueError: no rows"
    assert steps[3].failure is None


def test_the_page_lists_finds_and_opens(studio, as_part):
    parent = make_pipeline(statuses=("Completed", "Failed"), tags={"team": "blue"})
    failed = parent.children.get(name="step-1")
    page = studio.get(PIPELINES).content.decode()
    assert "2 of 2" in page and "1 failed" in page and "step-1" not in page
    opened = studio.get(PIPELINES, {"open": parent.run_id, "q": "blue"}).content.decode()
    assert f'href="/w/default/runs/{failed.run_id}"' in opened
    assert "No matching pipelines" in as_part(PIPELINES, q="red").content.decode()


def test_a_new_studio_says_how_to_make_one(studio):
    assert "No pipelines yet" in studio.get(PIPELINES).content.decode()


@pytest.mark.parametrize("query", ["after=", "q=%00", "open=none&open=", "q=" + "a" * 999])
def test_an_odd_address_is_no_error(studio, query):
    make_pipeline()
    assert studio.get(f"{PIPELINES}?{query}").status_code == 200


def test_a_sweep_is_canceled_with_all_its_steps(studio):
    parent = submit_sweep(
        experiment=make_experiment(),
        cluster=find_or_create_local(default_workspace()),
        work=Work(["python"]),
        plan=SweepPlan([Argument("--lr", values=["1", "2"])]),
    )
    assert "Select" in studio.get(PIPELINES).content.decode()
    studio.post("/w/default/compute/cancel", {"run": parent.run_id})
    assert set(Run.objects.values_list("status", flat=True)) == {"Canceled"}
