"""Random filters and sort orders over what `world` holds."""

import random

from runs.search import SortKey
from runs.tracking.fields import STORED, Aggregate, Entity, Field
from runs.tracking.filters import Ago, And, Comparison, Moment, Node, Not, Operator, Or, join
from runs.tracking.filters.nodes import EQUALITY, LIKES, LISTS, NULLS, ORDERED, PATTERNS
from runs.tracking.models import RunKind
from runs.tracking.statuses import Status
from tests.search.world import KEYS, METRICS, NOW_MS, NUMBERS, TEXTS, USERS

LIKE_PATTERNS = ["%a%", "A%", "_uto", "%é%", "É", "a%b", "a_b", "%*%", "[x]", "x%", "%", ""]
REGEXES = ["^a", "auto|true", r"\d+\.\d", "(?i)auto", "x{200}b", r"\bbreak\b", "^$", "e.b", "[é-ú]"]
STORED_AGGREGATES = [one for one in Aggregate if one in STORED]
ENTITIES = [Entity.PARAM, Entity.TAG, Entity.PROPERTY]
TEXT_FIELDS = ["name", "experiment", "submitted_by", "target", "description", "error", "reason",
               "parent", "run_id", "artifact_uri"]  # fmt: skip
TIME_FIELDS = ["created", "started", "ended", "updated"]
SORT_FIELDS = [*TEXT_FIELDS, *TIME_FIELDS, "status", "kind", "number", "duration"]


def random_node(rng: random.Random, depth: int = 2) -> Node:
    choice = rng.random()
    if depth == 0 or choice < 0.45:
        return random_comparison(rng)
    if choice < 0.55:
        return Not(random_node(rng, depth - 1))
    parts = [random_node(rng, depth - 1) for _ in range(rng.randrange(2, 4))]
    return join(And if choice < 0.8 else Or, parts)


def random_comparison(rng: random.Random) -> Comparison:
    return rng.choice([keyed, keyed, metric, metric, text_field, other_field])(rng)


def pick(rng: random.Random, operators: frozenset[Operator]) -> Operator:
    return rng.choice(sorted(operators))


def texts(rng: random.Random, operator: Operator, pool: list[str]) -> object:
    if operator in LIKES:
        return rng.choice(LIKE_PATTERNS)
    if operator in PATTERNS:
        return rng.choice(REGEXES)
    return tuple(rng.choices(pool, k=3)) if operator in LISTS else rng.choice(pool)


def keyed(rng: random.Random) -> Comparison:
    field = Field(rng.choice(ENTITIES), rng.choice(KEYS))
    operator = pick(rng, EQUALITY | ORDERED | LISTS | NULLS | LIKES | PATTERNS)
    if operator in NULLS:
        return Comparison(field, operator)
    values = texts(rng, operator, TEXTS)
    if operator in LISTS:
        values = tuple(rng.choice([value, 0.1, -3, True]) for value in values)
    elif operator in EQUALITY | ORDERED:
        values = rng.choice([values, 0.1, 1, -3.0])
        values = (
            rng.choice([True, False]) if operator in EQUALITY and rng.random() < 0.1 else values
        )
    return Comparison(field, operator, values)


def metric(rng: random.Random) -> Comparison:
    key, column = rng.choice(METRICS)
    aggregate = rng.choice([Aggregate.LAST, *STORED_AGGREGATES])
    field = Field(Entity.METRIC, key, aggregate, column)
    has_texts = aggregate in (Aggregate.LAST, Aggregate.FIRST)
    if has_texts and rng.random() < 0.3:
        operator = pick(rng, EQUALITY | ORDERED | LISTS | LIKES | PATTERNS)
        field = Field(Entity.METRIC, "word", aggregate)
        return Comparison(field, operator, texts(rng, operator, TEXTS))
    operator = pick(rng, EQUALITY | ORDERED | LISTS | NULLS)
    numbers = [1, 2, *(n for n in NUMBERS if n is not None)]
    if operator in NULLS:
        return Comparison(field, operator)
    if operator in LISTS:
        return Comparison(field, operator, tuple(rng.choices(numbers, k=2)))
    if operator in EQUALITY:
        numbers.append(float("nan"))
    return Comparison(field, operator, rng.choice(numbers))


def text_field(rng: random.Random) -> Comparison:
    field = Field(Entity.RUN, rng.choice(TEXT_FIELDS))
    operator = pick(rng, EQUALITY | ORDERED | LISTS | NULLS | LIKES | PATTERNS)
    pool = ["one", "Two", "alpha", "beta/one", "gpu", "a baseline", "", *USERS]
    return Comparison(field, operator, None if operator in NULLS else texts(rng, operator, pool))


def other_field(rng: random.Random) -> Comparison:
    kind = rng.randrange(4)
    if kind == 0:
        name, words = rng.choice([("status", Status.values), ("kind", RunKind.values)])
        operator = pick(rng, EQUALITY | LISTS)
        value = tuple(rng.choices(words, k=3)) if operator in LISTS else rng.choice(words)
        return Comparison(Field(Entity.RUN, name), operator, value)
    operator = pick(rng, EQUALITY | ORDERED)
    if kind == 1:
        hours = 3_600_000
        moments = [Ago(rng.randrange(5) * hours), Moment(NOW_MS // 1000 * 1000, 1000),
                   Moment(NOW_MS // hours * hours, hours), NOW_MS - hours]  # fmt: skip
        field = Field(Entity.RUN, rng.choice(TIME_FIELDS))
        return Comparison(field, operator, rng.choice(moments))
    if kind == 2:
        name, values = rng.choice([("duration", [0, 60, 120.5, 3600]), ("number", [1, 50, 200])])
        return Comparison(Field(Entity.RUN, name), operator, rng.choice(values))
    flag = pick(rng, EQUALITY)
    return Comparison(Field(Entity.RUN, "archived"), flag, rng.choice([True, False]))


def random_key(rng: random.Random) -> SortKey:
    descending = rng.random() < 0.5
    entity = rng.choice([Entity.RUN, Entity.METRIC, Entity.METRIC, Entity.PARAM, *ENTITIES])
    if entity is Entity.RUN:
        return SortKey(Field(entity, rng.choice(SORT_FIELDS)), descending)
    if entity is Entity.METRIC:
        key, column = rng.choice(METRICS)
        return SortKey(Field(entity, key, rng.choice(STORED_AGGREGATES), column), descending)
    as_text = entity is Entity.PARAM and rng.random() < 0.3
    return SortKey(Field(entity, rng.choice(KEYS)), descending, as_text)


def random_keys(rng: random.Random) -> list[SortKey]:
    keys = [random_key(rng) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
    return list(dict.fromkeys(keys))
