"""Saved views: keep, share, change and remove the query string of a page."""

from typing import Any

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

MAX_NAME_CHARS = 128
MAX_QUERY_CHARS = 100_000


class ViewChanged(TrackingError):
    """The view was saved elsewhere since it was read."""

    kind, code = ErrorKind.CONFLICT, "changed_meanwhile"


def list_views(
    *, workspace: Workspace, user: AbstractBaseUser | None, experiment: Experiment | None
) -> list[SavedView]:
    """The reader's own views of a page and those others share, by name. One query."""
    seen = Q(owner=user) | Q(shared=True)
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
    shared: bool = False,
    may_share: bool = True,
) -> SavedView:
    """Keep `query` under `name`. Raises InvalidValue, NotAllowed."""
    if shared:
        check_may_share(may_share)
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
    may_share: bool = True,
) -> SavedView:
    """Change name, query, shared or is_default of one's own view; a default view is shared, and
    one that is not shared any more is no default. `seen` among the changes is the query that the
    view had when the change began: another one is not replaced.

    Raises NotFound (also for a view of somebody else), InvalidValue, NotAllowed, ViewChanged.
    """
    with transaction.atomic():
        view = get_own_view(workspace, user, view_id)
        # What others see stays as it is, unless it is hidden from them with this change.
        is_seen = view.shared and changes.get("shared", True)
        if is_seen or changes.get("shared") or changes.get("is_default"):
            check_may_share(may_share)
        if "query" in changes and changes.get("seen", view.query) != view.query:
            raise ViewChanged(
                f"The view {view.name!r} was saved meanwhile in another place. Save again to "
                "replace it, or choose Revert to saved."
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


def delete_view(*, workspace: Workspace, user: AbstractBaseUser | None, view_id: int) -> None:
    """Remove one's own view. Raises NotFound."""
    get_own_view(workspace, user, view_id).delete()


def get_own_view(workspace: Workspace, user: AbstractBaseUser | None, view_id: int) -> SavedView:
    view = SavedView.objects.filter(workspace=workspace, owner=user, pk=view_id).first()
    if view is None:
        raise NotFound("There is no view of yours with this number.")
    return view


def check_may_share(may_share: bool) -> None:
    if not may_share:
        raise NotAllowed(
            "Readers keep views for themselves. Save it without sharing it, or as another view."
        )


def check_view_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InvalidValue("Give the view a name.")
    return check_text(name.strip(), "name of the view", MAX_NAME_CHARS)
