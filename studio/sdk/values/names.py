"""Names of metrics: those the studio takes, and what becomes of others."""

import re

from studio.sdk.exceptions import UserErrorException
from studio.sdk.outbox.writer import complain

MOST_CHARS = 250
OTHER = re.compile(r"[^\w/.\-: ]")
_told: set[str] = set()


def plain_name(name: str) -> str:
    """Return a name that the studio takes; of another one, say once how it is written there.

    A training does not stop for a name. Raises UserErrorException for what is no text or empty.
    """
    if not isinstance(name, str) or not name.strip():
        raise UserErrorException(f"The name of a metric is a text, not {name!r}.")
    plain = OTHER.sub("_", name)[:MOST_CHARS].strip("/")
    plain = re.sub(r"/{2,}", "/", plain).replace("..", "._") or "_"
    if plain != name and name not in _told:
        _told.add(name)
        told = f"the metric {name[:60]!r} is logged as {plain[:60]!r}"
        complain(f"{told}: names have letters, digits, _ - . : / and spaces.")
    return plain
