"""Parents and sources that are told after a run was made."""

import pytest

from runs.tracking.errors import InvalidValue, NotActive
from runs.tracking.models import Run
from runs.tracking.origins import set_parent, set_source
from runs.tracking.services import delete_runs
from tests.factories import make_experiment, make_run, make_workspace
from tests.tracking.racing import race

pytestmark = pytest.mark.django_db


def pointers(*runs):
    rows = Run.objects.in_bulk([run.id for run in runs])
    return [(rows[run.id].parent_id, rows[run.id].root_id) for run in runs]


def test_a_run_moves_with_everything_below_it():
    top, other = make_run(), make_run()
    child = make_run(parent=top)
    grandchild = make_run(parent=child)
    set_parent(run=child, parent=other)
    assert pointers(child, grandchild) == [(other.id, other.id), (child.id, other.id)]
    set_parent(run=other, parent=top)
    assert pointers(other, child, grandchild) == [
        (top.id, top.id),
        (other.id, top.id),
        (child.id, top.id),
    ]


def test_a_run_without_parent_is_a_root():
    top = make_run()
    child = make_run(parent=top)
    grandchild = make_run(parent=child)
    set_parent(run=child, parent=None)
    assert pointers(child, grandchild) == [(None, None), (child.id, child.id)]


def test_a_run_is_not_its_own_ancestor():
    top = make_run()
    child = make_run(parent=top)
    grandchild = make_run(parent=child)
    for parent in (top, child, grandchild):
        with pytest.raises(InvalidValue, match="own ancestor"):
            set_parent(run=top, parent=parent)
    assert pointers(top) == [(None, None)]


def test_a_parent_in_another_workspace_is_refused():
    parent = make_run(make_experiment(workspace=make_workspace()))
    with pytest.raises(InvalidValue, match="another workspace"):
        set_parent(run=make_run(), parent=parent)


def test_a_stale_parent_does_not_mislead_the_root():
    top, middle = make_run(), make_run()
    stale = Run.objects.get(id=middle.id)
    set_parent(run=middle, parent=top)
    child = set_parent(run=make_run(), parent=stale)
    assert pointers(child) == [(middle.id, top.id)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_moves_at_once_close_no_circle():
    for _ in range(5):
        one, other = make_run(), make_run()
        outcomes = race(
            lambda one=one, other=other: set_parent(run=one, parent=other),
            lambda one=one, other=other: set_parent(run=other, parent=one),
        )
        assert [type(outcome) for outcome in outcomes].count(InvalidValue) == 1
        assert sorted(pointers(one, other), key=str).count((None, None)) == 1


def test_a_source_is_added_to():
    run = make_run(source={"script": "a.py", "git": "abc"})
    set_source(run=run, source={"git": "def", "branch": "main"})
    run.refresh_from_db()
    assert run.source == {"script": "a.py", "git": "def", "branch": "main"}


@pytest.mark.parametrize("source", [{"a": "\0"}, {"a": "\ud800"}, {"a": float("inf")}])
def test_a_source_that_cannot_be_kept_is_refused(source):
    run = make_run(source={"script": "a.py"})
    with pytest.raises(InvalidValue):
        set_source(run=run, source=source)
    run.refresh_from_db()
    assert run.source == {"script": "a.py"}


def test_a_deleted_run_is_neither_moved_nor_explained():
    run = make_run()
    delete_runs(runs=[run])
    with pytest.raises(NotActive):
        set_parent(run=run, parent=make_run())
    with pytest.raises(NotActive):
        set_source(run=run, source={"a": 1})
