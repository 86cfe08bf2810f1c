"""Which environment variables never reach the script of a user."""

# What belongs to the studio or to the node and not to the process of a user.
SECRETS = frozenset(
    {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "S3_URL", "DJANGO_SETTINGS_MODULE", "PGPASSWORD"}
)
SECRET_BEGINNINGS = ("STUDIO_", "AWS_", "DJANGO_", "CELERY_")


def is_secret(name: str) -> bool:
    """Tell whether a variable belongs to the studio or the node and not to a user's process."""
    return name in SECRETS or name.startswith(SECRET_BEGINNINGS)
