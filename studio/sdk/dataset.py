"""The names that scripts for Azure ML import from `azureml.core.dataset`."""

from studio.sdk.unsupported import Dataset

__all__ = ["Dataset"]
