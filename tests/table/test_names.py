"""Names of columns, and completions of a filter."""

import pytest

from runs.database.patterns import PatternError
from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import Table
from runs.metrics.services import RunRef, log_batch
from runs.table.completions import complete
from runs.table.names import list_chart_names, list_columns, list_names, list_values
from runs.tracking.fields import Entity
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment(db):
    experiment = make_experiment()
    for i in range(3):
        run = make_run(experiment, params={"lr": f"0.{i}", "Batch": "64"}, tags={"quality": "good"})
        points = [(key, 0, 1, 1.0) for key in ("train/loss", "val/loss")]
        log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
    make_run(make_experiment(), params={"elsewhere": "1"})
    return experiment


def test_each_name_of_the_experiments_is_listed_once(experiment):
    assert list_names(Entity.PARAM, [experiment.id]) == ["Batch", "lr"]
    assert list_names(Entity.METRIC, [experiment.id]) == ["train/loss", "val/loss"]
    assert "quality" in list_names(Entity.TAG, [experiment.id])


def test_names_of_several_experiments_are_joined(experiment):
    other = make_run(make_experiment(), params={"lr": "1", "zeta": "2"}).experiment_id
    assert list_names(Entity.PARAM, [experiment.id, other]) == ["Batch", "lr", "zeta"]


def test_a_search_is_a_regular_expression_without_regard_to_case(experiment):
    [page] = list_columns(experiment_ids=[experiment.id], search="^b", kinds=[Entity.PARAM])
    assert [column.key for column in page.columns] == ["Batch"]


def test_a_bad_expression_is_refused(experiment):
    with pytest.raises(PatternError):
        list_columns(experiment_ids=[experiment.id], search="(")


def test_long_lists_come_in_pages(experiment):
    [page] = list_columns(experiment_ids=[experiment.id], kinds=[Entity.METRIC], limit=1)
    assert (page.total, page.next) == (2, "train/loss")
    for after in ("train/loss", "train/lost and gone"):
        [rest] = list_columns(experiment_ids=[experiment.id], kinds=[Entity.METRIC], after=after)
        assert ([column.key for column in rest.columns], rest.next) == (["val/loss"], None)


def test_values_begin_with_what_is_written(experiment):
    assert list_values(Entity.PARAM, "lr", [experiment.id], "0.1") == ["0.1"]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("metr", "metrics."),
        ("metrics.val", "metrics.val/loss "),
        ("params.B", "params.Batch "),
        ("status ", "= "),
        ("status = ", "Failed "),
        ("tags.quality = ", "'good' "),
    ],
)
def test_completions_go_on_where_the_cursor_is(experiment, text, item):
    found = complete(text, len(text), [experiment.id])
    inserts = [one.insert for one in found.items]
    assert item in inserts or item.replace("'", '"') in inserts


def test_charts_are_offered_metrics_and_the_columns_of_tables(experiment):
    run = make_run(experiment)
    table = {"fpr": [0.0, 1.0], "tpr": [0.5, 1.0], "label": ["a", "b"]}
    log_metrics(
        workspace=run.workspace, run_id=run.run_id, values=[Table(name="val/roc", value=table)]
    )

    other = make_run(experiment)

    assert list_chart_names([run.id]) == ["val/roc.fpr", "val/roc.tpr"]
    assert list_chart_names([other.id]) == []
