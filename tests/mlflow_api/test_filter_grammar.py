"""MLflow's language: what its own parser takes is taken with the same meaning, the rest refused."""

import random

import pytest

from runs.mlflow_api.filter_grammar import (
    RUN_ATTRIBUTES,
    TIMES,
    parse_mlflow,
    parse_mlflow_experiments,
    parse_mlflow_order,
)
from runs.tracking.fields import Entity, Field
from runs.tracking.filters import (
    And,
    Comparison,
    FilterError,
    Operator,
)
from tests.when_used import WhenUsed

exceptions = WhenUsed("mlflow.exceptions")
search_utils = WhenUsed("mlflow.utils.search_utils")

TYPES = {
    Entity.METRIC: "metric",
    Entity.PARAM: "parameter",
    Entity.TAG: "tag",
    Entity.RUN: "attribute",
    Entity.DATASET: "dataset",
}


def read_theirs(text: str) -> list[tuple] | None:
    """What MLflow's parser makes of a text, None if it refuses it."""
    try:
        clauses = search_utils.SearchUtils.parse_search_filter(text)
        for clause in clauses:
            check_theirs(clause)
    except exceptions.MlflowException:
        return None
    return [normal(clause) for clause in clauses]


def check_theirs(clause: dict) -> None:
    """The operators MLflow checks when it searches."""
    allowed = {
        "metric": search_utils.SearchUtils.VALID_METRIC_COMPARATORS,
        "parameter": search_utils.SearchUtils.VALID_PARAM_COMPARATORS,
        "tag": search_utils.SearchUtils.VALID_TAG_COMPARATORS,
        "dataset": search_utils.SearchUtils.VALID_DATASET_COMPARATORS,
        "attribute": search_utils.SearchUtils.VALID_NUMERIC_ATTRIBUTE_COMPARATORS
        if clause["key"] in search_utils.SearchUtils.NUMERIC_ATTRIBUTES
        else search_utils.SearchUtils.VALID_STRING_ATTRIBUTE_COMPARATORS,
    }[clause["type"]]
    if clause["comparator"].upper() not in allowed:
        raise exceptions.MlflowException("comparator")


def normal(clause: dict) -> tuple:
    key, value = clause["key"], clause["value"]
    if clause["type"] == "attribute":
        key = RUN_ATTRIBUTES[key]
    if clause["type"] == "metric" or (clause["type"] == "attribute" and key in TIMES):
        value = float(value)
    return clause["type"], key, clause["comparator"].upper(), value


def read_ours(text: str) -> list[tuple] | None:
    try:
        node = parse_mlflow(text)
    except FilterError:
        return None
    parts = node.parts if isinstance(node, And) else (node,)
    return [
        (
            TYPES[part.field.entity],
            part.field.key,
            part.operator.value,
            float(part.value) if isinstance(part.value, int | float) else part.value,
        )
        for part in parts
    ]


GOOD = [
    "",
    "metrics.rmse < 1",
    "metric.a >= -12.0 AND metrics.b!=1e-3",
    "params.model = 'LR' and tags.`a b` LIKE '%x%'",
    'params."my.key" ILIKE \'x\' AND tag.version != "commit"',
    "attributes.status = 'RUNNING' and attr.start_time > 5",
    "run.user_id = 'me' and Created <= 12 and end_time != 3",
    "attribute.`Run name` LIKE 'a%' AND run_name = 'x'",
    "run_id IN ('a', 'b') and attributes.run_id NOT IN ('c','d')",
    "tags.a IS NULL and params.b is not null",
    "metrics.loss.min < 3",
    "dataset.name = 'd' and datasets.digest IN ('a','b')",
    "artifact_uri = 'x'",
]
BAD = [
    "metric.acc >= 0.94; metrics.rmse < 1",
    "m.acc >= 0.94",
    "acc >= 0.94",
    "model >= 'LR'",
    "metrics.A > 0.1 OR params.B = 'LR'",
    "metrics.A > 0.1 NAND params.B = 'LR'",
    "metrics.A > 0.1 AND (params.B = 'LR')",
    "NOT metrics.A > 0.1",
    "`metrics.A > 0.1",
    "param`.A > 0.1",
    "attribute.start != 1",
    "attribute.lifecycle_stage = 'ACTIVE'",
    "attribute.status = true",
    "metric.model = 'LR'",
    "metric.model = '5'",
    "params.acc = 5",
    "tags.acc = 5",
    "metrics.acc != metrics.acc",
    "1.0 > metrics.acc",
    "attribute.status = 1",
    "params.acc = LR",
    "params.acc = `LR`",
    "params.'acc = LR",
    "params.acc = 'LR",
    "params.acc = \"LR'",
    "tags.acc = = 'LR'",
    "attribute.status IS 'RUNNING'",
    "metrics.acc >= ",
    "metrics.acc LIKE 5",
    "metrics.acc IS NULL",
    "params.acc >= 'LR'",
    "params.acc ~ 'LR'",
    "params.acc IN ('a','b')",
    "attribute.status > 'RUNNING'",
    "status IN ('a','b')",
    "start_time = '5'",
    "start_time LIKE 5",
    "properties.a = 'b'",
    "experiment = 'b'",
    "log ~ 'x'",
    "metrics.acc",
    "run_id IN ['a']",
    "run_id IN ()",
    "run_id IN ('a', 5)",
    "metrics.a == 5",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_mlflow_takes_means_the_same_here(text):
    if text:
        assert read_ours(text) == read_theirs(text) != None  # noqa: E711  (chained comparison)
    else:
        assert parse_mlflow(text) == And()


@pytest.mark.parametrize("text", BAD)
def test_what_mlflow_refuses_is_refused(text):
    assert read_theirs(text) is None
    assert read_ours(text) is None


PIECES = {
    "field": [
        "metrics.a", "metric.`a b`", "params.a", 'param."x.y"', "tags.a", "attributes.status",
        "run_id", "start_time", "attr.user_id", "dataset.name", "nope", "m.a", "metrics",
    ],
    "operator": ["=", "!=", "<", "<=", ">", ">=", "LIKE", "ilike", "IN", "NOT IN", "IS NULL", "IS"],
    "value": ["1", "-2.5", "1e3", "'x'", '"y"', "x", "('a','b')", "true", "", "`z`"],
    "join": [" AND ", " and ", " OR ", ", "],
}  # fmt: skip


def random_text(rng: random.Random) -> str:
    clauses = []
    for _ in range(rng.choice([1, 1, 2])):
        field, operator, value = (
            rng.choice(PIECES[name]) for name in ("field", "operator", "value")
        )
        if operator == "IS NULL":
            value = ""
        elif value.startswith("("):
            operator = rng.choice(["IN", "NOT IN"])
        clauses.append(f"{field} {operator} {value}".strip())
    return rng.choice(PIECES["join"]).join(clauses)


def test_random_texts_are_read_as_mlflow_reads_them():
    rng = random.Random(7)
    taken = 0
    for _ in range(3000):
        text = random_text(rng)
        theirs = read_theirs(text)
        assert read_ours(text) == theirs, text
        taken += theirs is not None
    assert taken > 150


@pytest.mark.parametrize(
    "text",
    ["metrics.a = 5 AND", "AND metrics.a = 5", "metrics.a = 5 metrics.b = 6", "run_id = ('a','b')"],
)
def test_accidents_that_mlflow_lets_pass_are_refused(text):
    assert read_theirs(text)
    assert read_ours(text) is None


def test_errors_of_mlflow_filters_say_where():
    with pytest.raises(FilterError) as caught:
        parse_mlflow("metrics.a < 1 and params.b = 5")

    assert (caught.value.position, caught.value.length) == (18, 12)


def test_a_list_of_many_run_ids_is_read():
    ids = ", ".join(f"'{n:032x}'" for n in range(1000))

    assert len(parse_mlflow(f"run_id IN ({ids})").value) == 1000


@pytest.mark.parametrize(
    ("text", "field", "descending"),
    [
        ("metrics.loss", Field(Entity.METRIC, "loss"), False),
        ("metrics.loss.min DESC", Field(Entity.METRIC, "loss.min"), True),
        ("params.`a b` asc", Field(Entity.PARAM, "a b"), False),
        ("attributes.start_time DESC", Field(Entity.RUN, "started"), True),
        ("created", Field(Entity.RUN, "started"), False),
        ('tag."x.y" desc', Field(Entity.TAG, "x.y"), True),
    ],
)
def test_orders(text, field, descending):
    assert parse_mlflow_order(text) == (field, descending)


@pytest.mark.parametrize(
    "text", ["", "loss", "metrics.a DOWN", "metrics.a DESC DESC", "dataset.name", "metrics. DESC"]
)
def test_bad_orders_are_refused(text):
    with pytest.raises(FilterError):
        parse_mlflow_order(text)


def test_filters_of_experiments():
    node = parse_mlflow_experiments("name LIKE 'a%' AND creation_time > 5 AND tags.x IS NULL")

    assert node == And((
        Comparison(Field(Entity.RUN, "name"), Operator.LIKE, "a%"),
        Comparison(Field(Entity.RUN, "created"), Operator.GT, 5),
        Comparison(Field(Entity.TAG, "x"), Operator.IS_NULL),
    ))  # fmt: skip
    for text in ("metrics.a < 1", "status = 'x'", "name > 'x'", "creation_time = 'x'"):
        with pytest.raises(FilterError):
            parse_mlflow_experiments(text)
