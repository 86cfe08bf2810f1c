"""Sizes as people read them."""

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def format_bytes(size_bytes: int) -> str:
    """Return a size as `12.4 MB`, in decimal units."""
    value, unit = float(size_bytes), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {UNITS[unit]}" if unit else f"{size_bytes} B"
