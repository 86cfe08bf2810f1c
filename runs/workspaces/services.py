"""Workspaces, roles and tokens: the writes."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from runs.workspaces.errors import InvalidName, LastOwner, SlugTaken
from runs.workspaces.memory import forget_all
from runs.workspaces.models import Member, Workspace
from runs.workspaces.permissions import Role
from runs.workspaces.storable import is_storable
from runs.workspaces.tokens import make_token, revoke_token

__all__ = [
    "create_workspace",
    "make_token",
    "remove_member",
    "rename_workspace",
    "revoke_token",
    "set_role",
]

MAX_SLUG_CHARS = 64
MAX_NAME_CHARS = 128


def create_workspace(*, slug: str, name: str = "") -> Workspace:
    """Make a workspace at `/w/<slug>`, without experiments. Raises SlugTaken, InvalidValue.

    `found_workspace` of the tracking room makes one that MLflow clients can log to at once.
    """
    name = name or slug
    check_workspace_name(name)
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise InvalidName(
            "A workspace's address holds letters, digits, '-' and '_' only."
        ) from error
    if len(slug) > MAX_SLUG_CHARS:
        raise InvalidName(f"A workspace's address has at most {MAX_SLUG_CHARS} characters.")
    try:
        with transaction.atomic():
            return Workspace.objects.create(slug=slug, name=name)
    except IntegrityError as error:
        raise SlugTaken(f"There is a workspace '{slug}' already.") from error


def rename_workspace(*, workspace: Workspace, name: str) -> Workspace:
    """Change the name that people read; the address stays. Raises InvalidValue."""
    check_workspace_name(name)
    workspace.name = name
    workspace.save(update_fields=["name"])
    forget_all()
    return workspace


def check_workspace_name(name: str) -> None:
    """Raises InvalidValue."""
    if not name.strip() or len(name) > MAX_NAME_CHARS or not is_storable(name):
        raise InvalidName(
            f"A workspace's name has 1 to {MAX_NAME_CHARS} characters, and no NUL among them."
        )


def set_role(*, workspace: Workspace, user: User, role: Role) -> Member:
    """Make a user a member, or give a member another role. Raises LastOwner."""
    if role != Role.OWNER:
        keep_an_owner(workspace, user)
    member, _ = Member.objects.update_or_create(
        workspace=workspace, user=user, defaults={"role": Role(role)}
    )
    forget_all()
    return member


def remove_member(*, workspace: Workspace, user: User) -> None:
    """End a membership; removing a stranger changes nothing. Raises LastOwner."""
    keep_an_owner(workspace, user)
    Member.objects.filter(workspace=workspace, user=user).delete()
    forget_all()


def keep_an_owner(workspace: Workspace, user: User) -> None:
    """Refuse to take the role from the only owner among the members. Raises LastOwner."""
    owners = Member.objects.filter(workspace=workspace, role=Role.OWNER)
    if list(owners.values_list("user", flat=True)[:2]) == [user.pk]:
        raise LastOwner(
            f"{user} is the only owner of {workspace}. Make somebody else an owner first."
        )
