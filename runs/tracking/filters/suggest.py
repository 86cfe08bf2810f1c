"""What may stand at the cursor of a half-written filter: the query box's completion.

Only what the grammar knows is answered here; names and values of a workspace are added by
`runs.table.completions`.
"""

from dataclasses import dataclass
from enum import StrEnum

from runs.tracking.fields import Entity, Field
from runs.tracking.filters.errors import FilterError
from runs.tracking.filters.fields import ENTITY_NAMES, OPERATORS, choices_of, type_of
from runs.tracking.filters.lexer import JMESPATH, MAX_CHARS, Kind, Token, read_tokens
from runs.tracking.filters.names import NAME_KINDS, find_field, read_name
from runs.tracking.filters.nodes import LISTS, NULLS, Operator
from runs.tracking.filters.parser import BRACKETS, PHRASES, SYMBOLS
from runs.tracking.run_fields import RUN_FIELDS, Type

COMPARED = tuple(field for field in RUN_FIELDS if field.expression)
UNPREFIXED = (Entity.RUN, Entity.LOG, Entity.WORDS, Entity.JMESPATH)
PREFIXES = tuple(f"{entity.value}." for entity in Entity if entity not in UNPREFIXED)
FIELD_WORDS = tuple(field.name for field in COMPARED) + PREFIXES + ("log", JMESPATH)
TIMES = ("-1h", "-1d", "-7d", "-30d", "now")
DURATIONS = ("1m", "10m", "1h", "1d")


class Expected(StrEnum):
    """What kind of thing comes next."""

    FIELD = "field"
    OPERATOR = "operator"
    VALUE = "value"
    JOIN = "join"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What completes the text at the cursor.

    The characters from `start` to `end` are to be replaced by the choice; `prefix` is what they
    say so far, without quotes. `options` are the words the grammar itself offers, those that begin
    with the prefix. For a name being written `entity` tells of what; for an operator or a value
    `field` tells of which field.
    """

    kind: Expected
    start: int
    end: int
    prefix: str
    options: tuple[str, ...] = ()
    entity: Entity | None = None
    field: Field | None = None
    operator: Operator | None = None


def suggest(text: str, cursor: int) -> Expectation:
    """Return what is expected at `cursor` (0 … len(text)). Never raises on a half-written text."""
    cursor = max(0, min(cursor, len(text)))
    before = text[max(0, cursor - MAX_CHARS) : cursor]
    offset = cursor - len(before)
    tokens, partial = _split(before)
    if any(token.kind is Kind.EXPRESSION for token in tokens):
        return Expectation(Expected.VALUE, cursor, cursor, "")
    state = _Reader(tokens).read()
    return _expectation(state, partial, offset)


def _split(text: str) -> tuple[list[Token], Token]:
    """Return the finished tokens and the one the cursor touches (empty after a space)."""
    try:
        tokens = read_tokens(text)
    except FilterError as error:
        # An open quote: all from it to the cursor is the text being written.
        opened = text[error.position :]
        tokens = [*read_tokens(text[: error.position])[:-1]]
        partial = Token(Kind.TEXT, opened, opened[1:], error.position)
        return _glue(tokens, partial)
    end = tokens.pop()
    last = tokens[-1] if tokens else end
    if last.kind in NAME_KINDS and last.end == len(text):
        return _glue(tokens[:-1], last)
    return tokens, end


def _glue(tokens: list[Token], partial: Token) -> tuple[list[Token], Token]:
    """Join `metrics.` and the quoted piece that touches it into one word being written."""
    start = len(tokens)
    while start and tokens[start - 1].end == (
        tokens[start].position if start < len(tokens) else partial.position
    ):
        if tokens[start - 1].kind not in NAME_KINDS:
            break
        start -= 1
    glued = [*tokens[start:], partial]
    raw = "".join(token.raw for token in glued)
    text = "".join(token.text for token in glued)
    return tokens[:start], Token(partial.kind, raw, text, glued[0].position)


@dataclass(slots=True)
class _State:
    kind: Expected = Expected.FIELD
    field: Field | None = None
    operator: Operator | None = None


class _Reader:
    """Walks over finished tokens and remembers what comes after them."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.end = Token(Kind.END, "", "", tokens[-1].end + 1 if tokens else 0)
        self.index = 0

    def read(self) -> _State:
        state = _State()
        while self.index < len(self.tokens):
            state = STEPS[state.kind](self, state)
        return state

    def take(self) -> Token:
        self.index += 1
        return self.tokens[self.index - 1]

    def read_field(self, state: _State) -> _State:
        token = self.tokens[self.index]
        if token.keyword == "NOT" or token.kind not in NAME_KINDS:
            self.index += 1
            return _State(Expected.FIELD)
        try:
            name, self.index = read_name([*self.tokens, self.end], self.index)
            return _State(Expected.OPERATOR, find_field(name))
        except (FilterError, ValueError, IndexError):
            self.index += 1
            return _State(Expected.OPERATOR)

    def read_operator(self, state: _State) -> _State:
        first = self.take()
        if first.raw in SYMBOLS:
            return _State(Expected.VALUE, state.field, SYMBOLS[first.raw])
        words = [first.keyword]
        while tuple(words) not in PHRASES and self.index < len(self.tokens) and len(words) < 3:
            words.append(self.take().keyword)
        operator = PHRASES.get(tuple(words))
        if operator is None:
            return state
        done = operator in NULLS
        return _State(Expected.JOIN if done else Expected.VALUE, state.field, operator)

    def read_value(self, state: _State) -> _State:
        token = self.take()
        if state.operator not in LISTS:
            return _State(Expected.JOIN)
        if token.raw in BRACKETS.values():
            return _State(Expected.JOIN)
        return state

    def read_join(self, state: _State) -> _State:
        token = self.take()
        return _State(Expected.FIELD if token.keyword in ("AND", "OR") else Expected.JOIN)


STEPS = {
    Expected.FIELD: _Reader.read_field,
    Expected.OPERATOR: _Reader.read_operator,
    Expected.VALUE: _Reader.read_value,
    Expected.JOIN: _Reader.read_join,
}


def _expectation(state: _State, partial: Token, offset: int) -> Expectation:
    start, end = partial.position + offset, partial.end + offset
    prefix, entity = partial.text, None
    if state.kind is Expected.FIELD:
        first, dot, rest = prefix.partition(".")
        entity = ENTITY_NAMES.get(first.lower()) if dot else None
        prefix = rest if entity else prefix
    options = _options(state, entity)
    matching = tuple(word for word in options if word.lower().startswith(prefix.lower()))
    return Expectation(
        state.kind, start, end, prefix, matching, entity, state.field, state.operator
    )


def _options(state: _State, entity: Entity | None) -> tuple[str, ...]:
    if state.kind is Expected.FIELD:
        if entity is Entity.RUN:
            return tuple(field.name for field in COMPARED)
        return (*FIELD_WORDS, "NOT") if entity is None else ()
    if state.kind is Expected.JOIN:
        return ("AND", "OR")
    if state.field is None:
        return ()
    if state.kind is Expected.OPERATOR:
        allowed = OPERATORS[type_of(state.field)]
        return tuple(operator.value for operator in Operator if operator in allowed)
    return _values(state.field)


def _values(field: Field) -> tuple[str, ...]:
    by_type = {Type.TIME: TIMES, Type.SECONDS: DURATIONS, Type.FLAG: ("true", "false")}
    return by_type.get(type_of(field), choices_of(field))
