"""A tag as a person types it."""


def read_tag(text: str) -> tuple[str, str | None]:
    """Split `key=value` at the first `=`; a bare `key` has no value. Spaces around are dropped."""
    key, sign, value = text.partition("=")
    return key.strip(), value.strip() if sign else None
