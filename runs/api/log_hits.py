"""Which runs printed something: the logs of many runs, searched page by page."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer
from runs.api.inputs import Flag, Input, Name, Text, Whole
from runs.api.logs import PATH, HitOut
from runs.api.run_shapes import ExperimentName
from runs.api.schema import describe
from runs.artifacts.logs.query import parse_query
from runs.http.cursors import read_key, write_key
from runs.search.log_hits import page_of_hits, runs_with_files
from runs.tracking.models import Experiment
from runs.tracking.queries import get_experiment, get_experiment_by_name
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

SECONDS = 2
MOST_SECONDS = 8
EXAMPLE = {
    "items": [
        {
            "run_id": "5f1c7d2e",
            "name": "calm-heron",
            "experiment": {"number": 1, "name": "vision"},
            "path": PATH,
            "hits": [
                {"no": 7, "byte": 96, "text": "CUDA out of memory", "spans": [[0, 18]]},
            ],
            "is_complete": False,
        }
    ],
    "searched": 1,
    "next": "eJyLNjGKBQACzQEf",
}


class LogHitsQuery(Input):
    """What to look for, and in which runs."""

    q = Name(max_length=1000, help_text="A text, or with regex=true a regular expression (RE2).")
    regex = Flag(default=False)
    match_case = Flag(default=False)
    experiment = serializers.ListField(
        child=Whole(min_value=0), default=list, help_text="Numbers of experiments; repeat it."
    )
    experiment_name = serializers.ListField(
        child=Text(), default=list, help_text="Names of experiments; repeat it."
    )
    limit = Whole(
        default=50, min_value=1, max_value=500, help_text="A page ends after so many logs with hits"
    )
    seconds = Whole(
        default=SECONDS,
        min_value=1,
        max_value=MOST_SECONDS,
        help_text="or so many seconds, whichever comes first; with hits after half a second.",
    )
    after = Text(default="", help_text="The `next` of the page before.")


class FileHitsOut(serializers.Serializer):
    """A log with hits. `is_complete` is false where it has more than these, or where its time
    was up, perhaps before the first: search it alone."""

    run_id = serializers.CharField(source="run.run_id")
    name = serializers.CharField(source="run.name", allow_blank=True)
    experiment = ExperimentName(source="run.experiment")
    path = serializers.CharField(source="file.path")
    hits = HitOut(many=True)
    is_complete = serializers.BooleanField()


class LogHitsOut(serializers.Serializer):
    """A page, perhaps empty; go on with `after` = `next` until that is null. `searched` counts the
    runs of this page."""

    items = FileHitsOut(many=True)
    searched = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)


class LogHits(Endpoint):
    """Hits in the logs of the active runs of the workspace."""

    @describe(
        "Search the logs of runs, the newest run first",
        query=LogHitsQuery,
        gives=LogHitsOut,
        shows=EXAMPLE,
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request) -> Response:
        asked = self.read_query(LogHitsQuery)
        query = parse_query(asked["q"], is_regex=asked["regex"], match_case=asked["match_case"])
        found = page_of_hits(
            runs_with_files(self.workspace, self.experiments_of(asked) or None),
            query,
            after=read_key(asked["after"], int),
            limit=asked["limit"],
            budget_s=float(asked["seconds"]),
        )
        page = {"items": found.items, "searched": found.searched, "next": write_key(found.next)}
        return answer(LogHitsOut, page)

    def experiments_of(self, asked: dict[str, Any]) -> list[Experiment]:
        """Return the experiments that are asked for. Raises NotFound."""
        by_number = [get_experiment(self.workspace, number) for number in asked["experiment"]]
        by_name = [
            get_experiment_by_name(self.workspace, each) for each in asked["experiment_name"]
        ]
        return by_number + by_name
