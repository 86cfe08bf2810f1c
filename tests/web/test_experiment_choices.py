"""The names of experiments that menus offer."""

import pytest

from runs.tracking.services import archive_experiment, delete_experiment
from runs.web import experiment_choices
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.both_databases

ADDRESS = "/w/default/experiment-choices"


def test_experiments_are_found_by_a_part_of_their_name(studio):
    for name in ("vision/resnet", "ResNet-2", "text"):
        make_experiment(name)

    found = studio.get(ADDRESS, {"search": "resnet"}).json()

    assert sorted(found["names"]) == ["ResNet-2", "vision/resnet"]
    assert found["total"] == 2


def test_of_many_experiments_the_first_come_and_all_are_counted(studio, monkeypatch):
    monkeypatch.setattr(experiment_choices, "MOST_NAMES", 2)
    for name in ("a", "b", "c"):
        make_experiment(name)

    found = studio.get(ADDRESS).json()

    assert len(found["names"]) == 2
    assert found["total"] >= 3


def test_the_names_offered_are_in_the_order_that_people_put_them_in(studio):
    for name in ("trial-10", "trial-2", "trial-1"):
        make_experiment(name)

    names = studio.get(ADDRESS, {"search": "trial"}).json()["names"]

    assert names == ["trial-1", "trial-2", "trial-10"]


def test_a_deleted_experiment_is_not_offered(studio):
    delete_experiment(experiment=make_experiment("gone"))

    assert studio.get(ADDRESS, {"search": "gone"}).json() == {"names": [], "total": 0}


def test_experiments_in_use_come_first_where_that_is_asked_for(studio):
    made = [make_experiment(f"trial-{number}") for number in (1, 2, 3, 4)]
    make_run(made[1])
    archive_experiment(experiment=made[3])

    names = studio.get(ADDRESS, {"search": "trial", "recent": "1"}).json()["names"]

    assert (names[0], names[-1]) == ("trial-2", "trial-4")
    assert len(names) == 4


def test_a_text_that_no_name_can_hold_finds_nothing(studio):
    assert studio.get(ADDRESS, {"search": "a\0b"}).json() == {"names": [], "total": 0}


def test_nobody_gets_names_without_sign_in(guarded):
    assert guarded.get(ADDRESS).status_code in {302, 401}
