"""The endpoint that searches runs."""

from runs.mlflow_api.server import unknown as search

__all__ = ["search"]
