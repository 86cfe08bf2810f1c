"""Searching, sorting and counting runs."""

from runs.search.beforehand import BestValues, LogMatcher
from runs.search.errors import CursorError, SearchError
from runs.search.prepared import Search
from runs.search.searching import (
    Count,
    Page,
    count_runs,
    matching_runs,
    prepare_search,
    search_runs,
)
from runs.search.sort_keys import SortKey, SortKind

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
