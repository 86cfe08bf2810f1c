"""`jp:` and the JMESPath expression behind it, checked where it is read.

It is worked out for thousands of runs, so an expression that copies its input many times over is
refused.
"""

from collections.abc import Iterator
from math import prod
from typing import Any

import jmespath
from jmespath.exceptions import (
    ArityError,
    EmptyExpressionError,
    JMESPathError,
    LexerError,
    ParseError,
    UnknownFunctionError,
)

from runs.tracking.filters.errors import FilterError
from runs.tracking.filters.lexer import JMESPATH, Token

MAX_CHARS = 2000
# `[@, @] | [@, @]` doubles its input at each step.
MOST_COPIES = 64
COPYING = ("multi_select_list", "multi_select_dict")
EXAMPLE = "Such as `jp: params.optimizer == 'adam' && metrics.loss < `0.3``; it stands last."


def read_expression(token: Token) -> str:
    """Return the checked expression of a `jp:` token. Raises FilterError."""
    text = token.raw.removeprefix(JMESPATH)
    start, length = token.position + len(JMESPATH), len(text)
    if length > MAX_CHARS:
        message = f"A JMESPath expression has at most {MAX_CHARS:,} characters."
        raise FilterError(message, start, length)
    try:
        parsed = jmespath.compile(text)
        _refuse_copies(parsed, start, length)
        _try_out(parsed)
    except EmptyExpressionError as error:
        message = "A JMESPath expression is missing here."
        raise FilterError(message, token.position, len(JMESPATH), EXAMPLE) from error
    except (ArityError, UnknownFunctionError) as error:
        raise FilterError(f"{error}.", start, length, EXAMPLE) from error
    except ParseError as error:
        at = min(error.lex_position, max(0, length - 1))
        raise FilterError(_why(error), start + at, 1, EXAMPLE) from error
    except RecursionError as error:
        message = "The JMESPath expression is nested too deep."
        raise FilterError(message, start, length) from error
    return text.strip()


def _refuse_copies(parsed: Any, start: int, length: int) -> None:
    copies = prod(len(one["children"]) for one in _nodes(parsed.parsed) if one["type"] in COPYING)
    if copies > MOST_COPIES:
        message = "The JMESPath expression copies a run too often."
        raise FilterError(message, start, length, "Use fewer lists in brackets.")


def _try_out(parsed: Any) -> None:
    """Ask a run that has nothing: unknown functions and wrong numbers of arguments show."""
    try:
        parsed.search({})
    except (ArityError, UnknownFunctionError):
        raise
    except JMESPathError:
        return


def _why(error: ParseError) -> str:
    if isinstance(error, LexerError):
        return f"Not a JMESPath expression: {error.message}."
    if error.token_value:
        return f"Not a JMESPath expression: `{error.token_value}` is not expected here."
    return "The JMESPath expression ends too early."


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(one for one in top["children"] if isinstance(one, dict))


def names_in(text: str) -> set[str] | None:
    """Return the names that a checked expression mentions; None where it may mean all."""
    nodes = list(_nodes(jmespath.compile(text).parsed))
    if any(one["type"] in ("current", "value_projection") for one in nodes):
        return None
    return {one["value"] for one in nodes if one["type"] == "field"}
