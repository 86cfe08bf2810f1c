"""Many writers at once, on real connections: one wins, the others are told so, nothing doubles."""

import pytest

from runs.tracking import queries, services
from runs.tracking.errors import (
    NameTaken,
    NotActive,
    ParamChanged,
    PropertyChanged,
    StatusRefused,
)
from runs.tracking.models import Experiment, Lifecycle, Run
from tests.factories import default_workspace, make_experiment, make_run
from tests.tracking.racing import race

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

THREADS = 8
NOTES = {"set_tags": "tags", "log_params": "params"}


def errors_in(outcomes):
    return [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]


def test_of_eight_who_make_one_experiment_one_wins():
    workspace = default_workspace()

    def make():
        return services.create_experiment(workspace=workspace, name="contested")

    outcomes = race(*[make] * THREADS)
    assert errors_in(outcomes) == [NameTaken] * (THREADS - 1)
    assert Experiment.objects.filter(name="contested").count() == 1


def test_experiments_made_at_once_get_numbers_without_gaps():
    workspace = default_workspace()
    before = make_experiment().number
    makers = [
        lambda n=n: services.create_experiment(workspace=workspace, name=f"e{n}")
        for n in range(THREADS)
    ]
    made = race(*makers)
    numbers = sorted(experiment.number for experiment in made)
    assert numbers == list(range(before + 1, before + 1 + THREADS))


def test_runs_made_at_once_get_numbers_without_gaps():
    experiment = make_experiment()

    def make_three():
        return [services.create_run(experiment=experiment).number for _ in range(3)]

    numbers = [number for three in race(*[make_three] * THREADS) for number in three]
    assert sorted(numbers) == list(range(1, 1 + 3 * THREADS))


def test_of_eight_who_take_one_run_id_one_wins():
    experiment = make_experiment()

    def make():
        return services.create_run(experiment=experiment, run_id="the-one")

    assert errors_in(race(*[make] * THREADS)) == [NameTaken] * (THREADS - 1)
    assert list(Run.objects.values_list("run_id", "number")) == [("the-one", 1)]


def test_one_tag_from_eight_threads_keeps_the_value_of_one_of_them():
    run = make_run()
    setters = [
        lambda n=n: services.set_tags(run=run, tags={"b": str(n), "a": str(n)})
        for n in range(THREADS)
    ]
    assert errors_in(race(*setters)) == []
    tags = dict(run.tags.values_list("key", "value"))
    assert tags["a"] == tags["b"] in {str(n) for n in range(THREADS)}


@pytest.mark.parametrize("write", ["set_tags", "log_params"])
def test_keys_in_opposite_orders_do_not_lock_each_other_out(write):
    run = make_run()
    keys = [f"k{n}" for n in range(200)]
    orders = [dict.fromkeys(keys, "1"), dict.fromkeys(reversed(keys), "1")]
    writers = [
        lambda order=order: getattr(services, write)(**{"run": run, NOTES[write]: order})
        for order in orders * 4
    ]
    for _ in range(3):
        assert errors_in(race(*writers)) == []
        getattr(run, NOTES[write]).all().delete()


def test_the_same_param_from_eight_threads_is_stored_once():
    run = make_run()

    def log():
        services.log_params(run=run, params={"lr": "0.1"})

    assert errors_in(race(*[log] * THREADS)) == []
    assert list(run.params.values_list("key", "value")) == [("lr", "0.1")]


def test_of_eight_values_for_one_param_one_wins():
    run = make_run()
    loggers = [
        lambda n=n: services.log_params(run=run, params={"lr": str(n)}) for n in range(THREADS)
    ]
    assert errors_in(race(*loggers)) == [ParamChanged] * (THREADS - 1)
    assert run.params.count() == 1


def test_of_eight_who_write_one_property_one_wins():
    run = make_run()

    def add():
        services.add_properties(run=run, properties={"commit": "abc"})

    assert errors_in(race(*[add] * THREADS)) == [PropertyChanged] * (THREADS - 1)


def test_of_eight_who_end_a_run_differently_the_first_decides():
    run = make_run()
    ids = [queries.get_run(default_workspace(), run.run_id) for _ in range(THREADS)]
    enders = [
        lambda copy=copy, status=status: services.update_run(run=copy, status=status)
        for copy, status in zip(ids, ["Completed", "Canceled"] * 4, strict=True)
    ]
    outcomes = race(*enders)
    run.refresh_from_db()
    history = list(run.status_changes.values_list("status", flat=True))
    assert history == ["Running", run.status]
    assert errors_in(outcomes) == [StatusRefused] * 4


def test_no_run_stays_active_in_an_experiment_deleted_meanwhile():
    experiment = make_experiment()

    def make():
        return [services.create_run(experiment=experiment) for _ in range(5)]

    def delete():
        services.delete_experiment(experiment=make_copy(experiment))

    outcomes = race(make, make, delete, make)
    assert set(errors_in(outcomes)) <= {NotActive}
    left = Run.objects.filter(experiment=experiment).exclude(lifecycle=Lifecycle.DELETED)
    assert left.count() == 0


def make_copy(experiment: Experiment) -> Experiment:
    return Experiment.objects.get(id=experiment.id)
