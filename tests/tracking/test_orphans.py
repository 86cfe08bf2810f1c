"""What becomes of the children of erased runs."""

import pytest

from runs.housekeeping.purging.asking import start_purge
from runs.tracking import services
from runs.tracking.client_tags import PARENT_TAGS
from runs.tracking.models import Run, RunTag
from tests.factories import default_workspace, make_experiment, make_run

pytestmark = pytest.mark.django_db

(PARENT_TAG,) = PARENT_TAGS


@pytest.fixture
def tree() -> dict[str, Run]:
    """a > b > c > d, and a > e; each names its parent in a tag."""
    experiment, runs = make_experiment(), {}
    for name, above in (("a", None), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "a")):
        parent = runs.get(above)
        tags = {PARENT_TAG: parent.run_id} if parent else {}
        runs[name] = make_run(experiment, run_id=f"tree-{name}", parent=parent, tags=tags)
    return runs


def erase(*runs: Run) -> None:
    services.delete_runs(runs=runs)
    start_purge(workspace=default_workspace())


def shape() -> dict[str, tuple[str | None, str | None]]:
    """The parent and the topmost run of each run that is left."""
    rows = Run.objects.values_list("run_id", "parent__run_id", "root__run_id")
    return {run_id[-1]: (up and up[-1], top and top[-1]) for run_id, up, top in rows}


def test_children_of_a_run_in_the_middle_go_to_the_one_above(tree):
    erase(tree["b"])
    assert shape() == {"a": (None, None), "c": ("a", "a"), "d": ("c", "a"), "e": ("a", "a")}


def test_children_of_a_top_run_become_top_runs_with_what_is_below_them(tree):
    erase(tree["a"])
    assert shape() == {"b": (None, None), "c": ("b", "b"), "d": ("c", "b"), "e": (None, None)}


def test_children_move_past_several_erased_runs(tree):
    erase(tree["b"], tree["c"])
    assert shape() == {"a": (None, None), "d": ("a", "a"), "e": ("a", "a")}


def test_children_move_past_all_that_is_erased_above(tree):
    erase(tree["a"], tree["b"], tree["c"])
    assert shape() == {"d": (None, None), "e": (None, None)}


def test_erased_in_parts_the_tree_ends_the_same(tree, monkeypatch):
    from runs.housekeeping.purging import working

    monkeypatch.setattr(working, "RUNS_PER_PART", 1)
    monkeypatch.setattr(working, "PAUSE_S", 0)
    erase(tree["a"], tree["b"], tree["c"])
    assert shape() == {"d": (None, None), "e": (None, None)}


def test_a_tag_that_names_an_erased_parent_goes_and_others_stay(tree):
    services.set_tags(run=tree["e"], tags={PARENT_TAG: "kept elsewhere"})
    erase(tree["a"])
    tags = RunTag.objects.filter(key=PARENT_TAG).values_list("run__run_id", "value")
    assert dict(tags) == {
        "tree-c": "tree-b", "tree-d": "tree-c", "tree-e": "kept elsewhere"
    }  # fmt: skip


def test_a_deleted_child_is_handed_on_too_and_can_be_restored(tree):
    services.delete_runs(runs=[tree["c"]])
    services.delete_runs(runs=[tree["b"]])
    start_purge(workspace=default_workspace(), run_pks=[tree["b"].pk])

    services.restore_runs(runs=[tree["c"]])

    assert shape()["c"] == ("a", "a")
