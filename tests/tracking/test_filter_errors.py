"""A filter that cannot be read is refused with the place, the reason and what to write."""

import pytest

from runs.tracking.errors import InvalidValue
from runs.tracking.filters import FilterError, parse
from runs.tracking.filters.lexer import MAX_CHARS
from runs.tracking.filters.parser import MAX_CLAUSES, MAX_DEPTH


def refuse(text: str) -> FilterError:
    with pytest.raises(FilterError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "marked", "message", "hint"),
    [
        ("metrc.loss < 1", "metrc.loss", "Unknown field `metrc.loss`.", "`metrics.loss`"),
        ("statsu = x", "statsu", "Unknown field `statsu`.", "`status`"),
        ("loss < 1", "loss", "Unknown field `loss`.", "`metrics.loss`"),
        ("attributes.colour = 1", "attributes.colour", "Unknown field `colour`.", ""),
        ("datasets.size = 1", "datasets.size", "A data set has no `size`.", "name, digest"),
        ("params. = 1", "params.", "The name after the dot is missing.", ""),
        ('params."" = 1', 'params.""', "The name after the dot is missing.", ""),
        ("params.a[b] = 1", "params.a[b]", "Only a metric has columns in brackets.", ""),
        ("metrics.a[b = 1", "[", "The column of a table metric is one name", "metrics.sine[angle]"),
        ("metrics.a[b].top = 1", "metrics.a[b].top", "Unknown aggregate `.top`.", ".min"),
        ('params."a"b = 1', "b", "A dot or a space is missing here.", ""),
        ("status = finished", "finished", "Unknown status `finished`.", "`Completed`"),
        ("status = runing", "runing", "Unknown status `runing`.", "`Running`"),
        ("kind = x", "x", "Unknown kind `x`.", "interactive"),
        ("status < Failed", "<", "`<` cannot be used with this field.", "It takes =, !="),
        ("archived like a", "like", "`LIKE` cannot be used with this field.", "It takes =, !="),
        ("log = x", "=", "`=` cannot be used with this field.", "It takes ~"),
        ("number = x", "x", "`number` is compared with a number.", ""),
        ("created > soon", "soon", "`created` is compared with a date", ""),
        ("created > 2026-13-01", "2026-13-01", "`created` is compared with a date", ""),
        ("duration > long", "long", "`duration` is compared with a number of seconds", ""),
        ("archived = maybe", "maybe", "`archived` is compared with true or false.", ""),
        ("metrics.a < nan", "nan", "NaN is neither smaller nor larger", "= or !="),
        ("metrics.a = 1e999", "1e999", "The number is too large.", ""),
        ("metrics.a.min = ok", "ok", "A text has no min.", "metrics.a"),
        ("params.a ~ '('", "'('", "The regular expression cannot be read", ""),
        ("params.a ~ '(?=x)'", "'(?=x)'", "The regular expression cannot be read", ""),
        ("params.a = `b`", "`b`", "Backticks quote a name, not a value.", "Quote it with"),
        ("params.a = and", "and", "A value is missing here.", "Quote"),
        ("params.a =", "", "A value is missing here.", ""),
        ("params.a", "", "An operator such as `=` is missing here.", ""),
        ("params.a 5", "5", "An operator such as `=` is missing here.", ""),
        ("params.a ! 5", "!", "`!` stands alone.", "`!=`"),
        ("params.a in 5", "5", "A list is missing here.", "(0.1, 0.01)"),
        ("params.a in ()", ")", "A value is missing here.", ""),
        ("params.a in (1 2)", "2", "A comma or `)` is missing here.", ""),
        ("params.a in (1]", "]", "A comma or `)` is missing here.", ""),
        ("params.a = 1 params.b = 2", "params.b", "`params.b` is not expected", "AND or OR"),
        ("params.a = 1 and", "", "A field is missing here.", "`status`"),
        ("and params.a = 1", "and", "A field is missing here.", ""),
        ("(params.a = 1", "(", "This parenthesis is never closed.", "Add a `)`"),
        ("params.a = 1)", ")", "This parenthesis was never opened.", ""),
        ("params.a = 'x", "'x", "The quote ' is never closed.", "Add a '"),
        ("params.`a = 1", "`a = 1", "The quote ` is never closed.", ""),
    ],
)
def test_errors_say_where_why_and_what_instead(text, marked, message, hint):
    error = refuse(text)

    assert text[error.position : error.position + error.length] == marked
    assert error.message.startswith(message)
    assert hint in error.hint


def test_the_text_of_an_error_counts_characters_from_one():
    assert str(refuse("status = x")).endswith("(at character 10)")


def test_a_filter_error_is_one_of_the_rooms_refusals():
    assert issubclass(FilterError, InvalidValue)


def test_length_is_limited():
    error = refuse("params.a = 1 " + " " * MAX_CHARS)

    assert error.position == MAX_CHARS
    assert "at most 10,000" in error.message


def test_depth_is_limited_without_exhausting_the_stack():
    assert parse("(" * MAX_DEPTH + "params.a = 1" + ")" * MAX_DEPTH)
    for deep in ("(" * 5000, "NOT " * 2000 + "params.a = 1"):
        assert "nested more than 50 deep" in refuse(deep).message


def test_the_number_of_conditions_is_limited():
    assert parse(" or ".join(["params.a = 1"] * MAX_CLAUSES))
    error = refuse(" and ".join(["params.a = 1"] * (MAX_CLAUSES + 1)))

    assert "more than 200 conditions" in error.message


@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_text_no_database_can_keep_is_refused(bad):
    assert "NUL" in refuse(f"params.a = '{bad}'").message


@pytest.mark.parametrize(
    "pattern", ["((a{99}){99}){99}", "a" * 501, "a{256}", r"\pL", "(?P<x>a)", r"\1"]
)
def test_expensive_and_unshared_patterns_are_refused(pattern):
    error = refuse(f"params.a ~ '{pattern}'")

    assert "regular expression" in error.message
