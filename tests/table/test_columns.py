"""Columns and their short text in a URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.table.columns import (
    Column,
    Kind,
    Value,
    join_list,
    parse_column,
    parse_columns,
    split_list,
)
from runs.tracking.errors import InvalidValue

KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("run.status", Column(Kind.RUN, "status")),
        ("metrics.val/loss", Column(Kind.METRIC, "val/loss")),
        ("metrics.loss:min", Column(Kind.METRIC, "loss", Value.MIN)),
        ("metrics.loss:best", Column(Kind.METRIC, "loss", Value.BEST)),
        ("params.model.lr", Column(Kind.PARAM, "model.lr")),
        ("tags.a:b", Column(Kind.TAG, "a:b")),
    ],
)
def test_a_column_reads_and_writes_as_the_same_text(text, column):
    assert parse_column(text) == column
    assert column.id == text


def test_a_metric_whose_name_ends_like_an_aggregate_keeps_its_name():
    column = Column(Kind.METRIC, "loss:min")
    assert column.id == "metrics.loss:min:last"
    assert parse_column(column.id) == column


@given(key=KEYS, value=st.sampled_from(list(Value)))
def test_metric_columns_of_any_name_round_trip(key, value):
    column = Column(Kind.METRIC, key, value)
    assert parse_column(column.id) == column


@given(st.lists(KEYS, max_size=5))
def test_lists_of_any_texts_round_trip(items):
    assert split_list(join_list(items)) == items


@pytest.mark.parametrize("text", ["", "loss", "metrics.", "run.nonsense", "logs.x"])
def test_a_text_that_is_no_column_is_refused(text):
    with pytest.raises(InvalidValue):
        parse_column(text)


def test_a_column_named_twice_stands_once():
    assert parse_columns("params.lr,run.name,params.lr") == [
        Column(Kind.PARAM, "lr"),
        Column(Kind.RUN, "name"),
    ]
