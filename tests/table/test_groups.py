"""Groups against a plain Python sum over the same runs."""

import statistics

import numpy as np
import pytest

from runs.metrics.services import RunRef, log_batch
from runs.search import Search, SortKey, make_search
from runs.table.columns import (
    Column,
    member_of,
    parse_column,
    parse_columns,
)
from runs.table.groups import read_groups, sort_groups
from runs.table.run_list import TableQuery, list_runs
from runs.tracking.errors import InvalidValue
from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.filters import parse
from tests.factories import default_workspace, make_experiment, make_run

LOSS = Column(Entity.METRIC, "loss")
LEAST = Column(Entity.METRIC, "loss", Aggregate.MIN)


@pytest.fixture
def logged(db):
    """Forty runs as (lr, seed, values); some without lr, some without loss, some with NaN."""
    random = np.random.default_rng(3)
    experiment = make_experiment()
    logged = []
    for i in range(40):
        lr = [None, "0.1", "0.01", "0.001"][i % 4]
        params = {"seed": str(i % 3), **({"lr": lr} if lr else {})}
        run = make_run(experiment, params=params)
        values = [] if i % 7 == 0 else random.normal(size=5).tolist()
        if values and i % 5 == 0:
            values[-1] = float("nan")
        points = [("loss", step, 1000, value) for step, value in enumerate(values)]
        if points:
            log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
        logged.append((lr, str(i % 3), values))
    return logged


def groups_by(fields, columns=(LOSS, LEAST), **what):
    search = Search(workspace=default_workspace(), **what)
    found = read_groups(search, fields=parse_columns(fields), columns=columns)
    return {group.values: group for group in found}


def test_groups_hold_all_runs_with_the_value(logged):
    found = groups_by("params.lr")

    counted = {values: group.count for values, group in found.items()}
    assert counted == {(lr,): 10 for lr in (None, "0.1", "0.01", "0.001")}


def test_statistics_are_those_of_the_members(logged):
    found = groups_by("params.lr")

    for lr in ("0.1", "0.01", None):
        last = [v[-1] for own, _, v in logged if own == lr and v and v[-1] == v[-1]]
        told = found[(lr,)].metrics[LOSS]
        assert told.n == len(last)
        assert told.mean == pytest.approx(statistics.fmean(last))
        assert (told.min, told.max) == (min(last), max(last))


def test_an_aggregate_other_than_the_last_is_summed_up_too(logged):
    told = groups_by("params.lr")[("0.1",)].metrics[LEAST]

    least = [np.nanmin(v) for lr, _, v in logged if lr == "0.1" and v]
    assert told.mean == pytest.approx(np.mean(least))


def test_two_fields_group_by_pairs(logged):
    found = groups_by("params.lr,params.seed")

    assert len(found) == len({(lr, seed) for lr, seed, _ in logged})


def test_groups_follow_the_filter(logged):
    found = groups_by("params.lr", filter=parse("params.seed = 1"))

    assert sum(group.count for group in found.values()) == sum(s == "1" for _, s, _ in logged)


def test_members_of_a_group_are_listed_by_its_values(logged):
    members = [member_of(parse_column("params.lr"), None)]
    search = make_search(workspace=default_workspace(), within=members)

    listed = list_runs(TableQuery(search=search))

    assert len(listed.rows) == 10


def test_runs_cannot_be_grouped_by_their_tags_as_a_whole(db):
    with pytest.raises(InvalidValue):
        groups_by("run.tags")


@pytest.mark.parametrize("descending", [False, True])
def test_groups_sort_by_the_mean_of_a_metric_and_those_without_are_last(logged, descending):
    experiment = make_experiment("silent")
    make_run(experiment, params={"lr": "10"})
    found = list(groups_by("params.lr").values())

    ordered = sort_groups(found, [SortKey(LEAST, descending)])

    means = [group.metrics[LEAST].mean for group in ordered]
    assert means[:-1] == sorted(means[:-1], reverse=descending)
    assert ordered[-1].values == ("10",)


def test_groups_of_one_size_are_in_the_order_that_people_put_them_in(db):
    experiment = make_experiment("units")
    for units in (1024, 64, 8, 128, 8):
        make_run(experiment, params={"units": str(units)})

    found = groups_by("params.units").values()

    assert [group.values[0] for group in found] == ["8", "64", "128", "1024"]


def test_groups_sort_by_their_names(logged):
    found = list(groups_by("params.lr").values())

    ordered = sort_groups(found, [SortKey(Field(Entity.RUN, "name"), descending=True)])

    assert [group.values[0] for group in ordered] == ["0.1", "0.01", "0.001", None]
