"""Making and reading runs."""

import re

import pytest

from runs.tracking import queries, services
from runs.tracking.errors import InvalidValue, NameTaken, NotActive, NotFound
from runs.tracking.models import Run, RunKind
from runs.tracking.run_names import ADJECTIVES, NOUNS, make_run_name
from runs.tracking.statuses import Status
from tests.factories import make_experiment, make_run, make_user, make_workspace

pytestmark = pytest.mark.django_db


def test_a_run_made_with_nothing_said_runs_from_now_on(workspace):
    run = queries.get_run(workspace, make_run().run_id)
    assert re.fullmatch("[0-9a-f]{32}", run.run_id)
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d{1,3}", run.name)
    assert (run.status, run.kind, run.lifecycle) == ("Running", "external", "active")
    assert run.started_ms == run.created_ms == run.updated_ms > 1_700_000_000_000
    assert run.ended_ms is run.parent is run.root is run.user is None
    assert run.source == {}


def test_runs_are_found_by_their_ids_in_their_own_workspace_only(workspace):
    one, other = make_run(), make_run()
    foreign = make_run(make_experiment(workspace=make_workspace()))
    ids = [one.run_id, other.run_id, foreign.run_id, "f" * 32, "\0", "\ud800"]
    assert set(queries.runs_named(workspace, ids)) == {one, other}
    assert set(queries.runs_named(foreign.workspace_id, ids)) == {foreign}
    assert not queries.runs_named(workspace, [])


def test_everything_given_is_kept(workspace):
    user, parent = make_user(), make_run()
    made = services.create_run(
        experiment=make_experiment(),
        run_id="train_1700000000_0a1b",
        name="first try",
        kind=RunKind.SCRIPT,
        status=Status.QUEUED,
        started_ms=12345,
        submitted_by="ann",
        user=user,
        tags={"a": "b", "bare": None},
        parent=parent,
        source={"script": "train.py", "arguments": ["--lr", 0.1], "é": None},
        target="gpu",
        description="what for",
    )
    run = queries.get_run(workspace, "train_1700000000_0a1b")
    assert run == made
    assert (run.name, run.kind, run.status) == ("first try", "script", "Queued")
    assert (run.started_ms, run.submitted_by, run.user) == (12345, "ann", user)
    assert (run.parent, run.root, run.target) == (parent, parent, "gpu")
    assert run.source == {"script": "train.py", "arguments": ["--lr", 0.1], "é": None}
    assert run.description == "what for"
    assert dict(run.tags.values_list("key", "value")) == {"a": "b", "bare": None}


def test_what_is_returned_equals_what_is_stored(workspace):
    made = make_run(parent=make_run(), tags={"a": "b"}, source={"a": [1]})
    stored = Run.objects.get(id=made.id)
    names = [field.attname for field in Run._meta.concrete_fields]
    assert [getattr(made, name) for name in names] == [getattr(stored, name) for name in names]


def test_numbers_rise_per_experiment():
    one, other = make_experiment(), make_experiment()
    assert [make_run(one).number for _ in range(3)] == [1, 2, 3]
    assert make_run(other).number == 1


def test_a_waiting_run_has_not_started():
    assert make_run(status=Status.NOT_STARTED).started_ms is None


def test_a_start_in_the_past_or_at_zero_is_kept():
    assert make_run(started_ms=0).started_ms == 0
    assert make_run(started_ms=-5).started_ms == -5


def test_a_run_id_is_taken_in_all_workspaces():
    make_run(run_id="mine")
    with pytest.raises(NameTaken, match="id=mine already exists"):
        make_run(make_experiment(workspace=make_workspace()), run_id="mine")


def test_a_refused_run_takes_no_number():
    experiment = make_experiment()
    make_run(experiment, run_id="mine")
    with pytest.raises(NameTaken):
        make_run(experiment, run_id="mine")
    assert make_run(experiment).number == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("run_id", "a/b"),
        ("run_id", "-a"),
        ("run_id", "x" * 257),
        ("run_id", "a\n"),
        ("name", "x" * 501),
        ("name", "a\0"),
        ("kind", "magic"),
        ("status", "RUNNING"),
        ("started_ms", 2**63),
        ("started_ms", 1.5),
        ("started_ms", True),
        ("submitted_by", "x" * 257),
        ("target", "\ud83d"),
        ("description", "a\0"),
        ("tags", {"a": 5}),
        ("tags", {"": "x"}),
        ("source", {"a": "\0"}),
        ("source", {"a": ["\udc00"]}),
        ("source", {"\0": 1}),
        ("source", {"a": float("nan")}),
        ("source", {"a": object()}),
        ("source", {"a": "x" * 70_000}),
    ],
)
def test_what_cannot_be_kept_is_refused(field, value):
    experiment = make_experiment()
    with pytest.raises(InvalidValue):
        make_run(experiment, **{field: value})
    assert not experiment.runs.exists()
    assert make_run(experiment).number == 1


def test_a_deleted_experiment_takes_no_runs(workspace):
    experiment = make_experiment()
    stale = queries.get_experiment(workspace, experiment.number)
    services.delete_experiment(experiment=experiment)
    for copy in (experiment, stale):
        with pytest.raises(NotActive, match="must be in the 'active' state"):
            make_run(copy)


def test_an_archived_experiment_takes_runs():
    experiment = make_experiment()
    services.archive_experiment(experiment=experiment)
    assert make_run(experiment).number == 1


def test_children_point_to_parent_and_root():
    root = make_run()
    child = make_run(parent=root)
    grandchild = make_run(parent=child)
    assert (root.parent, root.root) == (None, None)
    assert (child.parent, child.root) == (root, root)
    assert (grandchild.parent, grandchild.root) == (child, root)


def test_a_parent_may_be_of_another_experiment_but_not_of_another_workspace():
    parent = make_run()
    assert make_run(make_experiment(), parent=parent).parent == parent
    with pytest.raises(InvalidValue, match="another workspace"):
        make_run(make_experiment(workspace=make_workspace()), parent=parent)


@pytest.mark.parametrize("run_id", ["nothing", "", "a\0b", "\udfff", "x" * 5000, "' OR 1=1"])
def test_an_unknown_run_is_not_found(workspace, run_id):
    with pytest.raises(NotFound, match="not found"):
        queries.get_run(workspace, run_id)


def test_another_workspaces_run_is_not_found(workspace):
    run = make_run(make_experiment(workspace=make_workspace()))
    with pytest.raises(NotFound):
        queries.get_run(workspace, run.run_id)


def test_a_found_run_brings_its_experiment_and_workspace(workspace, django_assert_num_queries):
    made = make_run(make_experiment("cats"))
    with django_assert_num_queries(1):
        run = queries.get_run(workspace, made.run_id)
        assert run.experiment.name == "cats"
        assert run.workspace == run.experiment.workspace == workspace


def test_generated_names_are_many():
    assert len(set(ADJECTIVES)) == len(ADJECTIVES) >= 60
    assert len(set(NOUNS)) == len(NOUNS) >= 60
    assert len({make_run_name() for _ in range(200)}) > 150
