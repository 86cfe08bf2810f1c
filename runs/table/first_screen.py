"""The columns and charts of a run table for which nobody has chosen any.

Results come first, ranked by what their names say; counters and what never changes come last.
Measurements of the machine are shown only where there is nothing else.
"""

from collections.abc import Sequence

from django.db.models import Count

from runs.metrics.meanings import SYSTEM, direction_of, is_aside, usage_rank
from runs.metrics.queries import CommonMetric, read_common
from runs.table.columns import Column
from runs.tracking.fields import Aggregate, Entity
from runs.tracking.models import Param

METRICS = 4
PARAMS = 3
BEST_TOO = 2
CHARTS = 3


def common_columns(run_ids: Sequence[int]) -> list[Column]:
    """Return the metrics and parameters to show of these runs; of the first two metrics the best
    value too. Two queries."""
    metrics = rank_metrics(read_common(run_ids))[:METRICS]
    columns: list[Column] = []
    for place, metric in enumerate(metrics):
        columns.append(Column(Entity.METRIC, metric.key))
        direction = direction_of(metric.key)
        if place < BEST_TOO and direction and metric.points > 1:
            columns.append(Column(Entity.METRIC, metric.key, Aggregate(direction)))
    return [*columns, *(Column(Entity.PARAM, key) for key in common_params(run_ids))]


def first_charts(run_ids: Sequence[int]) -> list[str]:
    """Return the metrics whose curves to draw of these runs. One query."""
    curves = [metric for metric in read_common(run_ids) if metric.points > 1]
    return [metric.key for metric in rank_metrics(curves)[:CHARTS]]


def is_result(metric: CommonMetric) -> bool:
    return not (is_aside(metric.key) or metric.is_constant)


def rank_metrics(found: Sequence[CommonMetric]) -> list[CommonMetric]:
    """Sort metrics: results first; of these, those that at least half as many runs have as the
    commonest result; then by the rank of their names. The first two measure different things if
    there are such."""
    found = [metric for metric in found if not metric.key.startswith(SYSTEM)] or found
    most = max((metric.runs for metric in found if is_result(metric)), default=0)

    def order(metric: CommonMetric) -> tuple[bool, bool, tuple[int, int], int, str]:
        is_rare = 2 * metric.runs < most
        return (not is_result(metric), is_rare, usage_rank(metric.key), -metric.runs, metric.key)

    ranked = sorted(found, key=order)
    for metric in ranked[1:]:
        if is_telling(metric, most) and usage_rank(metric.key)[0] != usage_rank(ranked[0].key)[0]:
            ranked.remove(metric)
            ranked.insert(1, metric)
            break
    return ranked


def list_most_used(names: Sequence[str], most: int) -> list[str]:
    """Of sorted names of metrics, return those that people look at most, sorted again."""
    return sorted(sorted(names, key=usage_rank)[:most]) if len(names) > most else list(names)


def is_telling(metric: CommonMetric, most: int) -> bool:
    """Tell whether the name of a common metric says what it measures."""
    return is_result(metric) and 2 * metric.runs >= most and direction_of(metric.key) is not None


def common_params(run_ids: Sequence[int]) -> list[str]:
    """The parameters that most of these runs have, those that differ first. One query."""
    counted = Param.objects.filter(run__in=run_ids).values("key")
    rows = counted.annotate(runs=Count("run"), different=Count("value", distinct=True))
    ranked = sorted(
        rows.values_list("key", "runs", "different"),
        key=lambda row: (row[1] > 1 and row[2] == 1, -row[1], row[0]),
    )
    return sorted(key for key, *_ in ranked[:PARAMS])
