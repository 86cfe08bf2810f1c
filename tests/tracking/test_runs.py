"""Making runs and moving them through their lives."""

import pytest

from runs.tracking import queries, services
from runs.tracking.errors import ParamChanged
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db


def test_a_run_is_found_by_its_id(workspace):
    run = make_run(make_experiment(), params={"lr": "0.1"}, tags={"a": "b"})
    assert queries.get_run(workspace, run.run_id) == run
    services.set_tags(run=run, tags={"a": "c", "d": None})
    services.update_run(run=run, status="Completed")
    assert sorted(run.tags.values_list("key", "value")) == [("a", "c"), ("d", None)]


def test_a_changed_param_is_refused(workspace):
    run = make_run(params={"lr": "0.1"})
    with pytest.raises(ParamChanged):
        services.log_params(run=run, params={"lr": "0.2"})
