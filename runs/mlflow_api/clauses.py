"""Filters and sort orders as the protocol writes them, read into clauses.

MLflow's grammar is `clause (AND clause)*`: no OR, no NOT, no parentheses. A clause is
`entity.key operator literal`, `entity.key IS [NOT] NULL` or `key [NOT] IN ('a', 'b')`. Only the
first dot parts entity and key, so `metrics.loss.min` is a metric named `loss.min`. The tokens are
those of the studio's own, larger grammar.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.mlflow_api.errors import INVALID, SHOWN_CHARS, ProtocolError
from runs.tracking.filters.lexer import Kind, Token, read_tokens
from runs.tracking.filters.literals import read_number
from runs.tracking.filters.nodes import Operator

COMPARATORS = {word: Operator(word) for word in ("=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE")}
MAX_CLAUSES = 100

Literal = int | float | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition. `entity` is empty where none was written; `value` is a tuple for IN, None
    for IS NULL, a text where it was quoted, else a number."""

    entity: str
    key: str
    operator: Operator
    value: Literal = None


@dataclass(frozen=True, slots=True)
class Order:
    """One key of a sort order."""

    entity: str
    key: str
    descending: bool = False


def invalid_filter(text: str, reason: str) -> ProtocolError:
    """The filter cannot be read, or asks for what MLflow does not know."""
    return ProtocolError(INVALID, f"Invalid filter '{text[:SHOWN_CHARS]}': {reason}")


def invalid_order(text: str, reason: str) -> ProtocolError:
    """The sort order cannot be read, or asks for what MLflow does not know."""
    return ProtocolError(INVALID, f"Invalid order_by clause '{text[:SHOWN_CHARS]}': {reason}")


def read_filter(text: str) -> list[Clause]:
    """Return the clauses of a filter; none for an empty one.

    Raises `ProtocolError`, or FilterError where the text has no tokens at all.
    """
    reader = Reader(text)
    clauses: list[Clause] = []
    while not reader.at_end:
        if clauses:
            reader.take_and()
        if len(clauses) == MAX_CLAUSES:
            raise invalid_filter(text, f"it has more than {MAX_CLAUSES} clauses.")
        clauses.append(reader.take_clause())
    return clauses


def read_order(text: str) -> Order:
    """Return one key of `order_by`: `entity.key`, then ASC (the default) or DESC."""
    try:
        reader = Reader(text)
        entity, key = reader.take_field()
    except ProtocolError as error:
        raise invalid_order(text, error.message.rpartition("': ")[2]) from error
    direction = "ASC" if reader.at_end else reader.take().keyword
    if direction not in ("ASC", "DESC") or not reader.at_end:
        raise invalid_order(text, "only ASC or DESC may follow the key.")
    return Order(entity, key, direction == "DESC")


class Reader:
    """Takes tokens from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: Sequence[Token] = read_tokens(text)
        self.next = 0

    @property
    def at_end(self) -> bool:
        return self.peek().kind is Kind.END

    def peek(self) -> Token:
        return self.tokens[self.next]

    def take(self) -> Token:
        token = self.peek()
        if token.kind is Kind.END:
            raise invalid_filter(self.text, "it ends in the middle of a clause.")
        self.next += 1
        return token

    def take_and(self) -> None:
        token = self.take()
        if token.keyword != "AND" or self.at_end:
            raise invalid_filter(
                self.text, f"clauses are joined by AND alone, found '{token.raw[:50]}'."
            )

    def take_clause(self) -> Clause:
        entity, key = self.take_field()
        token = self.take()
        if token.keyword == "IS":
            return Clause(entity, key, self._take_null())
        if token.keyword in ("IN", "NOT"):
            return self._take_list(entity, key, token)
        word = token.keyword or token.raw
        if token.kind not in (Kind.SYMBOL, Kind.WORD) or word not in COMPARATORS:
            raise invalid_filter(self.text, f"'{token.raw[:50]}' is no comparison.")
        return Clause(entity, key, COMPARATORS[word], self._take_literal())

    def take_field(self) -> tuple[str, str]:
        """Return entity and key: `metrics.a`, ``params.`a b` ``, `tags."x.y"`, `run_id`."""
        token = self.take()
        if token.kind is Kind.SYMBOL:
            raise invalid_filter(self.text, f"expected a name, found '{token.raw[:50]}'.")
        if token.kind is not Kind.WORD:
            return "", token.text
        entity, dot, key = token.text.partition(".")
        if not dot:
            return "", token.text
        following = self.peek()
        if following.position == token.end and following.kind in (Kind.KEY, Kind.TEXT):
            key += self.take().text
        if not key:
            raise invalid_filter(self.text, f"a key is missing after '{token.raw[:50]}'.")
        return entity, key

    def _take_null(self) -> Operator:
        word = self.take().keyword
        operator = Operator.IS_NULL
        if word == "NOT":
            word, operator = self.take().keyword, Operator.IS_NOT_NULL
        if word != "NULL":
            raise invalid_filter(self.text, "IS is followed by NULL or NOT NULL.")
        return operator

    def _take_list(self, entity: str, key: str, token: Token) -> Clause:
        operator = Operator.IN
        if token.keyword == "NOT":
            operator = Operator.NOT_IN
            token = self.take()
        if token.keyword != "IN" or self.take().raw != "(":
            raise invalid_filter(self.text, "write [NOT] IN ('a', 'b').")
        values = []
        while True:
            values.append(self._take_text())
            token = self.take()
            if token.raw == ")":
                return Clause(entity, key, operator, tuple(values))
            if token.raw != ",":
                raise invalid_filter(self.text, "the values of a list are parted by commas.")

    def _take_text(self) -> str:
        token = self.take()
        if token.kind is not Kind.TEXT:
            raise invalid_filter(self.text, f"expected a quoted text, found '{token.raw[:50]}'.")
        return token.text

    def _take_literal(self) -> int | float | str:
        token = self.take()
        if token.kind is Kind.TEXT:
            return token.text
        number = read_number(token.raw) if token.kind is Kind.WORD else None
        if number is None or number in (float("inf"), float("-inf")):
            raise invalid_filter(
                self.text, f"expected a quoted text or a number, found '{token.raw[:50]}'."
            )
        return number
