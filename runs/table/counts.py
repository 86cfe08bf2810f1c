"""How many runs a run table shows, and how many there are around them."""

from dataclasses import dataclass, replace

from runs.search import count_place, count_runs
from runs.table.run_list import TableQuery
from runs.tracking.filters import EVERYTHING


@dataclass(frozen=True, kw_only=True)
class TableCounts:
    """`matching` runs of `all` active ones where the table looks, of which some run or are queued.

    Where a table can show runs with or without their children, `all` counts those without a parent
    and `children` the others; `matching_top` counts the matching runs without a parent.
    """

    matching: int
    all: int
    running: int
    queued: int
    children: int = 0
    running_children: int = 0
    queued_children: int = 0
    with_children: bool = False
    matching_top: int


def count_table(query: TableQuery) -> TableCounts:
    """Count for a run table. Raises FilterError, SearchError. Two to four queries."""
    matching = count_runs(query.search).value
    whole = count_place(replace(query.search, include_children=True))
    if query.search.within != EVERYTHING:
        return TableCounts(
            matching=matching,
            all=whole.all,
            running=whole.running,
            queued=whole.queued,
            matching_top=matching,
        )
    top_search = replace(query.search, include_children=False)
    top = count_place(top_search)
    return TableCounts(
        matching=matching,
        all=top.all,
        running=whole.running,
        queued=whole.queued,
        children=whole.all - top.all,
        running_children=whole.running - top.running,
        queued_children=whole.queued - top.queued,
        with_children=query.is_tree,
        matching_top=count_runs(top_search).value if query.is_tree else matching,
    )
