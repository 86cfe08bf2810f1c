"""Page tokens: the cursors of the studio, refused in MLflow's words."""

from typing import Any

from runs.http.cursors import BadCursor, read_cursor
from runs.mlflow_api.errors import INVALID, SHOWN_CHARS, ProtocolError


def read_token(token: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the place in `token`, whose values are of `kinds`; None without a token.

    Raises `ProtocolError` for a token that the studio has not given out.
    """
    try:
        return read_cursor(token, *kinds)
    except BadCursor:
        raise bad_token(token or "") from None


def bad_token(token: str) -> ProtocolError:
    """The studio has not given out this token."""
    shown = token[:SHOWN_CHARS]
    text = f"Invalid page token, could not base64-decode: page_token '{shown}' is none of ours."
    return ProtocolError(INVALID, text)
