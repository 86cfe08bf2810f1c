"""Page tokens: opaque to clients, base64 of JSON, read with suspicion."""

import base64
import binascii
from typing import Any

import msgspec

from runs.mlflow_api.errors import INVALID, SHOWN_CHARS, ProtocolError

MAX_CHARS = 20_000


def make_token(position: list[Any]) -> str:
    """Return a token for a position in a list."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode()


def read_token(token: str | None, *kinds: type) -> list[Any] | None:
    """Return the position in `token`, whose parts are of `kinds`; None without a token.

    Raises `ProtocolError` for anything that `make_token` has not made.
    """
    if not token:
        return None
    if len(token) > MAX_CHARS:
        raise bad_token(token)
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        return list(msgspec.json.decode(raw, type=tuple[kinds]))
    except (UnicodeError, binascii.Error, msgspec.MsgspecError, RecursionError) as error:
        raise bad_token(token) from error


def bad_token(token: str) -> ProtocolError:
    """The token is none of ours."""
    shown = token[:SHOWN_CHARS]
    text = f"Invalid page token, could not base64-decode: page_token '{shown}' is none of ours."
    return ProtocolError(INVALID, text)
