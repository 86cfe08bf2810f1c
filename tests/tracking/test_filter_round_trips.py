"""A filter written canonically reads back as the same tree, whatever names and values it holds."""

import math

from hypothesis import given
from hypothesis import strategies as st

from runs.tracking.fields import NUMBERS, Aggregate, Entity, Field
from runs.tracking.filters import (
    Ago,
    And,
    Comparison,
    FilterError,
    Moment,
    Not,
    Operator,
    Or,
    join,
    parse,
    suggest,
    unparse,
)
from runs.tracking.filters.fields import OPERATORS
from runs.tracking.filters.nodes import EQUALITY, LIKES, LISTS, NULLS, PATTERNS
from runs.tracking.run_fields import BY_NAME, Type

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
keys = st.one_of(
    st.sampled_from(
        ["loss", "val/loss", "loss.min", "a:max", "min", "x y", "AND", "1", "a..b", "."]
    ),
    texts.filter(bool),
)
integers = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
special = st.sampled_from([math.inf, -math.inf])
ago = st.integers(-(10**12), 10**12).map(Ago)
MINUTE, DAY = 60_000, 86_400_000
moments = st.builds(
    lambda unit, count: Moment(count * unit // DAY * DAY if unit == DAY else count * unit, unit),
    st.sampled_from([1, 1000, MINUTE, DAY]),
    st.integers(0, 40_000),
)


def comparison(field: Field, kind: Type, values: st.SearchStrategy) -> st.SearchStrategy:
    def complete(operator: Operator) -> st.SearchStrategy:
        if operator in NULLS:
            return st.just(Comparison(field, operator))
        if operator in PATTERNS:
            return st.just(Comparison(field, operator, "^a+\"'"))
        value = texts if operator in LIKES else values
        if operator in LISTS:
            value = st.lists(values, min_size=1, max_size=3).map(tuple)
        return st.builds(Comparison, st.just(field), st.just(operator), value)

    return st.sampled_from(sorted(OPERATORS[kind])).flatmap(complete)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    kind = draw(st.sampled_from(["metric", "keyed", "run", "log"]))
    if kind == "log":
        return Comparison(Field(Entity.LOG, ""), Operator.MATCH, "out of memory")
    if kind == "metric":
        aggregates = list(NUMBERS)
        aggregate = draw(st.sampled_from(aggregates))
        field = Field(Entity.METRIC, draw(keys), aggregate, draw(st.sampled_from(["", "x y", "]"])))
        if aggregate in (Aggregate.LAST, Aggregate.FIRST):
            return draw(comparison(field, Type.METRIC, st.one_of(integers, floats, special, texts)))
        operator = draw(st.sampled_from(sorted(EQUALITY)))
        return Comparison(field, operator, draw(st.one_of(integers, floats, special)))
    if kind == "keyed":
        field = Field(
            draw(st.sampled_from([Entity.PARAM, Entity.TAG, Entity.PROPERTY])), draw(keys)
        )
        return draw(comparison(field, Type.ANY, st.one_of(integers, floats, st.booleans(), texts)))
    run = draw(st.sampled_from(list(BY_NAME.values())))
    values = {
        Type.TEXT: texts,
        Type.CHOICE: st.sampled_from(run.choices or [""]),
        Type.NUMBER: st.one_of(integers, floats),
        Type.TIME: st.one_of(integers, ago, moments),
        Type.SECONDS: st.one_of(integers, floats),
        Type.FLAG: st.booleans(),
    }[run.type]
    return draw(comparison(Field(Entity.RUN, run.name), run.type, values))


def joined(children: st.SearchStrategy) -> st.SearchStrategy:
    several = st.lists(children, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda parts: join(And, parts)),
        several.map(lambda parts: join(Or, parts)),
        children.map(Not),
    )


nodes = st.recursive(comparisons(), joined, max_leaves=8)


@given(nodes)
def test_canonical_text_reads_as_the_same_tree(node):
    text = unparse(node)

    assert repr(strip(parse(text))) == repr(strip(node))
    assert unparse(parse(text)) == text


def strip(node):
    """A tree without positions, so that its text form compares types as well as values."""
    if isinstance(node, Comparison):
        return Comparison(node.field, node.operator, node.value)
    if isinstance(node, Not):
        return Not(strip(node.part))
    return type(node)(tuple(strip(part) for part in node.parts))


PIECES = ["status", " = ", "Failed", " and ", "(", ")", "not ", "metrics.", '"', "'", "`", "[", "]",
          "in ", ",", "~", "-7d", "is null", "loss.min", "!", "\0", "é", " "]  # fmt: skip
scraps = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(st.one_of(st.text(max_size=40), scraps))
def test_any_text_is_read_or_refused_inside_itself(text):
    try:
        parse(text)
    except FilterError as error:
        assert 0 <= error.position <= error.position + error.length <= len(text)


@given(st.one_of(st.text(max_size=40), scraps), st.integers(-2, 60))
def test_completion_never_fails_and_replaces_what_is_before_the_cursor(text, cursor):
    expected = suggest(text, cursor)

    assert 0 <= expected.start <= expected.end == max(0, min(cursor, len(text)))
