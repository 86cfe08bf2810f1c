"""Saved views: keep, share, change and remove the query string of a page."""

from typing import Any, Literal

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from runs.table.models import SavedView
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue, NotFound, TrackingError
from runs.tracking.models import Experiment
from runs.tracking.texts import check_text
from runs.workspaces.errors import ErrorKind, NotAllowed
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Action, Role, is_allowed

MAX_NAME_CHARS = 128
MAX_QUERY_CHARS = 100_000
ViewVerb = Literal["save", "share", "default", "delete"]


class ViewChanged(TrackingError):
    """The view was saved elsewhere since it was read."""

    kind, code = ErrorKind.CONFLICT, "changed_meanwhile"

    def __init__(self, message: str, now: str) -> None:
        super().__init__(message)
        self.now = now

    def facts(self) -> dict[str, str]:
        return {"field": "query", "now": self.now}


def list_views(
    *,
    workspace: Workspace,
    user: AbstractBaseUser | None,
    experiment: Experiment | None,
    role: Role | None,
) -> list[SavedView]:
    """The reader's own views of a page and those others share, by name; for an owner of the
    workspace also those of its time without accounts. One query."""
    seen = Q(owner=user) | Q(shared=True)
    if is_allowed(role, Action.VIEW_MANAGE):
        seen |= Q(owner=None)
    views = SavedView.objects.filter(seen, workspace=workspace, experiment=experiment)
    return list(views.select_related("owner").order_by("name", "id"))


def default_view(*, workspace: Workspace, experiment: Experiment | None) -> SavedView | None:
    """The view a page opens with when its address says nothing."""
    views = SavedView.objects.filter(workspace=workspace, experiment=experiment, is_default=True)
    return views.first()


def save_view(
    *,
    workspace: Workspace,
    user: AbstractBaseUser | None,
    experiment: Experiment | None,
    name: str,
    query: str,
    role: Role | None,
    shared: bool = False,
) -> SavedView:
    """Keep `query` under `name`. Raises InvalidValue, NotAllowed."""
    if shared:
        check_may_share(role)
    now = now_ms()
    return SavedView.objects.create(
        workspace=workspace,
        experiment=experiment,
        owner=user,
        name=check_view_name(name),
        query=check_text(query, "query", MAX_QUERY_CHARS),
        shared=shared,
        created_ms=now,
        updated_ms=now,
    )


def update_view(
    *,
    workspace: Workspace,
    user: AbstractBaseUser | None,
    view_id: int,
    changes: dict[str, Any],
    role: Role | None,
) -> SavedView:
    """Change name, query, shared or is_default of one's own view; an owner of the workspace also
    those that others share, and those of the time without accounts, which become theirs with that.

    A default view is shared, and one that is not shared any more is no default. `seen` among the
    changes is the query that the view had when the change began: nothing is changed where it is
    another one now.

    Raises NotFound (also for a view of somebody else), InvalidValue, NotAllowed, ViewChanged.
    """
    with transaction.atomic():
        view = get_changeable_view(workspace, user, view_id, role)
        view.owner = view.owner or user
        if view.owner != user and not changes.get("shared", True):
            raise NotAllowed("Only who saved a view can hide it from others. You may delete it.")
        # What others see stays as it is, unless it is hidden from them with this change.
        is_seen = view.shared and changes.get("shared", True)
        if is_seen or changes.get("shared") or changes.get("is_default"):
            check_may_share(role)
        if changes.get("seen", view.query) != view.query:
            raise ViewChanged(
                f"The view {view.name!r} was saved meanwhile in another place. "
                "Nothing is saved yet.",
                view.query,
            )
        if "name" in changes:
            view.name = check_view_name(changes["name"])
        if "query" in changes:
            view.query = check_text(changes["query"], "query", MAX_QUERY_CHARS)
        for flag in ("shared", "is_default"):
            if flag in changes:
                setattr(view, flag, bool(changes[flag]))
        if changes.get("is_default"):
            view.shared = True
            others = SavedView.objects.filter(workspace=workspace, experiment=view.experiment)
            others.exclude(pk=view.pk).update(is_default=False)
        view.is_default = view.is_default and view.shared
        view.updated_ms = now_ms()
        view.save()
    return view


def delete_view(
    *, workspace: Workspace, user: AbstractBaseUser | None, view_id: int, role: Role | None
) -> None:
    """Remove one's own view; an owner of the workspace also those that others share, and those of
    the time without accounts. Raises NotFound."""
    get_changeable_view(workspace, user, view_id, role).delete()


def get_changeable_view(
    workspace: Workspace, user: AbstractBaseUser | None, view_id: int, role: Role | None
) -> SavedView:
    """Return a view that somebody may change or delete. Raises NotFound."""
    mine = Q(owner=user)
    if is_allowed(role, Action.VIEW_MANAGE):
        mine |= Q(shared=True) | Q(owner=None)
    view = SavedView.objects.filter(mine, workspace=workspace, pk=view_id).first()
    if view is None:
        raise NotFound("There is no view of yours with this number.")
    return view


def list_changes(
    view: SavedView, user: AbstractBaseUser | None, role: Role | None
) -> list[ViewVerb]:
    """Return what somebody may do with a view that they see."""
    may_manage = is_allowed(role, Action.VIEW_MANAGE)
    is_mine = view.owner_id == (user and user.pk) or (view.owner_id is None and may_manage)
    may_share = is_allowed(role, Action.VIEW_SHARE)
    if not is_mine:
        return ["save", "default", "delete"] if may_manage else []
    if may_share:
        return ["save", "share", "default", "delete"]
    return ["delete"] if view.shared else ["save", "delete"]


def check_may_share(role: Role | None) -> None:
    """Raises NotAllowed."""
    if not is_allowed(role, Action.VIEW_SHARE):
        raise NotAllowed(
            "Readers keep views for themselves. Save it without sharing it, or as another view."
        )


def check_view_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InvalidValue("Give the view a name.")
    return check_text(name.strip(), "name of the view", MAX_NAME_CHARS)
