"""Reads of this room."""

from django.contrib.auth.models import User
from django.db.models import Max

from runs.workspaces.access import Principal
from runs.workspaces.errors import UnknownToken, UnknownUser
from runs.workspaces.models import ApiToken, Member, Workspace
from runs.workspaces.storable import is_storable


def list_workspaces(principal: Principal) -> list[Workspace]:
    """Return the workspaces somebody may see, by name. One query."""
    found = Workspace.objects.order_by("name", "slug")
    if not principal.is_owner_everywhere:
        found = found.filter(members__user=principal.user)
    return list(found)


def list_members(workspace: Workspace) -> list[Member]:
    """Return the members by name, each with `last_used_at`: when one of their tokens was used
    last. One query."""
    found = Member.objects.filter(workspace=workspace).select_related("user")
    found = found.annotate(last_used_at=Max("user__api_tokens__last_used_at"))
    return list(found.order_by("user__username"))


def list_tokens(user: User) -> list[ApiToken]:
    """Return the tokens of a user, the newest first. One query."""
    return list(ApiToken.objects.filter(user=user).order_by("-id"))


def get_user(name: str) -> User:
    """Return the user of this name. Raises UnknownUser."""
    found = User.objects.filter(username=name).first() if is_storable(name) else None
    if found is None:
        raise UnknownUser(
            f"There is no user '{name[:100]}'. Whoever runs the studio makes one with "
            "`manage.py user create`."
        )
    return found


def get_token(user: User, number: int) -> ApiToken:
    """Return a token of a user. Raises UnknownToken."""
    found = ApiToken.objects.filter(user=user, id=number).first()
    if found is None:
        raise UnknownToken("There is no such token of yours.")
    return found
