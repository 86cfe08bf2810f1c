"""The error of a filter, which names the place in the text."""

from typing import Any

from runs.tracking.errors import InvalidValue


class FilterError(InvalidValue):
    """A filter that cannot be read, or asks for what a field cannot answer.

    `message` says in plain words what is wrong, `position` and `length` mark the characters meant
    (0-based), `hint` says what to write instead and may be empty.
    """

    code = "invalid_filter"

    def __init__(self, message: str, position: int = 0, length: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.position = position
        self.length = length
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} (at character {self.position + 1})"

    def facts(self) -> dict[str, Any]:
        hint = {"hint": self.hint} if self.hint else {}
        return {"field": "filter", "position": self.position, "length": self.length} | hint
