"""Widgets for notebooks: `RunDetails(run).show()`."""

from studio.sdk.widgets.run_details import RunDetails

__all__ = ["RunDetails"]
