"""What the query box offers at the cursor."""

import pytest

from runs.tracking.fields import Entity
from runs.tracking.filters import Expected, Operator, suggest


def at_end(text: str):
    return suggest(text, len(text))


@pytest.mark.parametrize(
    ("text", "kind", "prefix", "some"),
    [
        ("", Expected.FIELD, "", {"status", "metrics.", "params.", "log", "NOT"}),
        ("sta", Expected.FIELD, "sta", {"status", "started"}),
        ("not ", Expected.FIELD, "", {"status"}),
        ("(", Expected.FIELD, "", {"status"}),
        ("status ", Expected.OPERATOR, "", {"=", "IN", "IS NULL"}),
        ("archived ", Expected.OPERATOR, "", {"=", "!="}),
        ("name not li", Expected.OPERATOR, "li", {"LIKE"}),
        ("status = ", Expected.VALUE, "", {"Failed", "Completed"}),
        ("status = fa", Expected.VALUE, "fa", {"Failed"}),
        ('status = "Fa', Expected.VALUE, "Fa", {"Failed"}),
        ("status in (Failed, Co", Expected.VALUE, "Co", {"Completed"}),
        ("created > ", Expected.VALUE, "", {"-7d", "now"}),
        ("archived != ", Expected.VALUE, "", {"true", "false"}),
        ("status = Failed ", Expected.JOIN, "", {"AND", "OR"}),
        ("status in (Failed) a", Expected.JOIN, "a", {"AND"}),
        ("tags.a is not null ", Expected.JOIN, "", {"AND", "OR"}),
        ("status = Failed and (na", Expected.FIELD, "na", {"name"}),
    ],
)
def test_the_grammars_own_words(text, kind, prefix, some):
    expected = at_end(text)

    assert (expected.kind, expected.prefix) == (kind, prefix)
    assert some <= set(expected.options)
    assert all(word.lower().startswith(prefix.lower()) for word in expected.options)


@pytest.mark.parametrize(
    ("text", "entity", "prefix", "start"),
    [
        ("metrics.", Entity.METRIC, "", 0),
        ("status = x and metric.lo", Entity.METRIC, "lo", 15),
        ('params."my k', Entity.PARAM, "my k", 0),
        ("tags.`a b`", Entity.TAG, "a b", 0),
    ],
)
def test_a_name_being_written_tells_of_what(text, entity, prefix, start):
    expected = at_end(text)

    assert (expected.kind, expected.entity, expected.prefix) == (Expected.FIELD, entity, prefix)
    assert (expected.start, expected.end) == (start, len(text))


def test_a_value_tells_of_which_field_and_operator():
    expected = at_end('params."a b" in ("x", "y')

    assert (expected.field.key, expected.operator) == ("a b", Operator.IN)
    assert (expected.prefix, expected.start, expected.end) == ("y", 22, 24)


def test_only_what_is_before_the_cursor_counts():
    expected = suggest("sta = Failed", 3)

    assert (expected.kind, expected.prefix, expected.end) == (Expected.FIELD, "sta", 3)


def test_after_an_unknown_field_nothing_is_known():
    expected = at_end("nonsense ")

    assert (expected.kind, expected.field, expected.options) == (Expected.OPERATOR, None, ())
