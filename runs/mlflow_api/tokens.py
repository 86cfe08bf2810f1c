"""Page tokens: the cursors of the studio, refused in MLflow's words."""

from typing import Any

from runs.http.cursors import BadCursor, read_cursor
from runs.mlflow_api.errors import INVALID, ProtocolError


def read_token(token: str | None, *kinds: Any) -> tuple[Any, ...] | None:
    """Return the place in `token`, whose values are of `kinds`; None without a token.

    Raises `ProtocolError` for a token that the studio has not given out.
    """
    try:
        return read_cursor(token, *kinds)
    except BadCursor:
        raise bad_token() from None


def bad_token() -> ProtocolError:
    """The studio has not given out this token."""
    return ProtocolError(INVALID, "Invalid page token, could not base64-decode")
