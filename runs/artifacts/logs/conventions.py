"""Which files are logs, and which of them to open first.

Recognised by pattern, for the names differ by the time and the node they come from:
`azureml-logs/70_driver_log*.txt` and its numbered neighbours, `user_logs/std_log*.txt`,
`system_logs/`, `logs/`, and whatever is called `.log` elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from django.db.models import Q, QuerySet

from runs.artifacts.models import File
from runs.artifacts.owners import Owner, files_of
from runs.artifacts.paths import inside
from runs.tracking.models import Run

LOG_FOLDERS = ("azureml-logs", "user_logs", "logs", "system_logs")
LOG_SUFFIXES = (".log", ".out", ".err")
_MOST_LOGS = 5000

# The first pattern that matches ranks a log: what the user's own script printed comes first.
_RANKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"azureml-logs/70_driver_log\.txt$",
        r"azureml-logs/(.*/)?70_driver_log.*\.txt$",
        r"user_logs/std_log\.txt$",
        r"user_logs/(.*/)?std_log.*\.txt$",
        r"user_logs/",
        r"azureml-logs/70_mpi_log\.txt$",
        r"logs/azureml/",
        r"logs/",
        r"azureml-logs/",
        r"system_logs/",
    )
)
# The tools around the script are of interest only where nothing else has text.
_RANK_OF_TOOLS = 100
_IS_OF_TOOLS = re.compile(r"logs/azureml/|system_logs/|azureml-logs/(?:20|55|65|75)_|.*\.json$")


def is_log(path: str) -> bool:
    """Tell whether `path` names a log."""
    folder, slash, _ = path.partition("/")
    return (bool(slash) and folder in LOG_FOLDERS) or path.lower().endswith(LOG_SUFFIXES)


def list_logs(owner: Owner) -> list[File]:
    """Return the logs of `owner`, the one to open first in front."""
    return sorted(_logs_of(files_of(owner)).order_by("path")[:_MOST_LOGS], key=log_order)


def logs_by_run(runs: Sequence[Run]) -> Iterator[tuple[Run, list[File]]]:
    """Yield each of `runs` with its logs, in the order of `list_logs`. One query, and one per run
    where they have very many."""
    found = _logs_of(File.objects.filter(run__in=runs)).order_by("run_id", "path")
    rows = list(found[: _MOST_LOGS + 1])
    if len(rows) > _MOST_LOGS:
        yield from ((run, list_logs(run)) for run in runs)
        return
    logs = {pk: list(files) for pk, files in groupby(rows, key=lambda file: file.run_id)}
    yield from ((run, sorted(logs.get(run.pk, ()), key=log_order)) for run in runs)


def _logs_of(files: QuerySet[File]) -> QuerySet[File]:
    wanted = Q()
    for folder in LOG_FOLDERS:
        low, high = inside(folder)
        wanted |= Q(path__gte=low, path__lt=high)
    for suffix in LOG_SUFFIXES:
        wanted |= Q(path__iendswith=suffix)
    return files.filter(wanted)


def default_log(owner: Owner) -> File | None:
    """Return the log to open: the first one that has text, else the first one, else none."""
    logs = list_logs(owner)
    return next((log for log in logs if log.size_bytes), logs[0] if logs else None)


def log_order(file: File) -> tuple[int, list[tuple[int, str]]]:
    """Return the sort key of a log: its kind, then its name with numbers in order of size."""
    rank = next(
        (rank for rank, pattern in enumerate(_RANKS) if pattern.match(file.path)), len(_RANKS)
    )
    if _IS_OF_TOOLS.match(file.path):
        rank += _RANK_OF_TOOLS
    parts = re.findall(r"[0-9]+|[^0-9]+", file.path)
    return rank, [
        (int(part), "") if part.isascii() and part.isdigit() else (0, part) for part in parts
    ]
