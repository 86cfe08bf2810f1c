"""The errors of a search, beside `FilterError`."""

from runs.workspaces.errors import StudioError


class SearchError(StudioError):
    """A search that cannot be run as asked; `message` says what to change."""

    code = "invalid_search"


class PlaceError(SearchError):
    """The place belongs to another sort order, or no page has ended there."""


class UnknownColumn(SearchError):
    """No column or sort key can be written so."""
