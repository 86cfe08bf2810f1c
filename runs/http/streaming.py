"""Answers that are made while they are sent."""

import logging
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from runs.http.errors import as_studio_error

logger = logging.getLogger(__name__)


class Streamed(StreamingHttpResponse):
    """An answer whose pieces are made while they are sent.

    What fails on the way can be told no more: the answer ends there. Where its length was told
    before, the server then closes the connection, and the client knows that something is missing.
    """

    def __init__(self, pieces: Iterator[Any], **options: Any) -> None:
        super().__init__(until_it_fails(pieces), **options)


def until_it_fails(pieces: Iterator[Any]) -> Iterator[Any]:
    """Yield the pieces; an error ends them and is logged: in one line what is known (a file has
    lost its bytes, the database is away), with its traceback a fault of the studio."""
    try:
        yield from pieces
    except Exception as error:
        known = as_studio_error(error)
        if known is None:
            logger.exception("An answer broke off")
        else:
            logger.error("An answer broke off: %s", known.message)
