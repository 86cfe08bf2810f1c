"""The fields that every run has: the one table from which filters, sorting, columns, exports and
REST derive. A new column of `Run` needs one entry here."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from runs.tracking.client_tags import ARTIFACT_SCHEME
from runs.tracking.durations import SECONDS, span_of
from runs.tracking.errors import InvalidValue
from runs.tracking.fields import Aggregate, Entity, Field, split_aggregate
from runs.tracking.models import Lifecycle, RunKind
from runs.tracking.statuses import Status
from runs.tracking.tables import EXPERIMENT, RUN


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


TEXTS = (Type.TEXT, Type.CHOICE)
LOOKS = {Type.NUMBER: "number", Type.TIME: "time", Type.SECONDS: "duration"}
WIDTHS = {"number": 84, "time": 116, "duration": 98}
KEYED = {Entity.RUN, Entity.METRIC, Entity.PARAM, Entity.TAG, Entity.PROPERTY}
LIST_TEXT = "status, metrics.loss, metrics.loss.min, params.lr"


@dataclass(frozen=True, slots=True)
class RunField:
    """A field of a run.

    `column` is the column of the table of runs that holds it, and its name in REST. `sql` is the
    expression where there is no such column; `r` is the run, `{now}` the time of the search. With
    neither it can be shown alone. `aliases` and `choices` are of the filter language. The rest is
    of its column in the run table: title (empty: it has no column), `look` of the cells, width in
    pixels. `is_always` says that no run lacks it, `is_indexed` that an index has it in order,
    `order` is the column to sort by where that is another one.
    """

    name: str
    type: Type
    label: str = ""
    column: str = ""
    sql: str = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    look: str = ""
    width: int = 0
    is_default: bool = False
    is_always: bool = False
    is_indexed: bool = False
    order: str = ""

    @property
    def expression(self) -> str:
        """What SQL reads it from; empty where it cannot."""
        return self.sql or (self.column and f"r.{self.column}")

    @property
    def is_text(self) -> bool:
        return self.type in TEXTS

    @property
    def cell_look(self) -> str:
        return self.look or LOOKS.get(self.type, "text")

    @property
    def cell_width(self) -> int:
        return self.width or WIDTHS.get(self.cell_look, 120)

    def read(self, run: Any) -> Any:
        """Return what the run table shows of a run: a time in ms, a span, a (status,
        reason) pair, a run, an experiment, or a text."""
        reader = READERS.get(self.cell_look)
        return reader(run) if reader else getattr(run, self.column or self.name)


READERS: dict[str, Callable[[Any], Any]] = {
    "duration": span_of,
    "status": lambda run: (run.status, run.status_reason),
}
NAME_OF_EXPERIMENT = f"(SELECT e.name FROM {EXPERIMENT} e WHERE e.id = r.experiment_id)"
PARENT = f"(SELECT q.run_id FROM {RUN} q WHERE q.id = r.parent_id)"
ROOT = f"(SELECT q.run_id FROM {RUN} q WHERE q.id = r.root_id)"
ARCHIVED = f"CASE WHEN r.lifecycle = '{Lifecycle.ARCHIVED.value}' THEN 1 ELSE 0 END"
# The location that clients are told: the run's folder is put before a query string. (Trimming all
# characters but `?` from the right leaves what stands up to the `?`.)
GIVEN = "e.artifact_location"
UP_TO_QUERY = f"rtrim({GIVEN}, replace({GIVEN}, '?', ''))"
RUN_FOLDER = "'/' || r.run_id || '/artifacts'"
ARTIFACTS = (
    f"(SELECT CASE WHEN {GIVEN} = '' THEN '{ARTIFACT_SCHEME}/' || e.number || {RUN_FOLDER}"
    f" WHEN {UP_TO_QUERY} = '' THEN rtrim({GIVEN}, '/') || {RUN_FOLDER}"
    f" ELSE rtrim(rtrim({UP_TO_QUERY}, '?'), '/') || {RUN_FOLDER}"
    f" || substr({GIVEN}, length({UP_TO_QUERY})) END"
    f" FROM {EXPERIMENT} e WHERE e.id = r.experiment_id)"
)
TEXT, TIME = Type.TEXT, Type.TIME
STATUSES, KINDS = tuple(Status.values), tuple(RunKind.values)
RUN_FIELDS = (
    RunField("name", TEXT, "Run", "name", aliases=("run_name", "run name"), look="name",
             width=230, is_default=True, order="name_order"),
    RunField("number", Type.NUMBER, "Number", "number", aliases=("run_number",), is_always=True,
             is_indexed=True),
    RunField("experiment", TEXT, "Experiment", sql=NAME_OF_EXPERIMENT, aliases=("experiment_name",),
             look="link", width=170, is_default=True),
    RunField("status", Type.CHOICE, "Status", "status", choices=STATUSES, look="status",
             width=156, is_default=True, is_always=True),
    RunField("created", TIME, "Created", "created_ms", aliases=("created_at", "creation_time"),
             is_always=True, is_indexed=True),
    RunField("started", TIME, "Started", "started_ms", aliases=("start_time", "started_at"),
             is_default=True),
    RunField("ended", TIME, "Ended", "ended_ms", aliases=("end_time", "ended_at")),
    RunField("updated", TIME, "Updated", "updated_ms", aliases=("updated_at",), is_always=True),
    RunField("duration", Type.SECONDS, "Duration", sql=SECONDS, is_default=True),
    RunField("submitted_by", TEXT, "Submitted by", "submitted_by", aliases=("user_id", "user")),
    RunField("target", TEXT, "Compute", "target", aliases=("compute_target",), width=116),
    RunField("kind", Type.CHOICE, "Kind", "kind", aliases=("type",), choices=KINDS, width=100,
             is_always=True),
    RunField("tags", TEXT, "Tags", look="tags", width=180),
    RunField("description", TEXT, "Description", "description", width=220),
    RunField("run_id", TEXT, "Run id", "run_id", aliases=("id",), width=260, is_always=True),
    RunField("parent", TEXT, "Parent", sql=PARENT, aliases=("parent_run_id",), look="link",
             width=150),
    RunField("root", TEXT, sql=ROOT, aliases=("root_run_id",)),
    RunField("error", TEXT, "Error", "error", width=220),
    RunField("reason", TEXT, "Reason", "status_reason", aliases=("status_reason",), width=180),
    RunField("archived", Type.FLAG, sql=ARCHIVED, is_always=True),
    RunField("artifact_uri", TEXT, sql=ARTIFACTS),
)  # fmt: skip
BY_NAME = {
    name: field for field in RUN_FIELDS if field.expression for name in (field.name, *field.aliases)
}
SHOWN = {field.name: field for field in RUN_FIELDS if field.label}


def parse_field(text: str) -> Field:
    """Read one item of a list of columns or sort keys; a run field needs no `run.`. Raises
    InvalidValue for an entity or a run field there is not."""
    prefix, _, key = (text if "." in text else f"{Entity.RUN}.{text}").partition(".")
    if prefix not in KEYED or not key:
        raise InvalidValue(f"{text!r} is no field of a run. Write {LIST_TEXT}.")
    entity = Entity(prefix)
    if entity is Entity.RUN:
        return Field(entity, _find_run_field(key).name)
    if entity is Entity.METRIC and (split := split_aggregate(key)):
        return Field(entity, *split)
    return Field(entity, key)


def _find_run_field(key: str) -> RunField:
    field = SHOWN.get(key) or BY_NAME.get(key)
    if field is None:
        raise InvalidValue(f"A run has no field {key!r}: it has {', '.join(SHOWN)}.")
    return field


def split_list(text: str) -> list[str]:
    r"""Split a comma list whose items write `,` as `\,` and `\` as `\\`; empty ones are dropped."""
    items, escaped = [""], False
    for char in text:
        if escaped or char not in "\\,":
            items[-1] += char
            escaped = False
        elif char == ",":
            items.append("")
        else:
            escaped = True
    return [item for item in items if item]


def label_of(field: Field) -> str:
    """Return the title of a field's column."""
    return SHOWN[field.key].label if field.entity is Entity.RUN else field.key


def can_compare(field: Field) -> bool:
    """Tell whether the database can read a field, so that runs are grouped and compared by it."""
    if field.entity is Entity.RUN:
        return field.key in BY_NAME
    return field.entity is not Entity.METRIC or field.aggregate not in (
        Aggregate.BEST,
        Aggregate.TREND,
    )
