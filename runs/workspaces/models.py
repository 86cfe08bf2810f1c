"""Workspaces, who may do what in them, and the tokens that scripts sign in with."""

from django.conf import settings
from django.db import models

from runs.workspaces.permissions import Role


class Workspace(models.Model):
    """The top container. Its address `/w/<slug>` is also its MLflow tracking URI.

    `subscription_id` and `resource_group` are free text, kept for the `config.json` of Azure ML
    scripts.
    """

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=128)
    subscription_id = models.CharField(max_length=128, blank=True)
    resource_group = models.CharField(max_length=128, blank=True)
    next_experiment_number = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.slug


class Member(models.Model):
    """A user's role in a workspace."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(choices=[(role.value, role.label) for role in Role])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_role_each")]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}: {Role(self.role).label}"


class ApiToken(models.Model):
    """A secret a script signs in with; only its SHA-256 is kept, and its first characters to
    recognise it by."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=128)
    start = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"
