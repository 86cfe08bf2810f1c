"""Running the statements of a search."""

from django.db import DataError

from runs.database.dialects import current_dialect
from runs.database.fragments import Row, Sql
from runs.search.errors import SearchError


def fetch(query: Sql) -> list[Row]:
    """Return the rows of a query. Raises SearchError where the database cannot run it, such as
    for a number beyond its range."""
    try:
        return current_dialect().fetch(query)
    except (DataError, OverflowError) as error:
        raise SearchError(f"The database cannot run this search: {error}.") from error
