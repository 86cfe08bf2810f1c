"""Searching, sorting and counting runs."""

from runs.charts.search.beforehand import BestValues, LogMatcher
from runs.charts.search.errors import CursorError, SearchError
from runs.charts.search.prepared import Search
from runs.charts.search.searching import (
    Count,
    Page,
    count_runs,
    matching_runs,
    prepare_search,
    search_runs,
)
from runs.charts.search.sort_keys import SortKey, SortKind

__all__ = [
    "BestValues",
    "Count",
    "CursorError",
    "LogMatcher",
    "Page",
    "Search",
    "SearchError",
    "SortKey",
    "SortKind",
    "count_runs",
    "matching_runs",
    "prepare_search",
    "search_runs",
]
