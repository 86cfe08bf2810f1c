"""What a search can be refused for, beside a `FilterError`."""


class SearchError(Exception):
    """A search that cannot be run as asked; `message` says what to change."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class CursorError(SearchError):
    """The page cursor is damaged or belongs to another sort order."""


class UnknownColumn(SearchError):
    """No column or sort key can be written so."""
