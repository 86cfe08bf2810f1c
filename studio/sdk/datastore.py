"""The names that scripts for Azure ML import from `azureml.core.datastore`."""

from studio.sdk.unsupported import Datastore

__all__ = ["Datastore"]
