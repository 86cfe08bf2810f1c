"""Answers that are made while they are sent."""

import logging
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from runs.http.errors import as_studio_error

logger = logging.getLogger(__name__)


class Streamed(StreamingHttpResponse):
    """An answer whose pieces are made while they are sent.

    An error on the way can no longer be reported: the answer ends there. Where its length was sent
    before, the server closes the connection, and the client knows that something is missing.
    """

    def __init__(self, pieces: Iterator[Any], **options: Any) -> None:
        super().__init__(until_it_fails(pieces), **options)


def until_it_fails(pieces: Iterator[Any]) -> Iterator[Any]:
    """Yield the pieces. An error ends them and is logged: in one line where its cause is known (a
    file has lost its bytes, the database is away), else with its traceback."""
    try:
        yield from pieces
    except Exception as error:
        known = as_studio_error(error)
        if known is None:
            logger.exception("An answer broke off")
        else:
            logger.error("An answer broke off: %s", known.message)
