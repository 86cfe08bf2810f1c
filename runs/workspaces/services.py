"""Workspaces, roles and tokens: the writes."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from runs.workspaces.errors import InvalidValue, SlugTaken
from runs.workspaces.memory import forget_all
from runs.workspaces.models import Member, Workspace
from runs.workspaces.permissions import Role
from runs.workspaces.storable import is_storable
from runs.workspaces.tokens import make_token, revoke_token

__all__ = ["create_workspace", "make_token", "remove_member", "revoke_token", "set_role"]

MAX_SLUG_CHARS = 64
MAX_NAME_CHARS = 128


def create_workspace(*, slug: str, name: str = "") -> Workspace:
    """Make a workspace at `/w/<slug>`, without experiments. Raises SlugTaken, InvalidValue.

    `found_workspace` of the tracking room makes one that MLflow clients can log to at once.
    """
    name = name or slug
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise InvalidValue(
            "A workspace's address holds letters, digits, '-' and '_' only."
        ) from error
    if len(slug) > MAX_SLUG_CHARS or len(name) > MAX_NAME_CHARS or not is_storable(name):
        raise InvalidValue(
            f"At most {MAX_SLUG_CHARS} characters for the address, {MAX_NAME_CHARS} for the name, "
            "and no NUL among them."
        )
    try:
        with transaction.atomic():
            return Workspace.objects.create(slug=slug, name=name)
    except IntegrityError as error:
        raise SlugTaken(f"There is a workspace '{slug}' already.") from error


def set_role(*, workspace: Workspace, user: User, role: Role) -> Member:
    """Make a user a member, or give a member another role."""
    member, _ = Member.objects.update_or_create(
        workspace=workspace, user=user, defaults={"role": Role(role)}
    )
    forget_all()
    return member


def remove_member(*, workspace: Workspace, user: User) -> None:
    """End a membership; removing a stranger changes nothing."""
    Member.objects.filter(workspace=workspace, user=user).delete()
    forget_all()
