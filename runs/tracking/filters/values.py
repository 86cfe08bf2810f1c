"""Reads the token of a value, as the type of its field asks."""

import math
from collections.abc import Callable

from runs.database.patterns import PatternError, compile_pattern
from runs.tracking.fields import Aggregate, Field
from runs.tracking.filters.errors import FilterError
from runs.tracking.filters.fields import choices_of, suggest_choice, type_of
from runs.tracking.filters.lexer import Kind, Token
from runs.tracking.filters.literals import (
    SPECIAL,
    read_duration_ms,
    read_moment,
    read_number,
)
from runs.tracking.filters.nodes import EQUALITY, LIKES, PATTERNS, Operator, Value
from runs.tracking.run_fields import Type

FLAGS = {"true": True, "false": False}
KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "IS", "LIKE", "ILIKE", "NULL"})


def read_value(field: Field, operator: Operator, token: Token) -> Value:
    """Return the value that `token` gives for `field operator …`. Raises FilterError."""
    _check_token(token)
    if operator in PATTERNS:
        value: Value = _read_pattern(token)
    else:
        value = token.text if operator in LIKES else READERS[type_of(field)](field, token)
    if isinstance(value, float) and math.isnan(value) and operator not in EQUALITY:
        raise _error(token, "NaN is neither smaller nor larger than a number.", "Use = or !=.")
    if isinstance(value, str) and field.aggregate not in (Aggregate.LAST, Aggregate.FIRST):
        hint = f"Ask for the last text: `metrics.{field.key}`."
        raise _error(token, f"A text has no {field.aggregate}.", hint)
    return value


def _error(token: Token, message: str, hint: str = "") -> FilterError:
    return FilterError(message, token.position, len(token.raw), hint)


def _check_token(token: Token) -> None:
    if token.kind is Kind.KEY:
        raise _error(token, "Backticks quote a name, not a value.", "Quote it with \" or '.")
    if token.kind not in (Kind.WORD, Kind.TEXT) or token.keyword in KEYWORDS:
        raise _error(token, "A value is missing here.", "Quote a text that reads as a keyword.")


def _read_pattern(token: Token) -> str:
    try:
        compile_pattern(token.text)
    except PatternError as error:
        raise _error(token, f"The regular expression cannot be read: {error}.") from None
    return token.text


def _number_in(token: Token) -> int | float | None:
    if token.kind is Kind.TEXT:
        return None
    number = read_number(token.text)
    if number is not None and math.isinf(number):
        raise _error(token, "The number is too large.")
    return number


def _read_metric(_: Field, token: Token) -> Value:
    number = _number_in(token)
    if number is None and token.kind is Kind.WORD:
        number = SPECIAL.get(token.text.lower())
    return token.text if number is None else number


def _read_any(_: Field, token: Token) -> Value:
    number = _number_in(token)
    if number is None and token.kind is Kind.WORD:
        return FLAGS.get(token.text.lower(), token.text)
    return token.text if number is None else number


def _read_text(_: Field, token: Token) -> Value:
    return token.text


def _read_choice(field: Field, token: Token) -> Value:
    choices = choices_of(field)
    for choice in choices:
        if choice.lower() == token.text.lower():
            return choice
    raise _error(token, f"Unknown {field.key} `{token.text}`.", suggest_choice(token.text, choices))


def _read_number_field(field: Field, token: Token) -> Value:
    number = _number_in(token)
    if number is None:
        raise _error(token, f"`{field.key}` is compared with {Type.NUMBER.value}.")
    return number


def _read_time(field: Field, token: Token) -> Value:
    value = _number_in(token)
    if value is None:
        value = read_moment(token.text)
    if value is None:
        raise _error(token, f"`{field.key}` is compared with {Type.TIME.value}.")
    return value


def _read_seconds(field: Field, token: Token) -> Value:
    number = _number_in(token)
    length_ms = read_duration_ms(token.text)
    if number is None and length_ms is None:
        raise _error(token, f"`{field.key}` is compared with {Type.SECONDS.value}.")
    if number is not None:
        return number
    return length_ms // 1000 if length_ms % 1000 == 0 else length_ms / 1000


def _read_flag(field: Field, token: Token) -> Value:
    if token.text.lower() not in FLAGS:
        raise _error(token, f"`{field.key}` is compared with {Type.FLAG.value}.")
    return FLAGS[token.text.lower()]


READERS: dict[Type, Callable[[Field, Token], Value]] = {
    Type.METRIC: _read_metric,
    Type.ANY: _read_any,
    Type.TEXT: _read_text,
    Type.CHOICE: _read_choice,
    Type.NUMBER: _read_number_field,
    Type.TIME: _read_time,
    Type.SECONDS: _read_seconds,
    Type.FLAG: _read_flag,
    Type.PATTERN: _read_text,
}
