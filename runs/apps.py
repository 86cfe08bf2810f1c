"""The one Django application of the product; its rooms are packages inside it."""

from django.apps import AppConfig

from runs.tracking.clock import now_ms


class RunsConfig(AppConfig):
    """`started_ms` is when this process began."""

    name = "runs"
    default_auto_field = "django.db.models.BigAutoField"
    started_ms = 0

    def ready(self) -> None:
        from runs.tracking import silence  # noqa: F401  (needs the models; it listens to words)

        self.started_ms = now_ms()
