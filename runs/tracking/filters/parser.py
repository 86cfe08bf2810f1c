"""The grammar of the query box, the URL, the API and the command line:

    filter     = any, nothing at all for everything
    any        = all { OR all }
    all        = one { AND one }
    one        = NOT one | ( any ) | comparison | word { word }     (words where these are taken)
               | jp: all the rest as JMESPath
    comparison = field op value | field [NOT] LIKE|ILIKE value | field [NOT] IN list
               | field IS [NOT] NULL
    op         = = != < <= > >= ~ !~          list = ( value { , value } ) | [ value { , value } ]

Keywords in any case. Fields: `names.py`; values: `values.py`. Depth, number of clauses and length
are bounded, so no filter takes much time or memory.
"""

from collections.abc import Callable

from runs.tracking.fields import Entity, Field
from runs.tracking.filters.errors import FilterError
from runs.tracking.filters.fields import OPERATORS, type_of
from runs.tracking.filters.jmespath_words import read_expression
from runs.tracking.filters.lexer import Kind, Token, read_tokens
from runs.tracking.filters.names import NAME_KINDS, FieldName, find_field, read_name
from runs.tracking.filters.nodes import (
    EVERYTHING,
    LISTS,
    NULLS,
    And,
    Comparison,
    Node,
    Not,
    Operator,
    Or,
    Value,
    join,
)
from runs.tracking.filters.values import KEYWORDS, read_value

MAX_DEPTH = 50
MAX_CLAUSES = 200

SYMBOLS = {
    "=": Operator.EQ,
    "==": Operator.EQ,
    "!=": Operator.NE,
    "<": Operator.LT,
    "<=": Operator.LE,
    ">": Operator.GT,
    ">=": Operator.GE,
    "~": Operator.MATCH,
    "!~": Operator.NOT_MATCH,
}
PHRASES = {
    ("LIKE",): Operator.LIKE,
    ("ILIKE",): Operator.ILIKE,
    ("IN",): Operator.IN,
    ("NOT", "LIKE"): Operator.NOT_LIKE,
    ("NOT", "ILIKE"): Operator.NOT_ILIKE,
    ("NOT", "IN"): Operator.NOT_IN,
    ("IS", "NULL"): Operator.IS_NULL,
    ("IS", "NOT", "NULL"): Operator.IS_NOT_NULL,
}
BRACKETS = {"(": ")", "[": "]"}


def parse(text: str, *, words: bool = False) -> Node:
    """Return the tree of a filter; the empty `And` for a blank one. Raises FilterError.

    With `words`, words and quoted texts that stand alone are looked for in names, descriptions and
    tags: `resnet "two words" and metrics.loss < 1`.
    """
    parser = Parser(read_tokens(text), words=words)
    return parser.read_all()


class Parser:
    """Reads one filter by recursive descent, at most `MAX_DEPTH` deep."""

    def __init__(self, tokens: list[Token], *, words: bool = False) -> None:
        self.tokens = tokens
        self.takes_words = words
        self.index = 0
        self.clauses = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def error(self, message: str, hint: str = "") -> FilterError:
        return FilterError(message, self.token.position, len(self.token.raw), hint)

    def read_all(self) -> Node:
        """Read the whole text."""
        if self.token.kind is Kind.END:
            return EVERYTHING
        node = self.read_any()
        if self.token.kind is not Kind.END:
            raise self._unexpected()
        return node

    def _unexpected(self) -> FilterError:
        if self.token.raw == ")":
            return self.error("This parenthesis was never opened.")
        return self.error(
            f"`{self.token.raw}` is not expected here.", "Join two conditions with AND or OR."
        )

    def read_any(self) -> Node:
        return self._read_joined(Or, "OR", self.read_every)

    def read_every(self) -> Node:
        return self._read_joined(And, "AND", self.read_one)

    def _read_joined(
        self, kind: type[And] | type[Or], word: str, read_part: Callable[[], Node]
    ) -> Node:
        parts = [read_part()]
        while self.token.keyword == word:
            self.index += 1
            parts.append(read_part())
        return join(kind, parts)

    def read_one(self) -> Node:
        """Read a comparison, or what stands behind NOT or between parentheses."""
        if self._is_at_word():
            return self.read_words()
        if self.token.kind is Kind.EXPRESSION:
            return self.read_jmespath()
        if self.token.keyword != "NOT" and self.token.raw != "(":
            return self.read_comparison()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"The filter is nested more than {MAX_DEPTH} deep.")
        node = self._read_nested()
        self.depth -= 1
        return node

    def _read_nested(self) -> Node:
        opening = self.token
        self.index += 1
        if opening.raw != "(":
            return Not(self.read_one())
        node = self.read_any()
        if self.token.raw != ")":
            if self.token.kind is not Kind.END:
                raise self._unexpected()
            raise FilterError(
                "This parenthesis is never closed.", opening.position, 1, "Add a `)`."
            )
        self.index += 1
        return node

    def _is_at_word(self) -> bool:
        """Tell whether a word stands here that is no field and has no operator."""
        if not self.takes_words or self.token.kind not in (Kind.WORD, Kind.TEXT):
            return False
        if self.token.keyword in KEYWORDS:
            return False
        try:
            name, after = read_name(self.tokens, self.index)
        except FilterError:
            return self.token.kind is Kind.TEXT
        if self._is_operator(after):
            return False
        return self.token.kind is Kind.TEXT or not _is_field(name)

    def _is_operator(self, index: int) -> bool:
        words = [token.keyword for token in self.tokens[index : index + 3]]
        return self.tokens[index].raw in SYMBOLS or any(
            tuple(words[:length]) in PHRASES for length in (1, 2, 3)
        )

    def read_words(self) -> Node:
        """Read words in a row, all of which a run must have."""
        found = []
        while self._is_at_word():
            self._count_clause()
            token, field = self.token, Field(Entity.WORDS, "")
            pattern = f"%{token.text}%"
            length = token.end - token.position
            found.append(Comparison(field, Operator.ILIKE, pattern, token.position, length))
            self.index += 1
        return join(And, found)

    def read_jmespath(self) -> Comparison:
        """Read `jp:` and its expression, which ends the filter."""
        self._count_clause()
        token, self.index = self.token, self.index + 1
        field = Field(Entity.JMESPATH, "")
        return Comparison(
            field, Operator.MATCH, read_expression(token), token.position, len(token.raw)
        )

    def _count_clause(self) -> None:
        self.clauses += 1
        if self.clauses > MAX_CLAUSES:
            raise self.error(f"The filter has more than {MAX_CLAUSES} conditions.")

    def read_comparison(self) -> Comparison:
        """Read `field operator value`."""
        self._count_clause()
        start = self.token
        field = self.read_field()
        operator = self.read_operator(field)
        value = self.read_operand(field, operator)
        length = self.tokens[self.index - 1].end - start.position
        return Comparison(field, operator, value, start.position, length)

    def read_field(self) -> Field:
        if self.token.kind not in NAME_KINDS or self.token.keyword in KEYWORDS:
            raise self.error("A field is missing here.", "Such as `status` or `metrics.loss`.")
        name, self.index = read_name(self.tokens, self.index)
        return find_field(name)

    def read_operator(self, field: Field) -> Operator:
        """Read the operator and check that the field has it."""
        start = self.token
        operator = self._match_operator()
        if operator is None:
            raise self.error("An operator such as `=` is missing here.")
        allowed = OPERATORS[type_of(field)]
        if operator not in allowed:
            names = ", ".join(known.value for known in Operator if known in allowed)
            raise FilterError(
                f"`{operator.value}` cannot be used with this field.",
                start.position,
                self.tokens[self.index - 1].end - start.position,
                f"It takes {names}.",
            )
        return operator

    def _match_operator(self) -> Operator | None:
        if self.token.raw in SYMBOLS:
            self.index += 1
            return SYMBOLS[self.tokens[self.index - 1].raw]
        for length in (3, 2, 1):
            words = tuple(t.keyword for t in self.tokens[self.index : self.index + length])
            if words in PHRASES:
                self.index += length
                return PHRASES[words]
        return None

    def read_operand(self, field: Field, operator: Operator) -> Value | tuple[Value, ...] | None:
        if operator in NULLS:
            return None
        if operator in LISTS:
            return self.read_list(field, operator)
        self.index += 1
        return self.read_value(field, operator, self.tokens[self.index - 1])

    def read_value(self, field: Field, operator: Operator, token: Token) -> Value:
        return read_value(field, operator, token)

    def read_list(self, field: Field, operator: Operator) -> tuple[Value, ...]:
        """Read `(a, b)` or `[a, b]`; a comma may follow the last value."""
        closing = BRACKETS.get(self.token.raw)
        if closing is None:
            raise self.error("A list is missing here.", "Such as `(0.1, 0.01)`.")
        values: list[Value] = []
        self.index += 1
        while not values or self.token.raw != closing:
            values.append(self.read_value(field, operator, self.token))
            self.index += 1
            if self.token.raw == ",":
                self.index += 1
            elif self.token.raw != closing:
                raise self.error(f"A comma or `{closing}` is missing here.")
        self.index += 1
        return tuple(values)


def _is_field(name: FieldName) -> bool:
    try:
        find_field(name)
    except FilterError:
        return False
    return True
