"""Asking for rows of the run table as its grid does."""

from typing import Any

from django.test import Client

ROWS = "/w/default/run-rows"


def rows(studio: Client, **query: Any) -> dict[str, Any]:
    """Return a page of rows."""
    answer = studio.get(ROWS, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def ids(page: dict[str, Any]) -> list[str]:
    """Return the ids of the rows of a page."""
    return [row["id"] for row in page["rows"]]


def column(page: dict[str, Any], column_id: str) -> list[Any]:
    """Return the cells of a column of a page."""
    index = [one["id"] for one in page["columns"]].index(column_id)
    return [row["cells"][index] for row in page["rows"]]
