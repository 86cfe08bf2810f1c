"""What a page costs: a number of statements that does not grow with the runs, and no full sort."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs.metrics.models import Metric, Series
from runs.search import Search, count_runs, parse_sort, search_runs
from runs.tracking.filters import parse
from runs.tracking.models import Param, Run
from tests.factories import default_workspace, make_experiment


@pytest.fixture
def experiment(db):
    return make_experiment("alpha")


def add_runs(experiment, start: int, stop: int) -> None:
    metric, _ = Metric.objects.get_or_create(experiment=experiment, key="loss")
    runs = [
        Run(workspace=experiment.workspace, experiment=experiment, run_id=f"r{n}", number=n,
            status="Completed", started_ms=n, created_ms=n, updated_ms=n)
        for n in range(start, stop)
    ]  # fmt: skip
    Run.objects.bulk_create(runs)
    Series.objects.bulk_create(
        Series(run=run, metric=metric, n=1, first=0.5, first_step=0, first_ms=0, last_step=0,
               last_ms=0, last=run.number % 7 / 7, min=-run.number / 7, max=1.0, sum=0.5)
        for run in runs
    )  # fmt: skip
    Param.objects.bulk_create(
        Param(run=run, experiment=experiment, key=key, value=value, number=number)
        for run in runs
        for key, value, number in (("opt", "adam", None), ("lr", str(run.number), run.number))
    )


SEARCHES = {
    "newest": ("", []),
    "by start": ("", parse_sort("run.started")),
    "by number": ("", parse_sort("-run.number")),
    "by name": ("", parse_sort("run.name")),
    "by metric": ("", parse_sort("-metrics.loss")),
    "by unique metric": ("", parse_sort("metrics.loss.min")),
    "by mean": ("", parse_sort("metrics.loss.mean")),
    "by param": ("", parse_sort("params.lr")),
    "by param all alike": ("", parse_sort("params.opt")),
    "by two": ("", parse_sort("params.opt,metrics.loss")),
    "filtered": ("params.opt = adam and metrics.loss > 0.1", parse_sort("metrics.loss")),
    "rare": ("params.lr = 7", parse_sort("metrics.loss")),
}


def statements(experiment, text: str, keys) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        search = Search(
            workspace=default_workspace(),
            experiments=[experiment],
            filter=parse(text),
            sort=tuple(keys),
        )
        search_runs(search, limit=10)
    return [one["sql"] for one in captured.captured_queries if "studio_lower" not in one["sql"]]


def test_a_page_is_read_in_few_statements_however_many_runs_there_are(experiment):
    add_runs(experiment, 0, 50)
    few = {name: len(statements(experiment, *search)) for name, search in SEARCHES.items()}
    add_runs(experiment, 50, 400)
    many = {name: len(statements(experiment, *search)) for name, search in SEARCHES.items()}

    for name in SEARCHES:
        assert max(few[name], many[name]) <= 8, name
        assert abs(few[name] - many[name]) <= 3, name


def test_a_count_is_read_in_few_statements(experiment):
    add_runs(experiment, 0, 50)
    with CaptureQueriesContext(connection) as captured:
        count_runs(Search(workspace=default_workspace(), filter=parse("params.opt = adam")))

    assert len(captured) <= 5


@pytest.mark.parametrize("name", ["newest", "by start", "by unique metric", "by param"])
def test_sqlite_walks_an_index_instead_of_sorting(experiment, name):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by the size of its tables")
    text, keys = SEARCHES[name]
    add_runs(experiment, 0, 50)
    for statement in statements(experiment, text, keys):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            plan = [row[3] for row in cursor.fetchall()]
        assert not any(step == "USE TEMP B-TREE FOR ORDER BY" for step in plan), (statement, plan)
        assert not any(step.startswith("SCAN r") for step in plan), (statement, plan)
