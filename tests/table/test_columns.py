"""Columns and their short text in a URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.table.columns import (
    Column,
    parse_column,
    parse_columns,
)
from runs.tracking.errors import InvalidValue
from runs.tracking.fields import Aggregate, Entity
from runs.tracking.run_fields import split_list

KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("run.status", Column(Entity.RUN, "status")),
        ("metrics.val/loss", Column(Entity.METRIC, "val/loss")),
        ("metrics.loss.min", Column(Entity.METRIC, "loss", Aggregate.MIN)),
        ("metrics.val.loss.best", Column(Entity.METRIC, "val.loss", Aggregate.BEST)),
        ("params.model.lr", Column(Entity.PARAM, "model.lr")),
        ("tags.a:b", Column(Entity.TAG, "a:b")),
    ],
)
def test_a_column_reads_and_writes_as_the_same_text(text, column):
    assert parse_column(text) == column
    assert column.id == text


@pytest.mark.parametrize("name", ["loss:min", "loss.min"])
def test_a_metric_whose_name_ends_like_an_aggregate_keeps_its_name(name):
    column = Column(Entity.METRIC, name)
    assert column.id == f"metrics.{name}.last"
    assert parse_column(column.id) == column


def test_a_colon_before_an_aggregate_and_other_names_of_a_run_field_are_read_too():
    assert parse_column("metrics.loss:min").id == "metrics.loss.min"
    assert parse_column("metrics.loss:min:last").id == "metrics.loss:min.last"
    assert parse_column("run.start_time").id == parse_column("started").id == "run.started"


def join_list(items):
    return ",".join(item.replace("\\", "\\\\").replace(",", "\\,") for item in items)


@given(key=KEYS, value=st.sampled_from(list(Aggregate)))
def test_metric_columns_of_any_name_round_trip(key, value):
    column = Column(Entity.METRIC, key, value)
    assert parse_column(column.id) == column


@given(st.lists(KEYS, max_size=5))
def test_lists_of_any_texts_round_trip(items):
    assert split_list(join_list(items)) == items


@pytest.mark.parametrize("text", ["", "loss", "metrics.", "run.nonsense", "logs.x", "run.root"])
def test_a_text_that_is_no_column_is_refused(text):
    with pytest.raises(InvalidValue):
        parse_column(text)


def test_a_column_named_twice_stands_once():
    assert parse_columns("params.lr,run.name,params.lr") == [
        Column(Entity.PARAM, "lr"),
        Column(Entity.RUN, "name"),
    ]
