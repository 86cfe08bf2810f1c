"""How many statements the hot calls take: a client that starts a run waits for each of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs.tracking import queries, services
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db

FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@contextmanager
def statements(expected: int) -> Iterator[None]:
    """Check that the block sends `expected` statements, those that frame a transaction aside."""
    with CaptureQueriesContext(connection) as captured:
        yield
    sent = [query["sql"] for query in captured if not query["sql"].startswith(FRAMES)]
    assert len(sent) == expected, "\n".join(sent)


def test_create_run():
    experiment, parent = make_experiment(), make_run()
    with statements(3):
        services.create_run(experiment=experiment)
    with statements(4):
        services.create_run(experiment=experiment, tags={"a": "b", "c": "d"}, parent=parent)


def test_update_run():
    run = make_run()
    with statements(3):
        services.update_run(run=run, status="Completed", ended_ms=5)
    with statements(3):  # the third: the tag by which clients know the description
        services.update_run(run=run, description="x")
    with statements(3):
        services.update_run(run=run, name="x")


def test_log_params():
    run = make_run()
    params = {f"p{n}": "1" for n in range(100)}
    with statements(1):
        services.log_params(run=run, params=params)
    with statements(2):
        services.log_params(run=run, params=params | {"q": "1"})


def test_set_tags():
    run = make_run()
    with statements(1):
        services.set_tags(run=run, tags={f"t{n}": "1" for n in range(100)})


def test_add_properties():
    run = make_run()
    with statements(1):
        services.add_properties(run=run, properties={"a": "b", "c": "d"})


def test_create_experiment(workspace):
    with statements(3):
        services.create_experiment(workspace=workspace, name="cats", tags={"a": "b", "c": "d"})


def test_reads(workspace):
    run = make_run(make_experiment("cats"))
    with statements(1):
        queries.get_run(workspace, run.run_id)
    with statements(1):
        queries.get_experiment(workspace, run.experiment.number)
    with statements(1):
        queries.get_experiment_by_name(workspace, "cats")
