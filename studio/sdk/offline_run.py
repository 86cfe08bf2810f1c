"""The run of a script that no studio has started: what is logged is printed."""

import uuid
from collections.abc import Mapping
from typing import Any

from studio.sdk.exceptions import RunEnvironmentException

ADVICE = (
    "The studio has not started this script, so its run has no {}. Submit the script, or start a "
    "run with experiment.start_logging()."
)


class OfflineRun:
    """Prints what is logged, and keeps it to be read back; it is nowhere at a studio."""

    def __init__(self) -> None:
        self.id = f"OfflineRun_{uuid.uuid4()}"
        self.name = self.id
        self.number = 0
        self.parent = None
        self.status = "Running"
        self._metrics: dict[str, list[Any]] = {}
        self._tags: dict[str, Any] = {}
        self._properties: dict[str, Any] = {}

    def _print(self, kind: str, name: str, value: Any) -> None:
        print(f"Attempted to log {kind} metric {name}:\n{value}")
        self._metrics.setdefault(name, []).append(value)

    def log(self, name: str, value: Any, description: str = "", step: int | None = None) -> None:
        """Print a value."""
        self._print("scalar", name, value)

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Print parameters."""
        for name, value in params.items():
            print(f"Attempted to log parameter {name}:\n{value}")

    def log_list(self, name: str, value: Any, description: str = "") -> None:
        """Print a list."""
        self._print("list", name, value)

    def log_row(self, name: str, description: str | None = None, **kwargs: Any) -> None:
        """Print a row."""
        self._print("row", name, kwargs)

    def log_table(self, name: str, value: Any, description: str = "") -> None:
        """Print a table."""
        self._print("table", name, value)

    def log_image(
        self, name: str, path: Any = None, plot: Any = None, description: str = ""
    ) -> None:
        """Print that there is an image."""
        self._print("image", name, path or plot)

    def log_confusion_matrix(self, name: str, value: Any, description: str = "") -> None:
        """Print a confusion matrix."""
        self._print("confusion matrix", name, value)

    def log_accuracy_table(self, name: str, value: Any, description: str = "") -> None:
        """Print an accuracy table."""
        self._print("accuracy table", name, value)

    def log_residuals(self, name: str, value: Any, description: str = "") -> None:
        """Print residuals."""
        self._print("residuals", name, value)

    def log_predictions(self, name: str, value: Any, description: str = "") -> None:
        """Print predictions."""
        self._print("predictions", name, value)

    def get_metrics(self, name: str | None = None, **_: Any) -> dict[str, Any]:
        """Return what was logged by this process."""
        found = {key: v[0] if len(v) == 1 else list(v) for key, v in self._metrics.items()}
        return found if name is None else {k: v for k, v in found.items() if k == name}

    def tag(self, key: str, value: Any = None) -> None:
        """Keep a tag for this process."""
        self._tags[key] = value

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Keep tags for this process."""
        self._tags.update(tags)

    def get_tags(self) -> dict[str, Any]:
        """Return the tags."""
        return dict(self._tags)

    def add_properties(self, properties: Mapping[str, Any]) -> None:
        """Keep properties for this process."""
        self._properties.update(properties)

    def get_properties(self) -> dict[str, Any]:
        """Return the properties."""
        return dict(self._properties)

    def get_status(self) -> str:
        """Return the status."""
        return self.status

    def child_run(self, name: str | None = None, **_: Any) -> "OfflineRun":
        """Return another run that prints."""
        return OfflineRun()

    def upload_file(self, name: str, path_or_stream: Any, **_: Any) -> None:
        """Print that there is a file."""
        print(f"Attempted to upload {path_or_stream} as {name}")

    def upload_folder(self, name: str, path: Any, **_: Any) -> None:
        """Print that there is a folder."""
        print(f"Attempted to upload {path} as {name}")

    def flush(self, timeout_seconds: float = 300) -> None:
        """Do nothing: all is printed."""

    def complete(self, **_: Any) -> None:
        """End it."""
        self.status = "Completed"

    def fail(self, error_details: Any = None, **_: Any) -> None:
        """End it as failed."""
        self.status = "Failed"

    def cancel(self) -> None:
        """End it as canceled."""
        self.status = "Canceled"

    def __enter__(self) -> "OfflineRun":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is None:
            self.complete()
        else:
            self.fail(error)

    @property
    def experiment(self) -> Any:
        """Raise RunEnvironmentException: it is in none."""
        raise RunEnvironmentException(ADVICE.format("experiment"))

    def get_portal_url(self) -> str:
        """Raise RunEnvironmentException: it has no page."""
        raise RunEnvironmentException(ADVICE.format("page"))

    def __repr__(self) -> str:
        return f"OfflineRun(id={self.id!r})"
