"""Small makers over the services, for every room's tests."""

import itertools
from typing import Any

from django.contrib.auth.models import User

from runs.tracking import services
from runs.tracking.models import Experiment, Run
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Role
from runs.workspaces.services import make_token as make_token_for
from runs.workspaces.services import set_role

counter = itertools.count(1)


def default_workspace() -> Workspace:
    return Workspace.objects.get(slug="default")


def make_workspace(slug: str = "", **fields: Any) -> Workspace:
    return services.found_workspace(slug=slug or f"workspace-{next(counter)}", **fields)


def make_user(name: str = "", *, password: str | None = None, **fields: Any) -> User:
    """Make a user without any role; `is_superuser=True` for one who owns everything."""
    return User.objects.create_user(name or f"user-{next(counter)}", password=password, **fields)


def make_member(role: Role, workspace: Workspace | None = None, name: str = "") -> User:
    user = make_user(name)
    set_role(workspace=workspace or default_workspace(), user=user, role=role)
    return user


def make_token(user: User | None = None, name: str = "test", **fields: Any) -> str:
    return make_token_for(user=user or make_user(), name=name, **fields)


def make_experiment(
    name: str = "", workspace: Workspace | None = None, **fields: Any
) -> Experiment:
    return services.create_experiment(
        workspace=workspace or default_workspace(),
        name=name or f"experiment-{next(counter)}",
        **fields,
    )


def make_run(experiment: Experiment | None = None, **fields: Any) -> Run:
    """Make a run; `params`, `properties` are written too, everything else goes to create_run."""
    params, properties = fields.pop("params", None), fields.pop("properties", None)
    run = services.create_run(experiment=experiment or make_experiment(), **fields)
    if params:
        services.log_params(run=run, params=params)
    if properties:
        services.add_properties(run=run, properties=properties)
    return run
