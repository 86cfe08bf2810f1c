"""Searching, sorting and counting runs."""

from runs.search.errors import PlaceError, SearchError
from runs.search.goals import Goal, parse_goal
from runs.search.places import Place, place_kinds
from runs.search.search import Search, make_search
from runs.search.searching import Count, PlaceCounts, RunPage, count_place, count_runs, search_runs
from runs.search.sort_keys import SortKey, parse_sort

__all__ = [
    "Count",
    "Goal",
    "Place",
    "PlaceCounts",
    "PlaceError",
    "RunPage",
    "Search",
    "SearchError",
    "SortKey",
    "count_place",
    "count_runs",
    "make_search",
    "parse_goal",
    "parse_sort",
    "place_kinds",
    "search_runs",
]
