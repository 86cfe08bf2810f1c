"""What text both databases can keep."""


def is_storable(text: str) -> bool:
    """Tell whether both databases can keep `text`: PostgreSQL has no NUL, neither has lone
    surrogates."""
    if text.isascii():
        return "\0" not in text
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
