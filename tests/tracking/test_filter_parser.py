"""What a filter text means: fields, operators, values, precedence."""

import math

import pytest

from runs.tracking.fields import Aggregate, Entity, Field
from runs.tracking.filters import EVERYTHING, Ago, And, Comparison, Moment, Not, Operator, Or, parse

LOSS = Field(Entity.METRIC, "loss")


def only(text: str) -> Comparison:
    node = parse(text)
    assert isinstance(node, Comparison)
    return node


def run(name: str) -> Field:
    return Field(Entity.RUN, name)


def test_a_blank_filter_is_everything():
    assert parse("") == parse("  \n ") == EVERYTHING == And()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("metrics.loss", LOSS),
        ("metric.loss", LOSS),
        ("METRICS.loss", LOSS),
        ("metrics.loss.last", LOSS),
        ("metrics.loss.min", Field(Entity.METRIC, "loss", Aggregate.MIN)),
        ("metrics.loss:max", Field(Entity.METRIC, "loss", Aggregate.MAX)),
        ('metrics."loss.min"', Field(Entity.METRIC, "loss.min")),
        ('metrics."loss.min".mean', Field(Entity.METRIC, "loss.min", Aggregate.MEAN)),
        ('metrics."loss"."min"', Field(Entity.METRIC, "loss.min")),
        ("metrics.min", Field(Entity.METRIC, "min")),
        ("metrics.val/loss.count", Field(Entity.METRIC, "val/loss", Aggregate.COUNT)),
        ("metrics.val.loss", Field(Entity.METRIC, "val.loss")),
        ("metrics.`a b`", Field(Entity.METRIC, "a b")),
        ("metrics.sine[angle]", Field(Entity.METRIC, "sine", column="angle")),
        ('metrics."a b"["x y"].first', Field(Entity.METRIC, "a b", Aggregate.FIRST, "x y")),
        ("params.lr", Field(Entity.PARAM, "lr")),
        ("param.lr", Field(Entity.PARAM, "lr")),
        ("parameters.lr.min", Field(Entity.PARAM, "lr.min")),
        ("params.learning-rate", Field(Entity.PARAM, "learning-rate")),
        ("tags.`it``s`", Field(Entity.TAG, "it`s")),
        ("tag.mlflow.user", Field(Entity.TAG, "mlflow.user")),
        ("properties.azureml.git", Field(Entity.PROPERTY, "azureml.git")),
        ("datasets.digest", Field(Entity.DATASET, "digest")),
        ("name", run("name")),
        ("attributes.run_name", run("name")),
        ('attribute."Run name"', run("name")),
        ('"Run Name"', run("name")),
        ("start_time", run("started")),
        ("Created", run("created")),
        ("user_id", run("submitted_by")),
    ],
)
def test_fields(text, field):
    assert only(f"{text} IS NOT NULL" if field.key != "created" else f"{text} > 1").field == field


def test_log_is_a_field_of_its_own():
    node = only('log ~ "out of memory"')

    assert (node.field.entity, node.value) == (Entity.LOG, "out of memory")


@pytest.mark.parametrize(
    ("text", "operator", "value"),
    [
        ("params.x = 0.1", Operator.EQ, 0.1),
        ("params.x == 1", Operator.EQ, 1),
        ("params.x != -1.5e-3", Operator.NE, -0.0015),
        ("params.x<+2", Operator.LT, 2),
        ("params.x >= .5", Operator.GE, 0.5),
        ("params.x = '0.1'", Operator.EQ, "0.1"),
        ('params.x = "it""s"', Operator.EQ, 'it"s'),
        ("params.x = 'it''s'", Operator.EQ, "it's"),
        ("params.x = adam", Operator.EQ, "adam"),
        ("params.x = True", Operator.EQ, True),
        ("params.x = 'true'", Operator.EQ, "true"),
        ("params.x = 2026-05-01", Operator.EQ, "2026-05-01"),
        ("params.x like 'a%'", Operator.LIKE, "a%"),
        ("params.x NOT LIKE 'a%'", Operator.NOT_LIKE, "a%"),
        ("params.x ILIKE 5", Operator.ILIKE, "5"),
        ("params.x not ilike a", Operator.NOT_ILIKE, "a"),
        ("params.x ~ '^a'", Operator.MATCH, "^a"),
        ("params.x!~b", Operator.NOT_MATCH, "b"),
        ("params.x in (1, 'a', true)", Operator.IN, (1, "a", True)),
        ("params.x in [0.1,0.01,]", Operator.IN, (0.1, 0.01)),
        ("params.x NOT IN(a)", Operator.NOT_IN, ("a",)),
        ("params.x is null", Operator.IS_NULL, None),
        ("params.x IS NOT NULL", Operator.IS_NOT_NULL, None),
    ],
)
def test_operators_and_values(text, operator, value):
    node = only(text)

    assert (node.operator, node.value, type(node.value)) == (operator, value, type(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("status = failed", "Failed"),
        ("status in (Failed, 'COMPLETED')", ("Failed", "Completed")),
        ("kind = Script", "script"),
        ("number > 12", 12),
        ("created > -7d", Ago(7 * 86_400_000)),
        ("created > '-90m'", Ago(90 * 60_000)),
        ("created < now", Ago(0)),
        ("created > 1700000000000", 1_700_000_000_000),
        ("started >= 2026-05-01", Moment(1_777_593_600_000, 86_400_000)),
        ("started = 2026-05-01T10:30", Moment(1_777_631_400_000, 60_000)),
        ("started = 2026-05-01T10:30:05Z", Moment(1_777_631_405_000, 1000)),
        ("started = '2026-05-01 12:30:05.250+02:00'", Moment(1_777_631_405_250, 1)),
        ("duration > 90m", 5400),
        ("duration > 1.5", 1.5),
        ("duration > 250ms", 0.25),
        ("archived = TRUE", True),
        ("name = 12", "12"),
        ("metrics.loss = -inf", -math.inf),
        ("metrics.loss = ok", "ok"),
    ],
)
def test_values_by_the_type_of_their_field(text, value):
    assert only(text).value == value


def test_nan_is_a_value_of_metrics():
    assert math.isnan(only("metrics.loss = NaN").value)


def test_and_binds_closer_than_or_and_not_closest():
    a, b, c = (Comparison(Field(Entity.PARAM, key), Operator.EQ, 1) for key in "abc")

    assert parse("params.a = 1 or params.b = 1 and not params.c = 1") == Or((a, And((b, Not(c)))))
    assert parse("(params.a = 1 OR params.b = 1) AND params.c = 1") == And((Or((a, b)), c))


def test_nested_joins_of_one_kind_are_one():
    assert parse("(a = 1 and (b = 1)) and c = 1".replace("a =", "params.a =").replace(
        "b =", "params.b =").replace("c =", "params.c =")) == parse(
        "params.a = 1 AND params.b = 1 AND params.c = 1"
    )  # fmt: skip


def test_a_comparison_knows_where_it_stands():
    node = parse("status = Failed and  metrics.loss < 1")

    assert [(part.position, part.length) for part in node.parts] == [(0, 15), (21, 16)]
