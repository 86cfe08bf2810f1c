"""What is measured: one file per case, listed in the order they run."""

from tests.bench.cases import (
    chart,
    disk,
    full_runs,
    history,
    log_batch,
    log_calls,
    log_metric,
    mixed,
    pages,
    reuse,
    search,
    slow_clients,
    start,
    submitted,
)
from tests.bench.cases.case import Case

CASES: list[Case] = [
    start.FIRST,
    start.CASE,
    reuse.CASE,
    *log_metric.CASES,
    *log_batch.CASES,
    log_calls.CASE,
    full_runs.CASE,
    *search.CASES,
    *history.CASES,
    chart.CASE,
    mixed.CASE,
    slow_clients.CASE,
    disk.CASE,
    *pages.CASES,
    *submitted.CASES,
]
