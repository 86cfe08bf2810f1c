"""The errors of a search, beside `FilterError`."""

from runs.workspaces.errors import StudioError


class SearchError(StudioError):
    """A search that cannot be run as asked; `message` says what to change."""

    code = "invalid_search"


class CursorError(SearchError):
    """The page cursor is damaged or belongs to another sort order."""


class UnknownColumn(SearchError):
    """No column or sort key can be written so."""
