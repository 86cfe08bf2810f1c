"""The fields of a filter: entities with their aliases, the fields of a run with their types.

Everything that a parser, a completion list or an error message must know about names is here.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from runs.tracking.filters.nodes import (
    EQUALITY,
    LIKES,
    LISTS,
    NULLS,
    ORDERED,
    PATTERNS,
    Entity,
    Field,
    Operator,
)
from runs.tracking.models import RunKind
from runs.tracking.statuses import Status

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


class Type(Enum):
    """What kind of value a field is compared with."""

    METRIC = "a number, or a quoted text for a text metric"
    ANY = "a number, true, false or a text"
    TEXT = "a text"
    CHOICE = "one of a few words"
    NUMBER = "a number"
    TIME = "a date such as 2026-05-01, or a time before now such as -7d"
    SECONDS = "a number of seconds, or a length of time such as 90m"
    FLAG = "true or false"
    PATTERN = "a regular expression in quotes"


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


@dataclass(frozen=True, slots=True)
class RunField:
    """A field every run has: its canonical name, type, other names, and words it may hold."""

    name: str
    type: Type
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


RUN_FIELDS = (
    RunField("name", Type.TEXT, ("run_name", "run name")),
    RunField("status", Type.CHOICE, choices=tuple(Status.values)),
    RunField("experiment", Type.TEXT, ("experiment_name",)),
    RunField("number", Type.NUMBER, ("run_number",)),
    RunField("created", Type.TIME, ("created_at", "creation_time")),
    RunField("started", Type.TIME, ("start_time", "started_at")),
    RunField("ended", Type.TIME, ("end_time", "ended_at")),
    RunField("updated", Type.TIME, ("updated_at",)),
    RunField("duration", Type.SECONDS),
    RunField("submitted_by", Type.TEXT, ("user_id", "user")),
    RunField("target", Type.TEXT, ("compute_target",)),
    RunField("kind", Type.CHOICE, ("type",), choices=tuple(RunKind.values)),
    RunField("run_id", Type.TEXT, ("id",)),
    RunField("parent", Type.TEXT, ("parent_run_id",)),
    RunField("root", Type.TEXT, ("root_run_id",)),
    RunField("description", Type.TEXT),
    RunField("error", Type.TEXT),
    RunField("reason", Type.TEXT, ("status_reason",)),
    RunField("archived", Type.FLAG),
    RunField("artifact_uri", Type.TEXT),
)
BY_NAME = {name: field for field in RUN_FIELDS for name in (field.name, *field.aliases)}
DATASET_KEYS = ("name", "digest", "context")
ENTITY_TYPES = {
    Entity.METRIC: Type.METRIC,
    Entity.PARAM: Type.ANY,
    Entity.TAG: Type.ANY,
    Entity.PROPERTY: Type.ANY,
    Entity.DATASET: Type.TEXT,
    Entity.LOG: Type.PATTERN,
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
