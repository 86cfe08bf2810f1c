"""Which runs printed something: the logs of many runs, searched on the server."""

from collections.abc import Iterator

from runs.artifacts.errors import InvalidPattern
from runs.artifacts.logs.conventions import logs_by_run
from runs.artifacts.logs.query import parse_query
from runs.artifacts.logs.searching import has_match
from runs.artifacts.models import File
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run

MOST_RUNS = 2000
BATCH = 200


def match_logs(pattern: str, run_ids: list[int]) -> set[int]:
    """Return the keys of the runs with a log that has a line with a match of the expression.

    Raises InvalidValue for a bad pattern, or when the rest of the filter leaves more than 2,000
    runs: narrow it down first.
    """
    if len(run_ids) > MOST_RUNS:
        raise InvalidValue(
            f"That would search the logs of {len(run_ids):,} runs. Add conditions that leave at "
            f"most {MOST_RUNS:,}, such as an experiment or created > -7d."
        )
    try:
        query = parse_query(pattern, match_case=True)
    except InvalidPattern as error:
        raise InvalidValue(error.message) from error
    return {run.pk for run, logs in with_logs(run_ids) if has_match(run, logs, query)}


def with_logs(run_ids: list[int]) -> Iterator[tuple[Run, list[File]]]:
    for start in range(0, len(run_ids), BATCH):
        yield from logs_by_run(list(Run.objects.filter(id__in=run_ids[start : start + BATCH])))
