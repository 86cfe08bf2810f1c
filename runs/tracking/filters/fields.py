"""What a filter may name: the prefixes of entities, the operators of each type, hints for names
that are not known. The fields of a run are in `runs.tracking.run_fields`."""

from difflib import get_close_matches

from runs.tracking.fields import Entity, Field
from runs.tracking.filters.nodes import (
    EQUALITY,
    LIKES,
    LISTS,
    NULLS,
    ORDERED,
    PATTERNS,
    Operator,
)
from runs.tracking.run_fields import BY_NAME, Type

ENTITY_NAMES = {
    "metrics": Entity.METRIC,
    "metric": Entity.METRIC,
    "params": Entity.PARAM,
    "param": Entity.PARAM,
    "parameter": Entity.PARAM,
    "parameters": Entity.PARAM,
    "tags": Entity.TAG,
    "tag": Entity.TAG,
    "properties": Entity.PROPERTY,
    "property": Entity.PROPERTY,
    "attributes": Entity.RUN,
    "attribute": Entity.RUN,
    "attr": Entity.RUN,
    "run": Entity.RUN,
    "datasets": Entity.DATASET,
    "dataset": Entity.DATASET,
}


TEXTUAL = EQUALITY | LISTS | NULLS | LIKES | PATTERNS | ORDERED
NUMERIC = EQUALITY | LISTS | NULLS | ORDERED
OPERATORS: dict[Type, frozenset[Operator]] = {
    Type.METRIC: TEXTUAL,
    Type.ANY: TEXTUAL,
    Type.TEXT: TEXTUAL,
    Type.CHOICE: TEXTUAL - ORDERED,
    Type.NUMBER: NUMERIC,
    Type.TIME: NUMERIC - LISTS,
    Type.SECONDS: NUMERIC - LISTS,
    Type.FLAG: EQUALITY,
    Type.PATTERN: frozenset({Operator.MATCH}),
}


DATASET_KEYS = ("name", "digest", "context")
ENTITY_TYPES = {
    Entity.METRIC: Type.METRIC,
    Entity.PARAM: Type.ANY,
    Entity.TAG: Type.ANY,
    Entity.PROPERTY: Type.ANY,
    Entity.DATASET: Type.TEXT,
    Entity.LOG: Type.PATTERN,
    Entity.WORDS: Type.TEXT,
    Entity.JMESPATH: Type.PATTERN,
}
# MLflow's words for a status, for the hint alone: its door translates them.
FOREIGN_STATUSES = {"finished": "Completed", "killed": "Canceled", "scheduled": "Queued"}


def type_of(field: Field) -> Type:
    """Return what kind of value `field` is compared with."""
    if field.entity is Entity.RUN:
        return BY_NAME[field.key].type
    return ENTITY_TYPES[field.entity]


def choices_of(field: Field) -> tuple[str, ...]:
    """Return the words a field may hold, empty where any value may stand."""
    return BY_NAME[field.key].choices if field.entity is Entity.RUN else ()


def suggest_name(name: str) -> str:
    """Return a hint for an unknown field, empty when nothing comes near."""
    entity, dot, key = name.partition(".")
    if dot:
        near = get_close_matches(entity.lower(), ENTITY_NAMES, 1)
        return f"Did you mean `{ENTITY_NAMES[near[0]].value}.{key}`?" if near else ""
    near = get_close_matches(name.lower(), [*BY_NAME, "log"], 1)
    if near:
        return f"Did you mean `{BY_NAME[near[0]].name if near[0] in BY_NAME else near[0]}`?"
    return f"Write `metrics.{name}`, `params.{name}` or `tags.{name}` for what a run has logged."


def suggest_choice(word: str, choices: tuple[str, ...]) -> str:
    """Return a hint for an unknown word where one of a few is expected."""
    foreign = FOREIGN_STATUSES.get(word.lower())
    by_word = {choice.lower(): choice for choice in choices}
    near = get_close_matches(word.lower(), by_word, 1)
    if foreign in choices:
        return f"Did you mean `{foreign}`?"
    return f"Did you mean `{by_word[near[0]]}`?" if near else f"One of {', '.join(choices)}."
