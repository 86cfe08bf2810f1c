"""Params, tags and properties."""

import pytest
from django.db import IntegrityError, transaction

from runs.tracking import services
from runs.tracking.errors import (
    InvalidValue,
    NotActive,
    NotFound,
    ParamChanged,
    PropertyChanged,
)
from runs.tracking.models import Param, Property, RunTag
from runs.tracking.notes import read_finite
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def written(model):
    return dict(model.objects.values_list("key", "value"))


def test_params_repeat_the_experiment_of_their_run():
    run = make_run(params={"lr": "0.1"}, tags={"a": "b"}, properties={"c": "d"})
    for rows in (run.params, run.tags, run.properties):
        assert rows.get().experiment_id == run.experiment_id


def test_the_same_value_again_is_fine():
    run = make_run()
    for _ in range(2):
        services.log_params(run=run, params={"lr": "0.1", "empty": ""})
    assert written(Param) == {"lr": "0.1", "empty": ""}


def test_a_changed_param_stores_none_of_its_batch():
    run = make_run(params={"lr": "0.1"})
    with pytest.raises(ParamChanged, match="'lr' was already logged with value='0\\.1'"):
        services.log_params(run=run, params={"a": "1", "lr": "0.2", "z": "3"})
    assert written(Param) == {"lr": "0.1"}


def test_a_bad_param_stores_none_of_its_batch():
    with pytest.raises(InvalidValue):
        services.log_params(run=make_run(), params={"a": "1", "b": "\0"})
    assert written(Param) == {}


def test_runs_have_params_of_their_own():
    make_run(params={"lr": "0.1"})
    other = make_run(params={"lr": "0.2"})
    assert other.params.get().value == "0.2"


def test_more_params_than_one_statement_takes():
    params = {f"p{n}": str(n) for n in range(1203)}
    run = make_run(params=params)
    services.log_params(run=run, params=params)
    assert written(Param) == params


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.1", 0.1),
        ("1e-3", 0.001),
        ("-7", -7.0),
        ("+7", 7.0),
        (" 7 ", 7.0),
        ("9007199254740993", 9007199254740992.0),
        ("", None),
        ("1_000", None),
        ("\u0667", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("-Infinity", None),
        ("0x10", None),
        ("True", None),
        ("1,5", None),
    ],
)
def test_a_param_that_reads_as_a_number_is_kept_as_one_too(text, number):
    assert read_finite(text) == number
    assert make_run(params={"p": text}).params.get().number == number


def test_the_last_value_of_a_tag_wins():
    run = make_run(tags={"a": "1", "b": "2"})
    services.set_tags(run=run, tags={"a": "3", "c": None})
    assert written(RunTag) == {"a": "3", "b": "2", "c": None}
    services.set_tags(run=run, tags={"a": None, "c": ""})
    assert written(RunTag) == {"a": None, "b": "2", "c": ""}


def test_a_bad_tag_stores_none_of_its_batch():
    run = make_run(tags={"a": "1"})
    with pytest.raises(InvalidValue):
        services.set_tags(run=run, tags={"a": "2", "b//c": "3"})
    assert written(RunTag) == {"a": "1"}


def test_a_tag_is_deleted_once():
    run, other = make_run(tags={"a": "1"}), make_run(tags={"a": "1"})
    services.delete_tag(run=run, key="a")
    assert RunTag.objects.get().run == other
    with pytest.raises(NotFound, match="No tag with name: a"):
        services.delete_tag(run=run, key="a")


def test_nothing_to_write_is_nothing_written(django_assert_max_num_queries):
    run = make_run()
    with django_assert_max_num_queries(2):
        services.set_tags(run=run, tags={})
    with django_assert_max_num_queries(2):
        services.log_params(run=run, params={})


def test_a_property_is_written_once_even_with_the_same_value():
    run = make_run(properties={"commit": "abc"})
    for value in ("abc", "def"):
        with pytest.raises(PropertyChanged, match="commit"):
            services.add_properties(run=run, properties={"a": "1", "commit": value})
    assert written(Property) == {"commit": "abc"}


def test_the_database_itself_refuses_to_change_a_property():
    run = make_run(properties={"commit": "abc"})
    for change in ({"value": "def"}, {"key": "other"}, {"run": make_run()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            run.properties.update(**change)
    assert written(Property) == {"commit": "abc"}


def test_properties_go_with_their_run():
    run = make_run(properties={"commit": "abc"})
    run.delete()
    assert written(Property) == {}


def test_a_deleted_run_is_not_written():
    run = make_run(tags={"a": "1"})
    services.delete_runs(runs=[run])
    for write in (
        lambda: services.log_params(run=run, params={"a": "1"}),
        lambda: services.set_tags(run=run, tags={"a": "2"}),
        lambda: services.delete_tag(run=run, key="a"),
        lambda: services.add_properties(run=run, properties={"a": "1"}),
    ):
        with pytest.raises(NotActive, match=f"The run {run.run_id} must be"):
            write()
    assert (written(Param), written(RunTag), written(Property)) == ({}, {"a": "1"}, {})


@pytest.mark.parametrize("value", [5, 1.5, True, b"x", ["x"]])
def test_values_are_texts(value):
    run = make_run()
    with pytest.raises(InvalidValue):
        services.log_params(run=run, params={"a": value})
    with pytest.raises(InvalidValue):
        services.set_tags(run=run, tags={"a": value})


def test_a_param_is_no_none():
    with pytest.raises(InvalidValue):
        services.log_params(run=make_run(), params={"a": None})


def test_the_longest_value_is_kept_and_one_more_character_refused():
    run = make_run(params={"a": "é" * 65_536})
    assert len(run.params.get().value) == 65_536
    with pytest.raises(InvalidValue, match="maximum length of 65536"):
        services.set_tags(run=run, tags={"a": "x" * 65_537})


def test_the_tag_of_a_client_and_its_field_are_one_truth(db):
    run = make_run(tags={"mlflow.note.content": "first"})
    services.set_tags(run=run, tags={"mlflow.note.content": "second"})
    run.refresh_from_db()
    assert run.description == "second"
    services.update_run(run=run, description="third")
    assert dict(run.tags.values_list("key", "value")) == {"mlflow.note.content": "third"}
    services.delete_tag(run=run, key="mlflow.note.content")
    run.refresh_from_db()
    assert run.description == ""
