"""Curves of many runs and metrics, down-sampled to what a chart can show."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint
from runs.api.inputs import Input, Name, Text, Whole
from runs.api.numbers import Number
from runs.api.schema import describe
from runs.charts.chart_series import Wanted, find_series
from runs.charts.curves import read_curves
from runs.metrics.number_words import write_number
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action


class SeriesQuery(Input):
    """Which metrics of which runs, over what, and how fine."""

    run = serializers.ListField(child=Name(), help_text="Ids of runs; repeat it.")
    name = serializers.ListField(
        child=Name(), help_text="Names of metrics, or <key>.<column> of a table; repeat it."
    )
    x = Text(
        default="step",
        help_text="step, time (s since start), wall (ms), index, metrics.<key>, or a column of"
        " rows or a table: metrics.<key>.<column>",
    )
    low = serializers.FloatField(required=False, help_text="The range of x.")
    high = serializers.FloatField(required=False)
    pixels = Whole(min_value=1, max_value=10_000, default=1000, help_text="How wide the chart is.")


class CurveOut(serializers.Serializer):
    """The points to draw; first, last and every spike are among them."""

    run_id = serializers.CharField()
    name = serializers.CharField()
    x = serializers.ListField(child=Number())
    y = serializers.ListField(child=Number())
    total = serializers.IntegerField(help_text="How many points the range has.")


class SeriesOut(serializers.Serializer):
    """A curve for each run and metric that has points."""

    items = CurveOut(many=True)


class Series(Endpoint):
    """Curves for a chart."""

    @describe(
        "Read down-sampled curves of many runs and metrics",
        query=SeriesQuery,
        gives=SeriesOut,
        shows={
            "items": [{"run_id": "5f1c", "name": "loss", "x": [0, 1], "y": [0.5, 0.2], "total": 2}]
        },
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request) -> Response:
        asked = self.read_query(SeriesQuery)
        wanted = Wanted(run_ids=asked.pop("run"), keys=asked.pop("name"), **asked)
        curves = read_curves(self.workspace.id, find_series(self.workspace.id, wanted), wanted)
        items = [
            {
                "run_id": curve.run_id,
                "name": curve.key,
                "x": [write_number(x) for x in curve.x.tolist()],
                "y": [write_number(y) for y in curve.y.tolist()],
                "total": curve.total,
            }
            for curve in curves
        ]
        return Response({"items": items})
