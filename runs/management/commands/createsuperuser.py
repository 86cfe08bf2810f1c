"""Django's `manage.py createsuperuser`, which works on an empty data folder too."""

from django.contrib.auth.management.commands import createsuperuser

from runs.management.database_command import DatabaseCommand


class Command(DatabaseCommand, createsuperuser.Command):
    """Migrates first, then does what Django's does."""
