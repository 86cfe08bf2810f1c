"""What the frame around every page shows: the rail, and the workspace it belongs to."""

from dataclasses import dataclass

from django.http import HttpRequest

from runs.workspaces.permissions import Action, is_allowed


@dataclass(frozen=True)
class RailItem:
    """One line of the left rail. `place` is the address below the workspace and the page's name
    for `aria-current`; `key` the second key of its `g` shortcut; `action` what one must be allowed
    to do there."""

    place: str
    label: str
    icon: str
    key: str
    action: Action = Action.WORKSPACE_READ


RAIL = (
    RailItem("experiments", "Experiments", "flask-conical", "e"),
    RailItem("runs", "All runs", "rows-3", "r"),
    RailItem("pipelines", "Pipelines", "list-tree", "p"),
    RailItem("models", "Models", "package", "m"),
    RailItem("compute/clusters", "Compute", "cpu", "c"),
    RailItem("submit", "Submit", "play", "s", Action.RUN_SUBMIT),
    RailItem("system", "System", "settings-2", "y"),
)


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of every template: who looks at which workspace (None on public pages),
    their role there, and whether they may change what is in it."""
    role = getattr(request, "role", None)
    return {
        "rail": [item for item in RAIL if is_allowed(role, item.action)],
        "principal": getattr(request, "principal", None),
        "workspace": getattr(request, "workspace", None),
        "role": role,
        "may_write": is_allowed(role, Action.RUN_WRITE),
    }
