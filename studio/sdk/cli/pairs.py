"""`key=value` on the command line."""

from collections.abc import Iterable


def read_pairs(words: Iterable[str]) -> dict[str, str | None]:
    """Return keys with their values; a key alone has none."""
    pairs = (word.partition("=") for word in words)
    return {key: value if sign else None for key, sign, value in pairs}
