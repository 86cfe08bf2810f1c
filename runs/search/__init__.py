"""Searching, sorting and counting runs."""

from runs.search.errors import CursorError, SearchError
from runs.search.goals import Goal, parse_goal
from runs.search.search import Search, make_search
from runs.search.searching import Count, PlaceCounts, RunPage, count_place, count_runs, search_runs
from runs.search.sort_keys import SortKey, parse_sort

__all__ = [
    "Count",
    "CursorError",
    "Goal",
    "PlaceCounts",
    "RunPage",
    "Search",
    "SearchError",
    "SortKey",
    "count_place",
    "count_runs",
    "make_search",
    "parse_goal",
    "parse_sort",
    "search_runs",
]
