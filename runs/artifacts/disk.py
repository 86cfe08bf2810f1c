"""How much room files take: of runs, experiments, workspaces, folders. Counted, never guessed.
What a run takes is counted when it is written (`counting.py`).

A file belongs to its run; a file of a logged model to the run that logged it; what no run owns to
its workspace. Snapshots are not
counted: their bytes are shared, so no single run takes them or would free them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.db.models import Count, F, QuerySet, Sum, Value
from django.db.models.functions import Left, StrIndex, Substr

from runs.artifacts.models import File, RunUsage
from runs.artifacts.owners import Owner
from runs.artifacts.paths import clean_folder
from runs.artifacts.queries import folder_files
from runs.tracking.models import Experiment, LoggedModel
from runs.workspaces.models import Workspace

_KEYS_PER_QUERY = 500

K = TypeVar("K")


@dataclass(frozen=True)
class Usage:
    """The room that some files take."""

    size_bytes: int = 0
    file_count: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.size_bytes + other.size_bytes, self.file_count + other.file_count)


def usage_of_runs(run_pks: Iterable[int]) -> dict[int, Usage]:
    """Return the usage of each run, zero where it has no files. A query per 500 runs."""
    run_pks = list(run_pks)
    usage = dict.fromkeys(run_pks, Usage())
    for pks in in_parts(run_pks):
        rows = RunUsage.objects.filter(run__in=pks)
        for pk, size_bytes, file_count in rows.values_list("run", "size_bytes", "file_count"):
            usage[pk] = Usage(size_bytes, file_count)
    return usage


def usage_of_experiments(workspace: Workspace) -> dict[int, Usage]:
    """Return the usage of each experiment that has files. Two queries."""
    usage: dict[int, Usage] = {}
    counted = RunUsage.objects.filter(workspace=workspace).order_by().values_list("experiment")
    for pk, size_bytes, file_count in counted.annotate(Sum("size_bytes"), Sum("file_count")):
        usage[pk] = Usage(size_bytes, file_count)
    _add(usage, _of_lone_models(experiment__workspace=workspace), "model__experiment")
    return {pk: one for pk, one in usage.items() if one.file_count}


def usage_of_experiment(experiment: Experiment) -> Usage:
    """Return the usage of one experiment. Two queries."""
    runs = RunUsage.objects.filter(workspace=experiment.workspace_id, experiment=experiment)
    return _sum(runs) + usage_of_lone_models([experiment.pk])


def usage_of_lone_models(experiment_pks: Sequence[int]) -> Usage:
    """Return the usage of the models in experiments that no run has logged. One query."""
    return _total(_of_lone_models(experiment__in=experiment_pks))


def usage_of_workspace(workspace: Workspace) -> Usage:
    """Return the usage of everything in a workspace. Three queries."""
    return sum(usage_of_experiments(workspace).values(), usage_of_own_files(workspace))


def usage_of_own_files(workspace: Workspace) -> Usage:
    """Return the usage of the files of a workspace that no run owns. One query."""
    return _total(File.objects.filter(workspace=workspace))


def usage_of_studio() -> Usage:
    """Return the usage of all files there are. Three queries."""
    own = _total(File.objects.filter(workspace__isnull=False))
    return _sum(RunUsage.objects.all()) + _total(_of_lone_models()) + own


def usage_of_folders(owner: Owner, path: str = "") -> dict[str, Usage]:
    """Return the usage of each folder directly in the folder `path`, by name, at any depth.

    One query that reads every row below.
    """
    folder = clean_folder(path)
    start = len(folder) + 2 if folder else 1
    rest = folder_files(owner, folder).order_by().annotate(rest=Substr("path", start))
    named = rest.annotate(slash=StrIndex("rest", Value("/"))).filter(slash__gt=0)
    usage: dict[str, Usage] = {}
    _add(usage, named.annotate(folder=Left("rest", F("slash") - 1)), "folder")
    return usage


def in_parts(keys: Iterable[K]) -> Iterator[list[K]]:
    """Yield at most 500 keys at a time: as many as one statement takes on any database."""
    rest = iter(keys)
    while part := list(islice(rest, _KEYS_PER_QUERY)):
        yield part


def _add(usage: dict, files: QuerySet[File], group: str) -> None:
    rows = files.order_by().values_list(group).annotate(Sum("size_bytes"), Count("pk"))
    for name, size_bytes, file_count in rows:
        usage[name] = usage.get(name, Usage()) + Usage(size_bytes, file_count)


def _total(files: QuerySet[File]) -> Usage:
    sums = files.aggregate(size=Sum("size_bytes"), count=Count("pk"))
    return Usage(sums["size"] or 0, sums["count"])


def _sum(counted: QuerySet[RunUsage]) -> Usage:
    sums = counted.aggregate(size=Sum("size_bytes"), count=Sum("file_count"))
    return Usage(sums["size"] or 0, sums["count"] or 0)


def _of_lone_models(**where: object) -> QuerySet[File]:
    """The files of models that belong to no run."""
    models = LoggedModel.objects.filter(source_run=None, **where)
    return File.objects.filter(model__in=models.values("pk"))
