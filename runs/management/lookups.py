"""Find the rows that a person names at a terminal."""

from django.contrib.auth.models import User
from django.core.management.base import CommandError

from runs.workspaces.models import ApiToken, Workspace


def find_user(name: str) -> User:
    """Return the user of this name. Raises CommandError with the names there are."""
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"There is no user '{name}'. {known('username', User)}")
    return user


def find_workspace(slug: str) -> Workspace:
    """Return the workspace at `/w/<slug>`. Raises CommandError with those there are."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise CommandError(f"There is no workspace '{slug}'. {known('slug', Workspace)}")
    return workspace


def find_token(number: int) -> ApiToken:
    """Return the token of this number in `token list`. Raises CommandError."""
    token = ApiToken.objects.select_related("user").filter(id=number).first()
    if token is None:
        raise CommandError(f"There is no token {number}. See: python3 manage.py token list")
    return token


def known(field: str, model: type[User] | type[Workspace]) -> str:
    names = model.objects.order_by(field).values_list(field, flat=True)[:10]
    if not names:
        return "There is none yet: python3 manage.py createsuperuser"
    return f"There is: {', '.join(names)}."
