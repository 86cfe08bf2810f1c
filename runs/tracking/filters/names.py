"""Reads the tokens of a field: `metrics."val.loss".min`, `params.lr`, `status`.

The first dot parts the entity from the key; a key with other characters than a word's is quoted
with ` or ". A last `.min` or `:min` that is not quoted is the aggregate of a metric, so a metric
really named `loss.min` is `metrics."loss.min"`. `[column]` names a column of a table metric.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.tracking.fields import NUMBERS, Aggregate, Entity, Field
from runs.tracking.filters.errors import FilterError
from runs.tracking.filters.fields import DATASET_KEYS, ENTITY_NAMES, suggest_name
from runs.tracking.filters.lexer import Kind, Token
from runs.tracking.run_fields import BY_NAME

AGGREGATES = {aggregate.value: aggregate for aggregate in NUMBERS}
NAME_KINDS = (Kind.WORD, Kind.KEY, Kind.TEXT)


@dataclass(slots=True)
class NamePart:
    """One part of a dotted name."""

    text: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field as written: dotted segments, a column in brackets, what follows the brackets."""

    segments: tuple[NamePart, ...]
    column: str
    suffix: str
    position: int
    length: int

    def error(self, message: str, hint: str = "") -> FilterError:
        return FilterError(message, self.position, self.length, hint)


def read_name(tokens: Sequence[Token], start: int) -> tuple[FieldName, int]:
    """Return the name that begins at token `start`, and the index of the token after it."""
    index = start + 1
    while _touches(tokens, index) and tokens[index].kind in NAME_KINDS:
        index += 1
    segments = _split(tokens[start:index])
    column = suffix = ""
    if _touches(tokens, index) and tokens[index].raw == "[":
        column, index = _read_column(tokens, index)
        if _touches(tokens, index) and tokens[index].kind is Kind.WORD:
            suffix, index = tokens[index].text, index + 1
    position = tokens[start].position
    length = tokens[index - 1].end - position
    return FieldName(tuple(segments), column, suffix, position, length), index


def _touches(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index].position == tokens[index - 1].end


def _split(tokens: Sequence[Token]) -> list[NamePart]:
    segments = [NamePart()]
    for token in tokens:
        parts = token.text.split(".") if token.kind is Kind.WORD else [token.text]
        quoted = token.kind is not Kind.WORD
        last = segments[-1]
        if (last.quoted and parts[0]) or (quoted and (last.text or last.quoted)):
            raise FilterError("A dot or a space is missing here.", token.position, len(token.raw))
        last.text, last.quoted = last.text + parts[0], last.quoted or quoted
        segments.extend(NamePart(part) for part in parts[1:])
    return segments


def _read_column(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    bracket, *inside = tokens[index : index + 3]
    if len(inside) < 2 or inside[0].kind not in NAME_KINDS or inside[1].raw != "]":
        raise FilterError(
            "The column of a table metric is one name in brackets.",
            bracket.position,
            1,
            'Write `metrics.sine[angle]`, or `metrics.sine["the angle"]`.',
        )
    return inside[0].text, index + 3


def find_field(name: FieldName) -> Field:
    """Return the field that `name` means. Raises FilterError for an unknown one."""
    first = name.segments[0]
    if len(name.segments) == 1:
        return _run_field(name, first.text)
    entity = None if first.quoted else ENTITY_NAMES.get(first.text.lower())
    if entity is None:
        written = ".".join(segment.text for segment in name.segments)
        raise name.error(f"Unknown field `{written}`.", suggest_name(written))
    if entity is Entity.METRIC:
        return _metric_field(name)
    key = ".".join(segment.text for segment in name.segments[1:])
    _check_plain(name, key)
    if entity is Entity.RUN:
        return _run_field(name, key)
    if entity is Entity.DATASET and key not in DATASET_KEYS:
        raise name.error(f"A data set has no `{key}`.", f"One of {', '.join(DATASET_KEYS)}.")
    return Field(entity, key)


def _run_field(name: FieldName, key: str) -> Field:
    lower = key.lower()
    _check_plain(name, key)
    if lower == "log" and len(name.segments) == 1:
        return Field(Entity.LOG, "")
    if lower not in BY_NAME:
        raise name.error(f"Unknown field `{key}`.", suggest_name(key))
    return Field(Entity.RUN, BY_NAME[lower].name)


def _check_plain(name: FieldName, key: str) -> None:
    if not key:
        raise name.error("The name after the dot is missing.")
    if name.column or name.suffix:
        raise name.error("Only a metric has columns in brackets.")


def _metric_field(name: FieldName) -> Field:
    segments = list(name.segments[1:])
    aggregate: Aggregate | None = None
    if name.column:
        aggregate = _read_suffix(name)
    elif len(segments) > 1 and not segments[-1].quoted:
        aggregate = AGGREGATES.get(segments[-1].text)
        if aggregate:
            segments.pop()
    if aggregate is None and not segments[-1].quoted:
        aggregate = _cut_colon(segments[-1])
    key = ".".join(segment.text for segment in segments)
    if not key:
        raise name.error("The name after the dot is missing.")
    return Field(Entity.METRIC, key, aggregate or Aggregate.LAST, name.column)


def _read_suffix(name: FieldName) -> Aggregate | None:
    if not name.suffix:
        return None
    aggregate = AGGREGATES.get(name.suffix[1:]) if name.suffix[0] in ".:" else None
    if aggregate is None:
        raise name.error(
            f"Unknown aggregate `{name.suffix}`.", f"One of .{', .'.join(AGGREGATES)}."
        )
    return aggregate


def _cut_colon(segment: NamePart) -> Aggregate | None:
    text, colon, last = segment.text.rpartition(":")
    if not (colon and text and last in AGGREGATES):
        return None
    segment.text = text
    return AGGREGATES[last]
