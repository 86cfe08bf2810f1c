"""Making, renaming and tagging experiments."""

import pytest

from runs.tracking import queries, services
from runs.tracking.errors import InvalidValue, NameTaken, NotActive, NotFound
from runs.tracking.models import Experiment
from tests.factories import make_experiment, make_workspace

pytestmark = pytest.mark.django_db


def test_experiment_zero_is_default(workspace):
    assert queries.get_experiment(workspace, 0).name == "Default"


def test_every_workspace_has_its_default_and_counts_from_there(workspace):
    other = make_workspace()
    assert queries.get_experiment(other, 0).name == "Default"
    for place in (workspace, other):
        assert [make_experiment(workspace=place).number for _ in range(3)] == [1, 2, 3]


def test_everything_given_is_kept(workspace):
    made = services.create_experiment(
        workspace=workspace,
        name="vision/cats",
        artifact_location="s3://bucket/cats",
        description="what it is",
        tags={"team": "a", "empty": ""},
    )
    found = queries.get_experiment(workspace, made.number)
    assert (found.name, found.description) == ("vision/cats", "what it is")
    assert found.artifact_location == "s3://bucket/cats"
    assert found.created_ms == found.updated_ms == made.created_ms > 1_700_000_000_000
    assert dict(found.tags.values_list("key", "value")) == {"team": "a", "empty": ""}


def test_a_name_is_taken_within_its_workspace_only(workspace):
    make_experiment("cats")
    with pytest.raises(NameTaken, match="'cats' already exists"):
        make_experiment("cats")
    assert make_experiment("cats", make_workspace()).name == "cats"


def test_a_deleted_experiment_keeps_its_name(workspace):
    services.delete_experiment(experiment=make_experiment("cats"))
    with pytest.raises(NameTaken):
        make_experiment("cats")


def test_a_refused_experiment_takes_no_number(workspace):
    first = make_experiment("cats")
    with pytest.raises(NameTaken):
        make_experiment("cats")
    assert make_experiment("dogs").number == first.number + 1


def test_names_differ_by_case_and_by_unicode_form(workspace):
    for name in ("cats", "Cats", "caf\u00e9", "cafe\u0301"):
        make_experiment(name)
    assert queries.get_experiment_by_name(workspace, "Cats").name == "Cats"
    assert queries.get_experiment_by_name(workspace, "caf\u00e9").name == "caf\u00e9"


@pytest.mark.parametrize("name", ["", "   ", "x" * 501, "a\0b", "\ud800"])
def test_names_that_cannot_be_are_refused(workspace, name):
    with pytest.raises(InvalidValue):
        services.create_experiment(workspace=workspace, name=name)
    with pytest.raises(InvalidValue):
        services.rename_experiment(experiment=make_experiment(), name=name)


def test_the_longest_name_is_kept(workspace):
    assert queries.get_experiment_by_name(workspace, make_experiment("é" * 500).name)


def test_a_bad_tag_leaves_no_experiment(workspace):
    with pytest.raises(InvalidValue):
        services.create_experiment(workspace=workspace, name="cats", tags={"../up": "x"})
    assert not Experiment.objects.filter(name="cats").exists()


def test_renaming_moves_the_name_and_the_time(workspace):
    experiment = make_experiment("cats")
    Experiment.objects.update(updated_ms=5)
    services.rename_experiment(experiment=experiment, name="dogs")
    found = queries.get_experiment_by_name(workspace, "dogs")
    assert found == experiment
    assert experiment.name == "dogs"
    assert found.updated_ms > found.created_ms - 1 > 5


def test_renaming_onto_a_taken_name_changes_nothing(workspace):
    make_experiment("cats")
    experiment = make_experiment("dogs")
    with pytest.raises(NameTaken):
        services.rename_experiment(experiment=experiment, name="cats")
    assert experiment.name == "dogs"
    assert queries.get_experiment_by_name(workspace, "dogs") == experiment


def test_a_description_is_changed():
    experiment = make_experiment(description="old")
    services.describe_experiment(experiment=experiment, description="")
    experiment.refresh_from_db()
    assert experiment.description == ""


def test_a_deleted_experiment_is_not_written(workspace):
    experiment = make_experiment("cats", tags={"a": "b"})
    stale = queries.get_experiment(workspace, experiment.number)
    services.delete_experiment(experiment=experiment)
    for copy in (experiment, stale):
        with pytest.raises(NotActive):
            services.rename_experiment(experiment=copy, name="dogs")
    with pytest.raises(NotActive):
        services.describe_experiment(experiment=experiment, description="x")
    with pytest.raises(NotActive):
        services.set_experiment_tag(experiment=experiment, key="a", value="c")
    with pytest.raises(NotActive):
        services.delete_experiment_tag(experiment=experiment, key="a")


def test_the_last_value_of_a_tag_wins():
    experiment = make_experiment()
    for value in ("one", "two"):
        services.set_experiment_tag(experiment=experiment, key="team", value=value)
    assert list(experiment.tags.values_list("key", "value")) == [("team", "two")]


def test_a_tag_is_deleted_once():
    experiment = make_experiment(tags={"team": "a", "other": "b"})
    services.delete_experiment_tag(experiment=experiment, key="team")
    assert list(experiment.tags.values_list("key", flat=True)) == ["other"]
    with pytest.raises(NotFound, match="No tag with name: team"):
        services.delete_experiment_tag(experiment=experiment, key="team")


@pytest.mark.parametrize("number", [-1, 77, 2**63, 10**30])
def test_an_unknown_number_is_not_found(workspace, number):
    with pytest.raises(NotFound, match=f"No Experiment with id={number} exists"):
        queries.get_experiment(workspace, number)


@pytest.mark.parametrize("name", ["nothing", "", "a\0b", "\udfff"])
def test_an_unknown_name_is_not_found(workspace, name):
    with pytest.raises(NotFound):
        queries.get_experiment_by_name(workspace, name)


def test_another_workspaces_experiments_are_not_found(workspace):
    experiment = make_experiment("secret", make_workspace())
    with pytest.raises(NotFound):
        queries.get_experiment_by_name(workspace, "secret")
    with pytest.raises(NotFound):
        queries.get_experiment(workspace, experiment.number)
