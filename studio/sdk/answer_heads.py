"""Answers whose head was cut. Python takes what came of it for the whole."""

import http.client

HTTP_1_1 = 11


def check_head(answer: http.client.HTTPResponse) -> None:
    """Raise BadStatusLine for a head that says nowhere how its answer ends: it was cut."""
    ends = answer.length is not None or answer.chunked or answer.headers.get("Connection")
    if answer.version == HTTP_1_1 and not ends:
        raise http.client.BadStatusLine("its head broke off")
