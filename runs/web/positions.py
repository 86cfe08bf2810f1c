"""Pages of the lists that go on behind a position in their address."""

from django.http import HttpRequest

from runs.housekeeping.positions import Position, write_position


def next_address(request: HttpRequest, position: Position | None) -> str:
    """Return the address of the following page, "" where this one is the last."""
    if position is None:
        return ""
    query = request.GET.copy()
    query.pop("since", None)
    query["after"] = write_position(position)
    return f"{request.path}?{query.urlencode()}"
