"""Metrics of a run: log values of every kind, list, read values, rows, texts, drawn curves."""

from typing import Annotated, Any

import msgspec
from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer
from runs.api.inputs import Input, Name, PageQuery, Text, Whole
from runs.api.metric_shapes import (
    BATCH_EXAMPLE,
    KINDS_EXAMPLE,
    MS,
    ArtifactOut,
    BatchIn,
    BatchOut,
    MetricOut,
)
from runs.api.numbers import Number
from runs.api.schema import describe, page_of
from runs.http.cursors import read_cursor, read_key, write_cursor, write_key
from runs.metrics.kinds.listing import list_artifacts, list_kinds_page
from runs.metrics.kinds.logging import log_from_writer, log_metrics
from runs.metrics.kinds.rows import read_table_rows, read_texts_page
from runs.metrics.kinds.values import AnyValue
from runs.metrics.number_words import write_number
from runs.metrics.queries import PLACE, read_history
from runs.tracking.queries import get_run
from runs.tracking.texts import INT64_MAX
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

Sequence64 = Annotated[int, msgspec.Meta(ge=0, le=INT64_MAX)]
BatchId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a batch: decoded and checked in one pass."""

    metrics: list[AnyValue]
    id: BatchId | None = None
    writer: BatchId | None = None
    sequences: list[Sequence64] | None = None


DECODER = msgspec.json.Decoder(Batch)


class MetricQuery(PageQuery):
    """Which values of which metric."""

    name = Name(help_text="The metric.")
    column = Text(default="", help_text="The column, of a metric with columns.")


class StepQuery(Input):
    """Which rows of which metric."""

    name = Name(help_text="The metric.")
    limit = Whole(min_value=1, max_value=10_000, default=1000)
    after = Text(default="", help_text="The `next` of the page before; empty for the first page.")


class PlaceQuery(StepQuery):
    """Which texts of which metric."""

    column = Text(default="", help_text="The column, of a metric with columns.")


class ArtifactQuery(Input):
    """Which images and documents."""

    name = Text(default="", help_text="Of this metric alone.")
    kind = Text(default="", help_text="Of this kind alone.")


class MetricsQuery(Input):
    """Which page of the metrics."""

    limit = Whole(
        min_value=1,
        max_value=1000,
        default=1000,
        help_text="How many names at most; a name with several kinds has an item for each.",
    )
    after = Text(default="", help_text="The `next` of the page before; empty for the first page.")


class PointOut(serializers.Serializer):
    """A value at its step and time."""

    step = serializers.IntegerField()
    ms = serializers.IntegerField()
    value = Number()


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"oneOf": [{"type": "number"}, {"type": "string"}]},
    }
)
class Cells(serializers.Field):
    """The cells of a row by column."""

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return {
            column: cell if isinstance(cell, str) else write_number(cell)
            for column, cell in value.items()
        }


class RowOut(serializers.Serializer):
    """A row with the cells that are there."""

    step = serializers.IntegerField()
    values = Cells()


class RowsOut(serializers.Serializer):
    """A page of rows; the columns are in the order they were logged in."""

    columns = serializers.ListField(child=serializers.CharField())
    items = RowOut(many=True)
    next = serializers.CharField(allow_null=True)


class TextOut(serializers.Serializer):
    """A text at its step and time."""

    step = serializers.IntegerField()
    ms = serializers.IntegerField()
    value = serializers.CharField(allow_blank=True)


class TextsOut(serializers.Serializer):
    """A page of texts."""

    items = TextOut(many=True)
    next = serializers.CharField(allow_null=True)


class ArtifactsOut(serializers.Serializer):
    """Images and documents, by name and step."""

    items = ArtifactOut(many=True)


class Metrics(Endpoint):
    """The metrics of a run."""

    @describe(
        "List the metrics of a run by name, with their kinds and summaries",
        query=MetricsQuery,
        gives=page_of(MetricOut),
        shows=KINDS_EXAMPLE | {"next": None},
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        run, asked = get_run(self.workspace, run_id), self.read_query(MetricsQuery)
        after = read_key(asked["after"], str)
        page = list_kinds_page(run, after=after or "", limit=asked["limit"])
        items = MetricOut(page.items, many=True).data
        return Response({"items": items, "next": write_key(page.next)})

    @describe(
        "Log metrics of any kind, all or none",
        body=BatchIn,
        sends=BATCH_EXAMPLE,
        gives=BatchOut,
        shows={"stored": True},
    )
    @Access(Action.RUN_WRITE, ("POST",), settings.STUDIO_MAX_BODY_BYTES)
    def post(self, request: Request, run_id: str) -> Response:
        batch = read_batch(request._request.body)
        if (batch.writer is None) != (batch.sequences is None):
            raise ValidationError({"sequences": ["Give writer and sequences, or none of them."]})
        asked = {"workspace": self.workspace, "run_id": run_id, "values": batch.metrics}
        if batch.writer is not None and batch.sequences is not None:
            stored = log_from_writer(**asked, writer=batch.writer, sequences=batch.sequences)
        else:
            stored = log_metrics(**asked, batch_id=batch.id)
        return Response({"stored": stored})


class MetricValues(Endpoint):
    """The numbers of a metric."""

    @describe(
        "Read the numbers of a metric by time, step and value",
        query=MetricQuery,
        gives=page_of(PointOut),
        shows={"items": [{"step": 0, "ms": MS, "value": 0.5}], "next": None},
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        run = get_run(self.workspace, run_id)
        asked = self.read_query(MetricQuery)
        page = read_history(
            run_id=run.id,
            key=asked["name"],
            column=asked["column"],
            after=read_cursor(asked["after"], *PLACE),
            limit=asked["limit"],
        )
        items = [
            {"step": step, "ms": ms, "value": write_number(value)}
            for step, ms, value in page.points.tolist()
        ]
        return Response({"items": items, "next": write_cursor(page.next)})


class MetricRows(Endpoint):
    """The rows of a metric."""

    @describe(
        "Read the rows of a metric that was logged by rows or as a table",
        query=StepQuery,
        gives=RowsOut,
        shows={
            "columns": ["angle", "cos"],
            "items": [{"step": 0, "values": {"angle": 0.0, "cos": 1.0}}],
            "next": None,
        },
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        run, asked = get_run(self.workspace, run_id), self.read_query(StepQuery)
        after = read_key(asked["after"], int)
        page = read_table_rows(run, key=asked["name"], after=after, limit=asked["limit"])
        shown = {"columns": page.columns, "items": page.items, "next": write_key(page.next)}
        return answer(RowsOut, shown)


class MetricTexts(Endpoint):
    """The texts of a metric."""

    @describe(
        "Read the texts of a metric by step and time",
        query=PlaceQuery,
        gives=TextsOut,
        shows={"items": [{"step": 0, "ms": MS, "value": "Hello from run!"}], "next": None},
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        run, asked = get_run(self.workspace, run_id), self.read_query(PlaceQuery)
        found, more = read_texts_page(
            run,
            key=asked["name"],
            column=asked["column"],
            after=read_key(asked["after"], int),
            limit=asked["limit"],
        )
        return answer(TextsOut, {"items": found, "next": write_key(more)})


class MetricArtifacts(Endpoint):
    """The images and documents of a run."""

    @describe(
        "List the images and documents that were logged as metrics",
        query=ArtifactQuery,
        gives=ArtifactsOut,
        shows={
            "items": [
                {"name": "plot", "kind": "image", "step": 0, "ms": MS, "path": "images/plot.png"}
            ]
        },
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        run, asked = get_run(self.workspace, run_id), self.read_query(ArtifactQuery)
        found = list_artifacts(run, key=asked["name"], kind=asked["kind"])
        return answer(ArtifactsOut, {"items": found})


def read_batch(data: bytes) -> Batch:
    """Return the batch in a body. Raises ValidationError that names the value meant."""
    try:
        return DECODER.decode(data)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        raise ValidationError({place.strip(".`"): [message]}) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError(f"The body is not JSON: {error}.") from error
